import type { App } from '../app.ts';
import { parseApiKey } from '../auth/api-key.ts';
import { scopesOf } from '../auth/scopes.ts';
import type { ApiKeyRole } from '../auth/viewer.ts';
import type { ApiKeyScope } from '../generated/prisma/enums.ts';
import { type ApiKeyShape, listApiKeys } from '../keys/api-keys.ts';
import { createApiKey } from '../keys/create-api-key.ts';
import { revokeApiKey } from '../keys/revoke-api-key.ts';
import { rotateApiKey } from '../keys/rotate-api-key.ts';
import { listClients } from '../operations/clients.ts';
import type { Output } from './output.ts';
import { CliProblem } from './problem.ts';
import { ACTOR, type Env, requireProgram, withApp } from './with-app.ts';

export type CreateKeyFlags = {
  readonly program: string;
  readonly role: ApiKeyRole;
  readonly name: string;
  /** The client whose operations it runs; there must be one. */
  readonly client?: string;
  /** What it is narrowed to. */
  readonly scopes?: ApiKeyScope[];
  /** Milliseconds from now, or an instant. */
  readonly expires?: number | Date;
};

/** `tallymark key create`: prints the key, this once. */
export async function createKey(
  env: Env,
  output: Output,
  { program, role, name, client, scopes, expires }: CreateKeyFlags,
): Promise<void> {
  const made = await withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, program);
    if (client !== undefined) await requireClient(app, programId, client);
    const expiresAt = expires === undefined ? undefined : instantOf(app, expires);
    const given = { role, name, client, scopes, expiresAt };
    return createApiKey(app, system(programId), given);
  });
  if (role === 'PARTNER' && client === undefined) {
    output.note('a partner key without --client runs nothing');
  }
  const { apiKey, text } = made;
  const of = client === undefined ? '' : `, of client ${client}`;
  output.note(`${role} key ${apiKey.id} of program ${program}${of}, shown only now:`);
  output.result({ program, ...shown(apiKey), key: text }, [text]);
}

const system = (programId: number) => ({ kind: 'system', programId, name: ACTOR }) as const;

const instantOf = ({ clock }: App, given: number | Date): Date =>
  typeof given === 'number' ? new Date(clock.now().getTime() + given) : given;

async function requireClient({ db }: App, programId: number, name: string): Promise<void> {
  const clients = await listClients(db, programId);
  if (clients.some((client) => client.name === name)) return;
  const names = clients.map((client) => client.name).join(', ') || 'none yet';
  throw new CliProblem(
    `there is no client "${name}" (there are: ${names}); the first \`operations push\` for it makes it`,
  );
}

export type RotateKeyFlags = {
  /** When the old key ends: milliseconds from now, or an instant. */
  readonly ends?: number | Date;
  /** When the successor does. */
  readonly expires?: number | Date;
};

/** `tallymark key rotate`: prints the successor, this once; the old key works until it ends. */
export async function rotateKey(
  env: Env,
  output: Output,
  idOrKey: string,
  { ends, expires }: RotateKeyFlags,
): Promise<void> {
  const made = await withApp(env, async (app) => {
    const { id: keyId, programId } = await requireKey(app, idOrKey);
    const endsAt = ends === undefined ? undefined : instantOf(app, ends);
    const expiresAt = expires === undefined ? undefined : instantOf(app, expires);
    return rotateApiKey(app, system(programId), { keyId, endsAt, expiresAt });
  });
  const { apiKey, replaced, text } = made;
  const until = replaced.expiresAt?.toISOString() ?? null;
  output.note(`${replaced.id} works until ${until}; its successor ${apiKey.id}, shown only now:`);
  const old = { id: replaced.id, expiresAt: until };
  output.result({ ...shown(apiKey), key: text, replaced: old }, [text]);
}

async function requireKey({ db }: App, idOrKey: string) {
  const id = parseApiKey(idOrKey)?.id ?? idOrKey;
  const where = { id };
  const key = await db.apiKey.findUnique({ where, select: { id: true, programId: true } });
  if (key === null) throw new CliProblem(`there is no key with the id "${id}"`);
  return key;
}

/** `tallymark key revoke`: the key stops working within seconds, on every node. */
export async function revokeKey(env: Env, output: Output, idOrKey: string): Promise<void> {
  const { apiKey, alreadyRevoked } = await withApp(env, async (app) => {
    const { id: keyId, programId } = await requireKey(app, idOrKey);
    return revokeApiKey(app, system(programId), { keyId });
  });
  const { id, role, name } = apiKey;
  const revokedAt = apiKey.revokedAt?.toISOString();
  output.result({ id, role, name, revokedAt }, [
    alreadyRevoked ? `key ${id} was revoked before, at ${revokedAt}` : `key ${id} is revoked`,
  ]);
}

const PAGE = 100;

/** `tallymark key list`: what keys there are, oldest first. Audit rows name them by these ids. */
export async function listKeys(env: Env, output: Output, program: string): Promise<void> {
  const { keys, now } = await withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, program);
    return { keys: await allKeys(app, programId), now: app.clock.now() };
  });
  const line = (key: ApiKeyShape) =>
    [
      ...[key.id, key.role.padEnd('OPERATOR'.length), key.createdAt.toISOString()],
      ...[stateOf(key, now), key.name],
      ...(key.scopes.length === 0 ? [] : [`narrowed to ${key.scopes.join(', ')}`]),
      ...(key.client === null ? [] : [`of ${key.client.name}`]),
      ...(key.lastUsedAt === null ? [] : [`last used ${key.lastUsedAt.toISOString()}`]),
    ].join('  ');
  output.result({ program, keys: keys.map(shown) }, keys.map(line));
}

async function allKeys({ db, clock }: App, programId: number): Promise<ApiKeyShape[]> {
  const all: ApiKeyShape[] = [];
  for (;;) {
    const last = all.at(-1);
    const after = last && ([last.createdAt.toISOString(), last.id] as const);
    const range = { before: undefined, after, limit: PAGE, inverted: false };
    const page = await listApiKeys(db, { programId }, clock.now(), range);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

function stateOf({ revokedAt, expiresAt }: ApiKeyShape, now: Date): string {
  if (revokedAt !== null) return `revoked ${revokedAt.toISOString()}`;
  if (expiresAt === null) return 'in use';
  return `${expiresAt <= now ? 'expired' : 'in use until'} ${expiresAt.toISOString()}`;
}

/** As the JSON document has it. */
const shown = (key: ApiKeyShape) => ({
  ...{ id: key.id, role: key.role, name: key.name, client: key.client?.name ?? null },
  scopes: scopesOf(key),
  createdAt: key.createdAt.toISOString(),
  expiresAt: key.expiresAt?.toISOString() ?? null,
  revokedAt: key.revokedAt?.toISOString() ?? null,
  lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  replaces: key.replacesId,
});
