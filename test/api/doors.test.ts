/**
 * One rule, every door (RELIABILITY.md T3 to T5, 6.16): the same code over POST, GET, SSE and
 * WebSocket, nothing executed, and a socket goes on with its other operations.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { doors, knock, type Operation, openSocket, type Reply } from '../support/doors.ts';
import { badDocuments, enrol } from './bad-documents.ts';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const members = () => test.app.db.member.count();

const codesOf = (errors: readonly { extensions?: { code?: string } }[] | undefined) => [
  ...new Set(errors?.map((error) => error.extensions?.code)),
];

describe.each(doors)('%s', (door) => {
  const ask = (operation: Operation, credential: string | undefined = program.keys.operator) =>
    knock(door, server.url, credential, operation);

  it.each(badDocuments)('refuses %s', async (_name, code, operation, options = {}) => {
    const before = await members();
    const { status, data, errors, text } = await ask(operation);
    if (!(door === 'GET' && options.longUrl && status === 431)) {
      expect(codesOf(errors)).toContain(code);
      expect(errors?.length).toBeLessThanOrEqual(limits.errorsMax);
      for (const { message } of errors ?? []) {
        expect(message.length).toBeLessThanOrEqual(limits.errorCharactersMax);
      }
    }
    expect(status).toBeLessThan(500);
    expect(data ?? null).toBeNull();
    expect(text.length).toBeLessThan(8_000);
    expect(text).not.toMatch(/did you mean| {4}at \w|node_modules|postgres|prisma|\/work\//i);
    expect(await members()).toBe(before);
  });

  it('lets nobody in without a credential', async () => {
    for (const credential of [undefined, 'tm_operator_0123456789abcdef_nope', 'x.y.z', '💥']) {
      const before = await members();
      const attempt = door === 'GET' ? '{ me { id } }' : `mutation { ${enrol('nobody')} }`;
      const reply = await ask({ query: attempt }, credential ?? '').catch(() => undefined);
      if (reply === undefined) continue; // fetch itself refuses to send such a header.
      if (door === 'WS') expect(reply.status).toBe(4403);
      else {
        expect(codesOf(reply.errors)).toEqual(['UNAUTHENTICATED']);
        expect(reply.status).toBe(401);
      }
      expect(await members()).toBe(before);
    }
  });

  it('tells a wrong role FORBIDDEN', async () => {
    const query =
      door === 'GET' ? '{ rewards { edges { cursor } } }' : `mutation { ${enrol('forbidden')} }`;
    const before = await members();
    const { errors } = await ask({ query }, program.keys.screen);
    expect(codesOf(errors)).toEqual(['FORBIDDEN']);
    expect(await members()).toBe(before);
  });

  it('tells a partner key that it needs a registered operation', async () => {
    const query = door === 'GET' ? '{ program { key } }' : `mutation { ${enrol('partner')} }`;
    const before = await members();
    const { errors, data } = await ask({ query }, program.keys.partner);
    expect(codesOf(errors)).toEqual(['PERSISTED_QUERY_REQUIRED']);
    expect(Object.values(data ?? { nothing: null })).toEqual([null]);
    expect(await members()).toBe(before);
  });

  it('refuses variables that are no object', async () => {
    const query = 'query ($first: Int) { rewards(first: $first) { edges { cursor } } }';
    for (const variables of [[1], 'x', 1, true]) {
      const { status, errors } = await ask({ query, variables });
      // No message of the protocol then: the socket has to go (4400).
      if (door === 'WS') expect(status).toBe(4400);
      else expect([status, ...codesOf(errors)]).toEqual([400, 'BAD_REQUEST']);
    }
  });

  it('does not mind null for variables and names', async () => {
    const operation = { query: '{ program { key } }', variables: null, operationName: null };
    const { data } = await ask(operation as unknown as Operation);
    expect(data).toEqual({ program: { key: program.key } });
  });

  it('takes an empty name for none', async () => {
    const operation = { query: '{ program { key } }', operationName: '' };
    expect((await ask(operation)).data).toEqual({ program: { key: program.key } });
    const two = { query: 'query A { me { id } } query B { me { id } }', operationName: '' };
    expect(codesOf((await ask(two)).errors)).toEqual(['OPERATION_RESOLUTION_FAILURE']);
  });

  it('writes, unless it is GET', async () => {
    const before = await members();
    const { status, errors } = await ask({ query: `mutation { ${enrol(`by-${door}`)} }` });
    expect(await members()).toBe(door === 'GET' ? before : before + 1);
    if (door === 'GET') expect([status, ...codesOf(errors)]).toEqual([405, 'BAD_REQUEST']);
    else expect(errors).toBeUndefined();
  });

  it('judges a document by its variables, not by the last ones', async () => {
    const query = 'query ($first: Int) { rewards(first: $first) { edges { cursor } } }';
    expect((await ask({ query, variables: { first: 1 } })).errors).toBeUndefined();
    expect(codesOf((await ask({ query, variables: { first: 1000 } })).errors)).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect((await ask({ query, variables: { first: 2 } })).errors).toBeUndefined();
  });
});

describe('a socket', () => {
  it('goes on with its other operations, whatever is wrong with one (T5)', async () => {
    const socket = await openSocket(server.url, program.keys.operator);
    const query = 'subscription { leaderboardChanged(key: "daily") { kind } }';
    socket.send({ type: 'subscribe', id: 'live', payload: { query } });
    await socket.waitFor(({ id }) => id === 'live');
    for (const [, code, operation] of badDocuments) {
      const { errors } = await socket.run(operation);
      expect(codesOf(errors)).toContain(code);
      expect(JSON.stringify(errors)).not.toContain('"http"');
    }
    expect((await socket.run({ query: '{ program { key } }' })).data).toEqual({
      program: { key: program.key },
    });
    expect(socket.isClosed).toBe(false);
    expect(socket.messages.filter(({ id, type }) => id === 'live' && type !== 'next')).toEqual([]);
    expect(test.app.live.watched.boards).toBe(1);
    socket.close();
  });
});

describe('a parameter nobody knows', () => {
  const operation = { query: `mutation { ${enrol('unknown')} }`, qeury: 'x' };

  it('is refused by POST', async () => {
    const before = await members();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${program.keys.operator}`,
      },
      body: JSON.stringify(operation),
    });
    expect(response.status).toBe(400);
    expect(codesOf(((await response.json()) as Reply).errors)).toEqual(['BAD_REQUEST']);
    expect(await members()).toBe(before);
  });

  it('is refused on a socket, which goes on', async () => {
    const before = await members();
    const socket = await openSocket(server.url, program.keys.operator);
    expect(codesOf((await socket.run(operation)).errors)).toEqual(['BAD_REQUEST']);
    const known = { query: '{ program { key } }', extensions: { any: 1 }, other: null };
    expect((await socket.run(known)).data).toEqual({ program: { key: program.key } });
    expect(await members()).toBe(before);
    socket.close();
  });
});

describe('GraphQL over HTTP', () => {
  const post = (body: string, accept: string) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        accept,
        'content-type': 'application/json',
        authorization: `Bearer ${program.keys.operator}`,
      },
      body,
    });

  it.each([
    ['a syntax error', { query: '{' }],
    ['an unknown field', { query: '{ nope }' }],
    ['a wrong variable', { query: 'query ($a: Int!) { rewards(first: $a) { edges { cursor } } }' }],
  ])('answers %s with 400 in the media type that allows it', async (_name, body) => {
    const response = await post(JSON.stringify(body), 'application/graphql-response+json');
    expect(response.headers.get('content-type')).toContain('application/graphql-response+json');
    expect(response.status).toBe(400);
  });

  it('refuses batches', async () => {
    const before = await members();
    const one = { query: `mutation { ${enrol('batch')} }` };
    const response = await post(JSON.stringify([one, one]), 'application/json');
    expect(response.status).toBe(400);
    expect(await members()).toBe(before);
  });
});
