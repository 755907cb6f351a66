/** What a document may cost: the memory that parsed ones take, and the rows they make us read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/graphql/ids.ts';
import { exampleQueries } from '../../src/http/graphiql-examples.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type SendOptions, sendHttp } from '../support/raw-http.ts';

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

const ask = async (query: string, options: SendOptions = {}) => {
  const { status, text } = await sendHttp(server.port, {
    body: JSON.stringify({ query }),
    ...options,
  });
  const [error] = (JSON.parse(text).errors ?? []) as {
    message: string;
    extensions: { code: string };
  }[];
  return { status, code: error?.extensions.code, message: error?.message };
};

/** What the process says of itself. */
async function kept(): Promise<{ documents: number; characters: number }> {
  const { text } = await sendHttp(server.port, { method: 'GET', path: '/metrics' });
  const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return {
    documents: value('tallymark_documents'),
    characters: value('tallymark_documents_characters'),
  };
}

describe('documents that were parsed', () => {
  it('are kept for all ways through HTTP together', async () => {
    const headers = { authorization: `Bearer ${program.keys.service}` };
    const before = await kept();
    const query = '{ program { key name } }';
    await ask(query, { headers });
    await ask(query, { headers, chunked: true });
    const search = new URLSearchParams({ query });
    await sendHttp(server.port, { method: 'GET', path: `/graphql?${search}`, headers });
    expect((await kept()).documents).toBe(before.documents + 1);
  });

  it.each([
    ['short', 700, (n: number) => `query Q${n} { program { key } }`],
    ['long', 120, (n: number) => `query L${n} { ${'leaderboards { key } '.repeat(240)} }`],
    ['dense', 240, (n: number) => `query D${n} { ${'a '.repeat(980)} }`],
    ['wrong', 700, (n: number) => `query W${n} { nothing }`],
  ])('are few, though strangers send many %s ones', async (_name, count, document) => {
    for (let n = 0; n < count; n += 20) {
      const asked = Array.from({ length: 20 }, (_, m) =>
        ask(document(n + m), { chunked: m % 2 === 0 }),
      );
      for (const { code } of await Promise.all(asked)) {
        expect(code).toMatch(/^(?:UNAUTHENTICATED|GRAPHQL_VALIDATION_FAILED)$/);
      }
    }
    const { documents, characters } = await kept();
    expect(documents).toBeGreaterThan(40);
    expect(documents).toBeLessThanOrEqual(limits.documentCacheDocumentsMax);
    expect(characters).toBeLessThanOrEqual(limits.documentCacheCharactersMax);
  });

  it('are none of those that cannot be parsed', async () => {
    const before = await kept();
    for (let n = 0; n < 20; n += 1) {
      const { code } = await ask(`{ broken${n} `, { chunked: n % 2 === 0 });
      expect(code).toBe('GRAPHQL_PARSE_FAILED');
    }
    expect(await kept()).toEqual(before);
  });

  it('are none of those that come with a wrong credential', async () => {
    const before = await kept();
    const headers = { authorization: 'Bearer tm_wrong' };
    for (const query of ['{ rewards { pageInfo { endCursor } } }', '{ nothing }', '{ broken']) {
      const search = new URLSearchParams({ query });
      const byGet: SendOptions = { method: 'GET', path: `/graphql?${search}`, body: undefined };
      for (const options of [{}, { chunked: true }, byGet]) {
        const { status, code } = await ask(query, { ...options, headers });
        expect([status, code]).toEqual([401, 'UNAUTHENTICATED']);
      }
    }
    expect(await kept()).toEqual(before);
  });
});

/** A board's seasons with something of each. */
const seasons = (first: number | string, of: string) =>
  `leaderboard(key: "daily") { seasons(first: ${first}) { edges { node { ${of} } } } }`;
const standings = (first: number | string) =>
  `standings(first: ${first}) { edges { node { rank member { displayName } } } }`;
const times = (count: number, of: string) =>
  Array.from({ length: count }, (_, n) => `a${n}: ${of}`).join(' ');

describe('what an answer may hold', () => {
  const headers = () => ({ authorization: `Bearer ${program.keys.service}` });
  const run = (body: object) => ask('', { body: JSON.stringify(body), headers: headers() });
  const tooMuch = [
    'QUERY_TOO_COMPLEX',
    'The answer could have more than 10000 objects: ask for smaller pages.',
  ];

  it.each([
    ['a page', `{ ${seasons(100, 'version')} }`],
    ['a page of pages', `{ ${seasons(5, standings(100))} }`],
    ['pages of the default size', `{ ${seasons('null', 'standings { nodes { rank } }')} }`],
    ['many pages', `{ ${times(20, seasons(1, standings(100)))} }`],
    ['a page by a variable', `query ($n: Int) { ${seasons('$n', 'version')} }`],
    [
      'a member’s page',
      `{ member(by: {externalId: "a"}) { ledger(first: 100) { edges { node { amount } } }
           checkIns(first: 100) { edges { node { localDate } } } } }`,
    ],
    [
      'boards with their tops and neighbours',
      `{ leaderboards { season { around(member: {externalId: "a"}, radius: 50) { member { streak { current } } }
           standings(first: 100) { nodes { member { points { available } } } } } } }`,
    ],
    [
      'one of two operations that would be too much together',
      `query A { ${seasons(20, standings(100))} } query B { ${seasons(20, standings(100))} }`,
      'A',
    ],
    [
      'a fragment of the page itself',
      `{ leaderboard(key: "daily") { season { standings(first: 100) { ...Page } } } }
       fragment Page on StandingConnection { nodes { member { displayName } } }`,
    ],
  ])('%s is read', async (_name, query, operationName?: string) => {
    const { code } = await run({ query, operationName });
    expect(code).toBeUndefined();
  });

  it('the examples are read', async () => {
    const names = [...exampleQueries.matchAll(/^(?:query|mutation) (\w+)/gm)].map(
      ([, name]) => name,
    );
    expect(names.length).toBeGreaterThan(4);
    for (const operationName of names) {
      const { code } = await run({ query: exampleQueries, operationName });
      const refused = ['GRAPHQL_VALIDATION_FAILED', 'QUERY_TOO_COMPLEX'];
      expect(refused, operationName).not.toContain(code);
    }
  });

  const doubling = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Leaderboard { ...F${n + 1} season { ...S } ...F${n + 1} }`,
  ).join(' ');

  it.each([
    ['a page of pages', `{ ${seasons(100, standings(100))} }`],
    [
      'a page of pages of which nothing is shown',
      `{ ${seasons(100, 'standings(first: 100) { totalCount }')} }`,
    ],
    ['a page of neighbours', `{ ${seasons(100, 'around(radius: 50) { rank }')} }`],
    ['pages from the end', `{ ${seasons(100, standings(100)).replace('first', 'last')} }`],
    ['many pages', `{ ${times(14, seasons(2, standings(100)))} }`],
    [
      'many pages by a fragment',
      `{ ${times(26, 'leaderboard(key: "daily") { ...P }')} }
       fragment P on Leaderboard { season { ...S } } fragment S on Season { ${standings(100)} }`,
    ],
    [
      'pages of a type condition',
      `{ ${times(26, 'node(id: "x") { ... on Season { ...S } }')} }
       fragment S on Season { ${standings(100)} }`,
    ],
    [
      'many objects for each row',
      `{ ${seasons(100, `standings(first: 10) { nodes { ${times(10, 'member { displayName }')} } }`)} }`,
    ],
    [
      'fragments that double each other',
      `{ leaderboard(key: "daily") { ...F0 } } ${doubling}
       fragment F60 on Leaderboard { key } fragment S on Season { version }`,
    ],
  ])('%s is refused when it is too much', async (_name, query) => {
    const { code, message } = await run({ query });
    expect([code, message]).toEqual(tooMuch);
  });

  const byVariables = `query ($n: Int, $m: Int = 100) { ${seasons('$n', standings('$m'))} }`;
  const byIds = `query ($ids: [ID!]!) { nodes(ids: $ids) {
    ... on Season { standings(first: 100) { nodes { member { displayName } } } } } }`;
  const ids = (count: number) => Array.from({ length: count }, () => toGlobalId('Season', 999_999));

  // In an order that would show answers kept for other variables.
  it.each([
    ['pages of the default size', byVariables, {}, undefined],
    ['small pages', byVariables, { n: 5, m: 5 }, undefined],
    ['the largest pages', byVariables, { n: 100, m: 100 }, tooMuch[0]],
    ['small pages again', byVariables, { n: 5, m: 5 }, undefined],
    ['the default of a variable', byVariables, { n: 90 }, tooMuch[0]],
    ['null, which is the default size', byVariables, { n: null, m: null }, undefined],
    ['null for one', byVariables, { n: 90, m: null }, undefined],
    ['a text', byVariables, { n: '1', m: 1 }, 'BAD_USER_INPUT'],
    ['a text as the largest', byVariables, { n: '1', m: 100 }, tooMuch[0]],
    ['a fraction', byVariables, { n: 1.5, m: 100 }, tooMuch[0]],
    ['less than nothing', byVariables, { n: -1, m: 100 }, tooMuch[0]],
    ['2^31', byVariables, { n: 2 ** 31, m: 100 }, tooMuch[0]],
    ['1e400', byVariables, { n: Number.MAX_VALUE, m: 1 }, 'BAD_USER_INPUT'],
    ['an object', byVariables, { n: { valueOf: 1 }, m: 100 }, tooMuch[0]],
    ['a list', byVariables, { n: [1], m: 100 }, 'BAD_USER_INPUT'],
    ['out of range by a little', byVariables, { n: 101, m: 2 }, 'BAD_USER_INPUT'],
    ['few ids', byIds, { ids: ids(3) }, undefined],
    ['many ids', byIds, { ids: ids(100) }, tooMuch[0]],
    ['one id for a list', byIds, { ids: 'x' }, tooMuch[0]],
    ['no ids', byIds, {}, 'BAD_USER_INPUT'],
  ])('variables: %s', async (_name, query, variables, wanted) => {
    expect((await run({ query, variables })).code).toBe(wanted);
  });

  it('names of Object are no sizes', async () => {
    const query = `query ($constructor: Int, $__proto__: Int) {
      ${seasons('$constructor', standings('$__proto__'))} }`;
    const body = `{"query":${JSON.stringify(query)},"variables":{"__proto__":5}}`;
    expect((await ask('', { body, headers: headers() })).code).toBeUndefined();
    const large = body.replace('"__proto__":5', '"__proto__":100,"constructor":100');
    expect((await ask('', { body: large, headers: headers() })).code).toBe(tooMuch[0]);
  });
});
