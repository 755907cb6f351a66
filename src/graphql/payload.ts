import type { Committed } from '../engine/engine.ts';
import type { MemberState } from '../engine/rows.ts';
import { assert } from '../platform/assert.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { MemberType } from './refs.ts';

/** What every command's payload is made of: its outcome, and the member as it left them. */
export type Payload<Outcome> = Outcome & {
  readonly replayed: boolean;
  readonly committedMember: MemberState | undefined;
};

export const toPayload = <Outcome extends object>({
  outcome,
  replayed,
  member,
}: Committed<Outcome>): Payload<Outcome> => ({ replayed, committedMember: member, ...outcome });

type AnyPayload = Payload<{ readonly memberId: number; readonly position: number }>;

const PayloadInterface = builder.interfaceRef<AnyPayload>('Payload').implement({
  description: 'The answer to a command that was done, or that had been done before.',
  fields: (t) => ({
    member: t.field({
      type: MemberType,
      description:
        'The member as the command left them; only `tasks` and `badges` are counted a moment ' +
        'later: read them with `after`.',
      resolve: payloadMember,
    }),
    position: t.expose('position', {
      type: 'SafeInt',
      description:
        'Position of the command’s event in the log; pass it as `after` to read boards and tasks ' +
        'that include it. For a command that had nothing to do: of the member’s newest event.',
    }),
    replayed: t.exposeBoolean('replayed', {
      description: 'True when this is the stored answer to an earlier call with the same key.',
    }),
  }),
});

/** The fields every payload shares. */
export const payloadInterfaces = [PayloadInterface];

/** The committed copy spares a read; a replayed answer shows the member as they are now. */
async function payloadMember(
  { committedMember, memberId }: AnyPayload,
  _args: unknown,
  { loaders }: Context,
): Promise<MemberState> {
  const member = committedMember ?? (await loaders.members.load(memberId));
  assert(member !== undefined, 'the member of a committed command exists');
  return member;
}
