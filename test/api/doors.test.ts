/** What every door takes alike; what none takes is in every-door.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { doors, knock, type Operation, openSocket } from '../support/doors.ts';
import { enrol } from './bad-documents.ts';

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

it('a socket takes extensions, and parameters that are null', async () => {
  const socket = await openSocket(server.url, program.keys.operator);
  const known = { query: '{ program { key } }', extensions: { any: 1 }, other: null };
  expect((await socket.run(known)).data).toEqual({ program: { key: program.key } });
  socket.close();
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
});
