import type { App } from '../app.ts';
import { ALGORITHM, ISSUER, newTokenSecret } from '../auth/member-token.ts';
import type { Output } from './output.ts';
import { ACTOR, type Env, requireProgram, withApp } from './with-app.ts';

export type TokenSecretFlags = {
  readonly program: string;
  /** Replace it: tokens signed with the old one end. */
  readonly rotate?: true;
};

/** `tallymark program token-secret`: what a program's own backend signs member tokens with. */
export async function tokenSecret(
  env: Env,
  output: Output,
  { program, rotate }: TokenSecretFlags,
): Promise<void> {
  const bytes = await withApp(env, async (app) => {
    const { id, tokenSecret: present } = await requireProgram(app, program);
    return rotate ? await replaceSecret(app, id, program) : present;
  });
  const secret = Buffer.from(bytes).toString('base64url');
  const claims = {
    iss: ISSUER,
    aud: program,
    sub: 'the member’s external id',
    exp: 'when it ends',
  };
  if (rotate) output.note('replaced; tokens signed with the old secret end within 5 seconds');
  output.note(
    `sign ${ALGORITHM} with the decoded bytes of this; claims: ${JSON.stringify(claims)}`,
  );
  output.result(
    {
      program,
      secret,
      encoding: 'base64url',
      algorithm: ALGORITHM,
      claims,
      rotated: rotate === true,
    },
    [secret],
  );
}

async function replaceSecret({ db, clock }: App, programId: number, key: string) {
  const next = newTokenSecret();
  const at = clock.now();
  await db.$transaction([
    db.program.update({ where: { id: programId }, data: { tokenSecret: next } }),
    db.auditEntry.create({
      data: { programId, actor: ACTOR, action: 'rotateTokenSecret', target: key, after: {}, at },
    }),
  ]);
  return next;
}
