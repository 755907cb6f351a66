/** Who may run what, by id and by text: each mode, role and door (S99, RELIABILITY.md T3). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { doors, knock, type Operation, type Reply } from '../support/doors.ts';
import { bePatient } from '../support/patience.ts';
import { clientKey, clientToken, manifestOf, push, setMode, sha256 } from './support.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;
let other: TestProgram;
const credentials = new Map<string, string>();

const REGISTERED = 'query Program { program { key } }';
const UNKNOWN = '{ program { key zone } }';
const OF_OTHER = 'query Other { program { zone } }';

const modes = ['OPEN', 'LOG', 'REQUIRED'] as const;
const roles = ['SERVICE', 'OPERATOR', 'SCREEN', 'PARTNER', 'MEMBER'] as const;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  other = await createTestProgram(test.app);
  server = await startServer(test.app);
  expect((await push(test, other, 'OPEN', manifestOf(OF_OTHER))).added).toHaveLength(1);
  for (const mode of modes) {
    expect((await push(test, program, mode, manifestOf(REGISTERED))).created).toBe(true);
    expect((await setMode(test, program, mode, mode)).client.mode).toBe(mode);
    for (const role of roles) {
      const credential =
        role === 'MEMBER'
          ? await clientToken(test.app, program, 'ada', mode)
          : await clientKey(test.app, program, role, mode);
      credentials.set(`${mode} ${role}`, credential);
    }
  }
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const id = (text: string) => `sha256:${sha256(text)}`;

/** What is asked for, and what comes of it where any text may run and where none may. */
const requests: readonly (readonly [string, Operation, string | undefined, string | undefined])[] =
  [
    ['a registered id', { documentId: id(REGISTERED) }, undefined, undefined],
    ['an id that nobody registered', { documentId: id(UNKNOWN) }, MISS(), MISS()],
    ['an id of another program', { documentId: id(OF_OTHER) }, MISS(), MISS()],
    ['a registered text', { query: REGISTERED }, undefined, 'PERSISTED_QUERY_REQUIRED'],
    ['any other text', { query: UNKNOWN }, undefined, 'PERSISTED_QUERY_REQUIRED'],
    ['both, and they fit', { query: REGISTERED, documentId: id(REGISTERED) }, undefined, undefined],
    [
      'both, and they do not fit',
      { query: UNKNOWN, documentId: id(REGISTERED) },
      'BAD_REQUEST',
      'BAD_REQUEST',
    ],
    [
      'both of what nobody registered',
      { query: UNKNOWN, documentId: id(UNKNOWN) },
      undefined,
      MISS(),
    ],
    ['an id that is none', { documentId: 'sha256:abc' }, MISS(), MISS()],
    ['__proto__', { documentId: '__proto__' }, MISS(), MISS()],
    ['constructor', { documentId: 'constructor' }, MISS(), MISS()],
  ];

function MISS() {
  return 'PERSISTED_QUERY_NOT_FOUND';
}

const STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  PERSISTED_QUERY_NOT_FOUND: 404,
  PERSISTED_QUERY_REQUIRED: 403,
};

function expectAnswer(door: string, reply: Reply, code: string | undefined): void {
  const { status, data, errors } = reply;
  if (code === undefined) {
    expect(errors).toBeUndefined();
    expect(data.program.key ?? program.key).toBe(program.key);
    return;
  }
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.extensions?.code).toBe(code);
  expect(data ?? null).toBeNull();
  expect(status).toBe(door === 'WS' ? 101 : STATUS[code]);
  if (code === MISS()) expect(errors?.[0]?.message).toBe('PersistedQueryNotFound');
}

describe.each(doors)('%s', (door) => {
  describe.each(modes)('of a client in mode %s', (mode) => {
    it.each(roles)('a %s runs what it may', async (role) => {
      const credential = credentials.get(`${mode} ${role}`);
      const isClosed = mode === 'REQUIRED' || role === 'PARTNER';
      for (const [what, operation, open, closed] of requests) {
        const reply = await knock(door, server.url, credential, operation);
        try {
          expectAnswer(door, reply, isClosed ? closed : open);
        } catch (error) {
          throw new Error(`${what}: ${reply.text}`, { cause: error });
        }
      }
    });
  });

  it('a partner key of no client runs nothing', async () => {
    for (const operation of [{ query: REGISTERED }, { documentId: id(REGISTERED) }]) {
      const { errors } = await knock(door, server.url, program.keys.partner, operation);
      const code = 'query' in operation ? 'PERSISTED_QUERY_REQUIRED' : MISS();
      expect(errors?.map(({ extensions }) => extensions?.code)).toEqual([code]);
    }
  });

  it('who belongs to no client finds what any client of the program registered', async () => {
    for (const credential of [program.keys.screen, await program.token('ada')]) {
      const found = await knock(door, server.url, credential, { documentId: id(REGISTERED) });
      expectAnswer(door, found, undefined);
      const missed = await knock(door, server.url, credential, { documentId: id(OF_OTHER) });
      expectAnswer(door, missed, MISS());
    }
  });

  it('a token of a client that does not exist is of none', async () => {
    for (const client of ['nobody', '__proto__', 'not a name', 'x'.repeat(5_000)]) {
      const token = await clientToken(test.app, program, 'ada', client);
      for (const operation of [{ query: UNKNOWN }, { documentId: id(REGISTERED) }]) {
        expectAnswer(door, await knock(door, server.url, token, operation), undefined);
      }
    }
  });

  it.each(['doc_id', 'id', 'documentId'])('takes the alias %s', async (name) => {
    const credential = credentials.get('REQUIRED PARTNER');
    for (const given of [id(REGISTERED), sha256(REGISTERED), sha256(REGISTERED).toUpperCase()]) {
      expectAnswer(door, await knock(door, server.url, credential, { [name]: given }), undefined);
    }
  });

  it('takes Apollo’s extension', async () => {
    const persistedQuery = { version: 1, sha256Hash: sha256(REGISTERED) };
    const operation = { extensions: { persistedQuery } };
    const credential = credentials.get('REQUIRED PARTNER');
    expectAnswer(door, await knock(door, server.url, credential, operation), undefined);
    const two = { ...operation, documentId: id(UNKNOWN) };
    expectAnswer(door, await knock(door, server.url, credential, two), 'BAD_REQUEST');
    const same = { ...operation, documentId: id(REGISTERED) };
    expectAnswer(door, await knock(door, server.url, credential, same), undefined);
  });

  it('takes the operation’s own name and no other', async () => {
    const credential = credentials.get('REQUIRED PARTNER');
    const documentId = id(REGISTERED);
    for (const [operationName, code] of [
      ['Program', undefined],
      ['', undefined],
      ['Other', 'BAD_REQUEST'],
    ] as const) {
      const operation = { documentId, operationName };
      expectAnswer(door, await knock(door, server.url, credential, operation), code);
    }
  });

  it('lets nobody in by an id alone', async () => {
    const reply = await knock(door, server.url, undefined, { documentId: id(REGISTERED) });
    if (door === 'WS') expect(reply.status).toBe(4403);
    else expect(reply.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});
