import type { GraphQLError } from 'graphql';
import type { Viewer } from '../auth/viewer.ts';
import { externalId } from '../engine/inputs.ts';
import type { MemberRef } from '../engine/operation.ts';
import type { MemberState } from '../engine/rows.ts';
import { authorizationError } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { fromGlobalId } from '../graphql/ids.ts';
import { InputError } from '../platform/refusal.ts';
import { findMember } from './members.sql.ts';

/** `MemberBy` as it comes in: exactly one is given. */
export type MemberBy = { id?: string | null | undefined; externalId?: string | null | undefined };

/** Names the member an input is about: a member token may leave it out and may name only itself. */
export async function memberRefFor(
  context: Context,
  by: MemberBy | null | undefined,
  argument = 'member',
): Promise<MemberRef> {
  const viewer = known(context.viewer);
  if (viewer.kind !== 'member') {
    if (by === null || by === undefined) {
      const say = `is required with an API key: ${argument}: { externalId: "…" }`;
      throw new InputError(argument, say);
    }
    return toRef(by, argument);
  }
  const own = { externalId: viewer.externalId };
  if (by === null || by === undefined || by.externalId === viewer.externalId) return own;
  const ref = toRef(by, argument);
  const named = 'id' in ref ? await context.loaders.members.load(ref.id) : undefined;
  const isOwn = named?.programId === viewer.programId && named.externalId === viewer.externalId;
  if (!isOwn) {
    const hint = `A member token may name only its own member: leave \`${argument}\` out.`;
    throw authorizationError(context, undefined, hint);
  }
  return own;
}

/** Finds a member of the viewer's program. */
export async function readMember(
  context: Context,
  ref: MemberRef,
): Promise<MemberState | undefined> {
  const { programId } = known(context.viewer);
  const member =
    'id' in ref
      ? await context.loaders.members.load(ref.id)
      : await findMember(context.app.pool, programId, ref.externalId);
  return member?.programId === programId ? member : undefined;
}

/**
 * A member by its node id, by the rule of `memberRefFor`. What may not be read is an error of its
 * own, which is returned: thrown, it would take a list of other nodes with it.
 */
export async function readMemberNode(
  context: Context,
  id: number,
): Promise<MemberState | GraphQLError | undefined> {
  const { viewer } = context;
  const member = viewer.kind === 'anonymous' ? undefined : await readMember(context, { id });
  const may = member === undefined ? mayReadAll(viewer) : mayReadPrivate(context, member);
  return may ? member : authorizationError(context); // Alike for those who are not there.
}

/** Whether the viewer may see a member's points, ledger and orders. */
export function mayReadPrivate({ viewer }: Context, member: MemberState): boolean {
  if (viewer.kind === 'member') {
    return viewer.programId === member.programId && viewer.externalId === member.externalId;
  }
  return mayReadAll(viewer);
}

/** Whether the viewer may see what is private to any member. */
export const mayReadAll = (viewer: Viewer) =>
  viewer.kind === 'key' && (viewer.role === 'OPERATOR' || viewer.role === 'SERVICE');

function toRef(by: MemberBy, argument: string): MemberRef {
  if (typeof by.id === 'string') return { id: fromGlobalId(`${argument}.id`, 'Member', by.id) };
  const parsed = externalId.safeParse(by.externalId);
  if (parsed.success) return { externalId: parsed.data };
  throw new InputError(`${argument}.externalId`, parsed.error.issues[0]?.message ?? 'is not valid');
}
