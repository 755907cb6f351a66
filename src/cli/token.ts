import { signMemberToken } from '../auth/member-token.ts';
import { externalId as externalIdText } from '../engine/inputs.ts';
import { findMember } from '../members/members.sql.ts';
import { InputError } from '../platform/refusal.ts';
import type { Output } from './output.ts';
import { type Env, requireProgram, withApp } from './with-app.ts';

export type TokenFlags = {
  readonly program: string;
  /** External id; need not be enrolled yet. */
  readonly member: string;
  readonly expiresIn: number;
  /** Name of the client that it is for. */
  readonly client?: string;
};

/** `tallymark token`: signs a member token for development. */
export async function printToken(
  env: Env,
  output: Output,
  { program, member, expiresIn, client }: TokenFlags,
): Promise<void> {
  const checked = externalIdText.safeParse(member);
  if (!checked.success) {
    throw new InputError('member', checked.error.issues[0]?.message ?? 'is not valid');
  }
  const { token, expiresAt, enrolled } = await withApp(env, async (app) => {
    const { id, tokenSecret } = await requireProgram(app, program);
    const enrolled = (await findMember(app.pool, id, member)) !== undefined;
    const issuedAt = app.clock.now();
    const expiresAt = new Date(issuedAt.getTime() + expiresIn);
    const claims = { programKey: program, externalId: member, expiresAt, issuedAt, client };
    return { token: await signMemberToken(claims, tokenSecret), expiresAt, enrolled };
  });
  if (!enrolled && process.stderr.isTTY) {
    console.error(`note: ${program} has no member "${member}" yet; enrol them first`);
  }
  output.result({ token, program, member, expiresAt: expiresAt.toISOString() }, [token]);
}
