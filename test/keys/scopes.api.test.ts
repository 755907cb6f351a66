/** What a narrowed key may do: each root field belongs to one scope, on every door. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { allScopes } from '../../src/auth/scopes.ts';
import type { ApiKeyRole } from '../../src/auth/viewer.ts';
import type { ApiKeyScope } from '../../src/generated/prisma/enums.ts';
import { scopeOfField } from '../../src/graphql/key-scopes.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { fieldsOfSchema, rootFields } from '../api/root-fields.ts';
import { nobody } from '../api/subjects.ts';
import { manifestOf, push, sha256 } from '../operations/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { doors, knock } from '../support/doors.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const keyOf = async (role: ApiKeyRole, scopes: readonly ApiKeyScope[], clientId?: number) => {
  const key = { programId: program.id, role, name: 'narrow', scopes, clientId };
  return (await insertApiKey(test.app.db, key, new Date())).text;
};

const split = (path: string) => path.split('.') as [string, string];

describe('every root field', () => {
  it('belongs to a scope; what operators do, to one that only they have', () => {
    for (const path of fieldsOfSchema) {
      const scope = scopeOfField(...split(path));
      expect(scope, path).toBeDefined();
      if (!path.startsWith('Mutation')) expect(scope).toBe('READ');
      else {
        const isOperators = scope === 'MANAGE' || scope === 'KEYS';
        expect(isOperators, path).toBe(rootFields[path]?.scope === 'operator');
      }
    }
  });

  it.each(allScopes)(
    'is for OPERATOR keys with its scope: %s',
    async (scope) => {
      const credential = await keyOf('OPERATOR', [scope]);
      for (const path of fieldsOfSchema) {
        const [operation = ''] = rootFields[path]?.operations(nobody) ?? [];
        const door = path.startsWith('Subscription') ? 'SSE' : 'POST';
        const reply = await knock(door, server.url, credential, { query: operation });
        const needed = scopeOfField(...split(path));
        const [error] = reply.errors ?? [];
        if (needed === scope) expect(error?.extensions?.code, path).not.toBe('FORBIDDEN');
        else {
          expect(reply.status, path).toBe(403);
          expect(error, path).toMatchObject({
            message: `This needs the scope ${needed}; this key has ${scope}.`,
            extensions: { code: 'FORBIDDEN', scope: needed },
          });
          expect(Object.values(reply.data ?? { none: null })).toEqual([null]);
        }
      }
    },
    60_000,
  );
});

describe.each(doors)('%s', (door) => {
  const board = '{ leaderboard(key: "daily") { key } }';
  const codeOf = async (credential: string, query: string) => {
    const { errors } = await knock(door, server.url, credential, { query });
    return errors?.[0]?.extensions?.code;
  };

  it('gives shared answers to nobody who may not read', async () => {
    const [reads, records] = [await keyOf('SERVICE', ['READ']), await keyOf('SERVICE', ['RECORD'])];
    for (const query of [board, 'subscription { leaderboardChanged(key: "daily") { kind } }']) {
      if (query !== board && (door === 'POST' || door === 'GET')) continue;
      for (const _ of [1, 2]) {
        expect(await codeOf(program.keys.screen, query)).toBeUndefined();
        expect(await codeOf(reads, query)).toBeUndefined();
        expect(await codeOf(records, query)).toBe('FORBIDDEN');
      }
    }
  });

  it('asks keys without scopes for none', async () => {
    for (const key of [program.keys.operator, program.keys.service, program.keys.screen]) {
      expect(await codeOf(key, board)).toBeUndefined();
    }
  });
});

describe('a partner’s key', () => {
  it('runs those of its registered operations that its scopes let it', async () => {
    const enrol = 'mutation { enrolMember(input: {externalId: "p"}) { __typename } }';
    const read = '{ program { key } }';
    await push(test, program, 'shop', manifestOf(enrol, read));
    const { id } = await test.app.db.client.findFirstOrThrow({ where: { name: 'shop' } });
    const partner = await keyOf('PARTNER', ['READ'], id);
    for (const door of ['POST', 'SSE', 'WS'] as const) {
      const ask = (text: string) =>
        knock(door, server.url, partner, { documentId: `sha256:${sha256(text)}` });
      expect((await ask(read)).data).toEqual({ program: { key: program.key } });
      const { errors } = await ask(enrol);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'RECORD' });
    }
    expect(await test.app.db.member.count({ where: { externalId: 'p' } })).toBe(0);
  });
});

describe('what no key of the role has', () => {
  it('is refused by the role', async () => {
    const credential = await keyOf('SERVICE', ['READ']);
    const { errors } = await test.ask(
      credential,
      'mutation { adjustPoints(input: {member: {externalId: "a"}, amount: 1, reason: "x"}) { __typename } }',
    );
    expect(errors?.[0]?.message).toBe('This needs an OPERATOR key; this is a SERVICE key.');
  });
});
