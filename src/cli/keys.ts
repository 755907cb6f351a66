import type { App } from '../app.ts';
import { createApiKey, parseApiKey } from '../auth/api-key.ts';
import type { ApiKeyRole } from '../auth/viewer.ts';
import { shortText } from '../engine/inputs.ts';
import { listClients } from '../operations/clients.ts';
import type { PrismaClient } from '../platform/db.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import type { Output } from './output.ts';
import { CliProblem } from './problem.ts';
import { ACTOR, type Env, requireProgram, withApp } from './with-app.ts';

export type CreateKeyFlags = {
  readonly program: string;
  readonly role: ApiKeyRole;
  readonly name: string;
  /** The client whose operations it runs; there must be one. */
  readonly client?: string;
};

/** `tallymark key create`: prints the key, this once. */
export async function createKey(
  env: Env,
  output: Output,
  { program, role, name: rawName, client }: CreateKeyFlags,
): Promise<void> {
  const name = parseOrRefuse(shortText, rawName);
  const key = await withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, program);
    const clientId = client === undefined ? undefined : await idOfClient(app, programId, client);
    const at = app.clock.now();
    return app.db.$transaction(async (tx) => {
      const given = { programId, role, name, clientId };
      const created = await createApiKey(tx as PrismaClient, given, at);
      const after = { role, name, ...(client !== undefined && { client }) };
      await tx.auditEntry.create({
        data: { programId, actor: ACTOR, action: 'createApiKey', target: created.id, after, at },
      });
      return created;
    });
  });
  if (role === 'PARTNER' && client === undefined) {
    output.note('a partner key without --client runs nothing');
  }
  const of = client === undefined ? '' : `, of client ${client}`;
  output.note(`${role} key ${key.id} of program ${program}${of}, shown only now:`);
  output.result({ id: key.id, program, role, name, client: client ?? null, key: key.text }, [
    key.text,
  ]);
}

async function idOfClient({ db }: App, programId: number, name: string): Promise<number> {
  const clients = await listClients(db, programId);
  const found = clients.find((client) => client.name === name);
  if (found !== undefined) return found.id;
  const names = clients.map((client) => client.name).join(', ') || 'none yet';
  throw new CliProblem(
    `there is no client "${name}" (there are: ${names}); the first \`operations push\` for it makes it`,
  );
}

/** `tallymark key revoke`: the key stops working within seconds, on every node. */
export async function revokeKey(env: Env, output: Output, idOrKey: string): Promise<void> {
  const id = parseApiKey(idOrKey)?.id ?? idOrKey;
  const revoked = await withApp(env, async ({ db, clock }) => {
    const key = await db.apiKey.findUnique({ where: { id } });
    if (key === null) throw new CliProblem(`there is no key with the id "${id}"`);
    if (key.revokedAt !== null) return { ...key, revokedAt: key.revokedAt, again: true };
    const { programId, role, name } = key;
    const at = clock.now();
    await db.$transaction([
      db.apiKey.update({ where: { id }, data: { revokedAt: at } }),
      db.auditEntry.create({
        data: {
          ...{ programId, actor: ACTOR, action: 'revokeApiKey', target: id, at },
          after: { role, name },
        },
      }),
    ]);
    return { ...key, revokedAt: at, again: false };
  });
  const { role, name, revokedAt, again } = revoked;
  output.result({ id, role, name, revokedAt: revokedAt.toISOString() }, [
    again ? `key ${id} was revoked before, at ${revokedAt.toISOString()}` : `key ${id} is revoked`,
  ]);
}

/** `tallymark key list`: what keys there are, oldest first. Audit rows name them by these ids. */
export async function listKeys(env: Env, output: Output, program: string): Promise<void> {
  const keys = await withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, program);
    return app.db.apiKey.findMany({
      where: { programId },
      select: {
        ...{ id: true, role: true, name: true, createdAt: true, revokedAt: true },
        client: { select: { name: true } },
      },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
  });
  const rows = keys.map(({ createdAt, revokedAt, client, ...key }) => ({
    ...key,
    client: client?.name ?? null,
    createdAt: createdAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
  }));
  const line = ({ id, role, name, client, createdAt, revokedAt }: (typeof rows)[number]) =>
    [
      ...[id, role.padEnd('OPERATOR'.length), createdAt],
      ...[revokedAt === null ? 'in use' : `revoked ${revokedAt}`, name],
      ...(client === null ? [] : [`of ${client}`]),
    ].join('  ');
  output.result({ program, keys: rows }, rows.map(line));
}
