/** A usual POST goes straight to the executor; nobody can tell by the answer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { sendHttp } from '../support/raw-http.ts';

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

const two = 'query A { program { key } } query B { program { name } }';
const withVariable = 'query Q($first: Int!) { rewards(first: $first) { edges { node { id } } } }';

const good = { query: '{ program { key } }' };

/** What a request says, with the name it has in a failure. */
const goodBodies: readonly (readonly [string, unknown])[] = [
  ['a query', good],
  ['a query with null parameters', { ...good, variables: null, operationName: null }],
  ['a query without a name', { ...good, operationName: '' }],
  ['a query with extensions', { ...good, extensions: {} }],
  ['variables', { query: withVariable, variables: { first: 2 } }],
  ['one of two operations', { query: two, operationName: 'B' }],
  [
    'a mutation',
    {
      query:
        'mutation { createReward(input: {title: "T", price: 1}) { ... on CreateRewardPayload { reward { title } } } }',
    },
  ],
];
const badBodies: readonly (readonly [string, unknown])[] = [
  ['a missing variable', { query: withVariable }],
  ['a wrong variable', { query: withVariable, variables: { first: 'x' } }],
  ['variables that are a list', { query: withVariable, variables: [1] }],
  ['neither of two operations', { query: two }],
  ['neither of two operations, by an empty name', { query: two, operationName: '' }],
  ['an unknown operation', { query: two, operationName: 'C' }],
  ['an operation name that is a number', { query: two, operationName: 1 }],
  ['a refused mutation', { query: 'mutation { checkIn(input: {}) { __typename } }' }],
  ['a document that cannot be parsed', { query: '{ program { ' }],
  ['a document that is not valid', { query: '{ nothing }' }],
  ['an empty document', { query: '' }],
  ['no document', {}],
  ['a document that is a number', { query: 1 }],
  ['a node id that is none', { query: '{ node(id: "x") { id } }' }],
  ['a parameter nobody knows', { ...good, more: 1 }],
  ['a batch', [good]],
  ['no object', 'x'],
];
const absent = { query: '{ member(by: {externalId: "nobody"}) { id } }' };
const bodies = [...goodBodies, ...badBodies, ['a member who is not there', absent] as const];
const types = [undefined, '*/*', 'application/json', 'application/graphql-response+json'];
const credentials = [
  ['a key', () => `Bearer ${program.keys.operator}`],
  ['nobody', () => undefined],
  ['a wrong key', () => 'Bearer tm_wrong'],
] as const;

describe.each(credentials)('as %s', (_name, authorization) => {
  it.each(bodies)('%s', async (_body, body) => {
    const given = authorization();
    for (const accept of types) {
      const headers = { ...(accept && { accept }), ...(given && { authorization: given }) };
      const ask = async (chunked: boolean) => {
        const sent = await sendHttp(server.port, { body: JSON.stringify(body), headers, chunked });
        const { status, headers: got, text } = sent;
        return { status, type: got['content-type'], answer: JSON.parse(text) as unknown };
      };
      // A body of unknown length is counted while Yoga reads it, and so goes all the way through.
      const throughYoga = await ask(true);
      expect(throughYoga.status).toBeGreaterThanOrEqual(200);
      expect(await ask(false)).toEqual(throughYoga);
    }
  });
});

describe('with a key', () => {
  const ask = async (body: unknown) => {
    const headers = { authorization: `Bearer ${program.keys.operator}` };
    const { text } = await sendHttp(server.port, { body: JSON.stringify(body), headers });
    return JSON.parse(text) as { data?: object; errors?: readonly object[] };
  };

  it.each(goodBodies)('%s is answered', async (_body, body) => {
    const { data, errors } = await ask(body);
    expect(errors).toBeUndefined();
    expect(Object.values(data ?? { nothing: null })).not.toContain(null);
  });

  it.each(badBodies)('%s is refused', async (_body, body) => {
    expect((await ask(body)).errors?.length).toBeGreaterThan(0);
  });
});
