/** What an operation may not be, do or ask for, with the answer of every door (RELIABILITY.md §5). */
import type { Door, Operation } from '../support/doors.ts';
import { badDocuments, enrol } from './bad-documents.ts';

/** Who asks. `bound`: a client that runs registered operations only. `spent`: has spent it all. */
export type Caller =
  | 'operator'
  | 'screen'
  | 'partner'
  | 'bound'
  | 'spent'
  | 'nobody'
  | 'wrong'
  | 'noBearer';

export type Answer = {
  readonly code: string;
  /** HTTP status in application/graphql-response+json; sockets answer by an `error` message. */
  readonly status: number;
};

export type Rule = {
  readonly name: string;
  readonly as: Caller;
  readonly send: Operation;
  readonly answer: Answer;
  /** Where it is another: its answer, a close code of the socket, or why the door cannot have it. */
  readonly except?: Partial<Record<Door, Answer | number | string>>;
  /** The document itself is good: it can be registered, and is refused by its id all the same. */
  readonly registers?: true;
  /** With a longer URL than a server takes: 431 is as good. */
  readonly longUrl?: true;
};

const statuses: Readonly<Record<string, number>> = {
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
  BAD_USER_INPUT: 400,
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  QUERY_TOO_COMPLEX: 403,
  PERSISTED_QUERY_REQUIRED: 403,
  PERSISTED_QUERY_NOT_FOUND: 404,
  RATE_LIMITED: 429,
};

const answer = (code: string, status = statuses[code] ?? 0): Answer => ({ code, status });

const rule = (
  name: string,
  code: string,
  send: Operation,
  more: Partial<Omit<Rule, 'name' | 'send'>> = {},
): Rule => ({ name, send, as: 'operator', answer: answer(code), ...more });

const repeated = (count: number, of: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => of(n)).join(' ');
const levels = (count: number) =>
  `{ leaderboard(key: "daily") ${'{season{leaderboard'.repeat(count)}{key}${'}}'.repeat(count)} }`;
const PARSE = 'GRAPHQL_PARSE_FAILED';
const VALIDATION = 'GRAPHQL_VALIDATION_FAILED';

const documents: readonly Rule[] = [
  ...badDocuments.map(([name, code, send, { longUrl } = {}]) =>
    rule(name, code, send, { ...(longUrl && { longUrl }) }),
  ),
  rule('50 levels', VALIDATION, { query: levels(25) }),
  rule('2,000 levels', PARSE, { query: `${'{a'.repeat(2_000)}${'}'.repeat(2_000)}` }),
  rule('2,000 levels of lists (T9)', PARSE, {
    query: `{ nodes(ids: ${'['.repeat(2_000)}${']'.repeat(2_000)}) { id } }`,
  }),
  rule('2,000 levels of objects', PARSE, {
    query: `{ member(by: ${'{a:'.repeat(2_000)}1${'}'.repeat(2_000)}) { id } }`,
  }),
  rule('101 aliases', VALIDATION, { query: `{ ${repeated(101, (n) => `a${n}: __typename`)} }` }),
  rule('1,200 aliases', PARSE, { query: `{ ${repeated(1_200, (n) => `a${n}: me`)} }` }),
  rule(
    'one field 10,000 times',
    PARSE,
    { query: `{ ${'me '.repeat(10_000)} }` },
    { longUrl: true },
  ),
  rule('1,000 operations', PARSE, { query: repeated(1_000, (n) => `query Q${n} { me }`) }),
  rule('120 directives', VALIDATION, {
    query: `{ __typename ${'@skip(if: false) '.repeat(120)} }`,
  }),
  rule('a bomb of fragments', 'QUERY_TOO_COMPLEX', {
    query: `{ leaderboard(key: "daily") { ...F0 } } ${repeated(
      40,
      (n) => `fragment F${n} on Leaderboard { ...F${n + 1} season { version } ...F${n + 1} }`,
    )} fragment F40 on Leaderboard { key }`,
  }),
  rule('introspection in a fragment', VALIDATION, {
    query: '{ ...F } fragment F on Query { a: __schema { queryType { name } } }',
  }),
  rule('a misspelt field', VALIDATION, { query: '{ leaderbord(key: "daily") { key } }' }),
  rule(
    'a value that is none, and long',
    VALIDATION,
    {
      query: `{ leaderboard(key: "daily") { seasons(first: ENUM${'x'.repeat(300)}) { edges { cursor } } } }`,
    },
    { answer: answer('BAD_USER_INPUT') },
  ),
];

const pages = 'query ($first: Int) { rewards(first: $first) { edges { cursor } } }';
const tooLarge = `query ($n: Int) { leaderboard(key: "daily") { seasons(first: $n) { edges { node {
  standings(first: $n) { nodes { rank } } } } } } }`;
const bad = (name: string, first: unknown, status = 400) =>
  rule(
    name,
    'BAD_USER_INPUT',
    { query: pages, variables: { first } },
    {
      ...{ registers: true, answer: answer('BAD_USER_INPUT', status) },
    },
  );

const values: readonly Rule[] = [
  bad('a text for a number', '1'),
  bad('a long text for a number', 'my secret is '.repeat(40)),
  bad('a half', 0.5),
  bad('2^31', 2 ** 31),
  bad('2^53 + 2', 2 ** 53 + 2),
  bad('1e300', 1e300),
  bad('a truth', true),
  bad('a list', [1, 2]),
  bad('an object', { toString: 1 }),
  // What fits the type is refused by the field: the rest of the answer would come.
  bad('no page', 0, 200),
  bad('less than no page', -1, 200),
  bad('101 rows', 101, 200),
  rule(
    'a NUL',
    'BAD_USER_INPUT',
    {
      ...{ query: 'query ($s: String) { rewards(filter: {search: $s}) { edges { cursor } } }' },
      variables: { s: 'a\u0000b' },
    },
    { answer: answer('BAD_USER_INPUT', 200), registers: true },
  ),
  rule(
    'half a surrogate',
    'BAD_USER_INPUT',
    {
      ...{ query: 'query ($s: String) { rewards(filter: {search: $s}) { edges { cursor } } }' },
      variables: { s: 'a\ud800' },
    },
    {
      answer: answer('BAD_USER_INPUT', 200),
      registers: true,
      except: { GET: 'a URL has no half surrogates: it comes as a replacement character' },
    },
  ),
  rule(
    'a cursor that is none',
    'BAD_USER_INPUT',
    {
      ...{ query: 'query ($c: String) { rewards(after: $c) { edges { cursor } } }' },
      variables: { c: 'W10=' },
    },
    { answer: answer('BAD_USER_INPUT', 200), registers: true },
  ),
  rule('pages of pages by a variable', 'QUERY_TOO_COMPLEX', {
    ...{ query: tooLarge, variables: { n: 100 } },
  }),
  rule(
    'variables that are a list',
    'BAD_REQUEST',
    { query: pages, variables: [1] },
    {
      // No message of the protocol, which says that the socket has to go.
      except: { WS: 4400 },
    },
  ),
  rule(
    'an id that is no text',
    'BAD_REQUEST',
    { documentId: { a: 1 } as never },
    {
      except: { GET: 'parameters of a URL are texts' },
    },
  ),
];

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const program = '{ program { key } }';
const anyId = (name: string, documentId: string, more: Partial<Rule> = {}) =>
  rule(name, 'PERSISTED_QUERY_NOT_FOUND', { documentId }, { as: 'bound', ...more });

const persisted: readonly Rule[] = [
  anyId('a hash that nobody registered', hash('0')),
  anyId('the id __proto__ (T14)', '__proto__'),
  anyId('the id constructor', 'constructor', { as: 'partner' }),
  anyId('an id of 8 KB', 'x'.repeat(8_192)),
  rule(
    'a text where ids only are taken (T3)',
    'PERSISTED_QUERY_REQUIRED',
    { query: program },
    {
      as: 'bound',
    },
  ),
  rule('a text of a partner', 'PERSISTED_QUERY_REQUIRED', { query: program }, { as: 'partner' }),
  rule(
    'a registration by who asks',
    'BAD_REQUEST',
    {
      ...{ query: program },
      extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } },
    },
    { as: 'bound' },
  ),
  rule('a hash and another text', 'BAD_REQUEST', { query: program, documentId: hash('1') }),
  rule('two ids', 'BAD_REQUEST', { documentId: hash('1'), doc_id: hash('2') }),
];

const rights: readonly Rule[] = [
  ...(['nobody', 'wrong', 'noBearer'] as const).map((as) =>
    rule(
      `a credential: ${as}`,
      'UNAUTHENTICATED',
      { query: program },
      {
        ...{ as, except: { WS: 4403 } },
      },
    ),
  ),
  rule(
    'a role that may not',
    'FORBIDDEN',
    { query: '{ rewards { edges { cursor } } }' },
    {
      as: 'screen',
    },
  ),
  rule('a caller who has spent it all', 'RATE_LIMITED', { query: program }, { as: 'spent' }),
  rule(
    'more than one may spend at once',
    'QUERY_TOO_COMPLEX',
    {
      query: '{ rewards(first: 100) { edges { node { id } } } }',
    },
    { as: 'spent' },
  ),
  rule('a parameter nobody knows', 'BAD_REQUEST', { query: program, qeury: 'x' } as Operation, {
    except: { GET: 'a URL may have parameters of others (utm_source)' },
  }),
  rule(
    'a write by GET',
    'BAD_REQUEST',
    { query: `mutation { ${enrol('by-get')} }` },
    {
      answer: answer('BAD_REQUEST', 405),
      except: {
        ...{ POST: 'it may write', SSE: 'it is a POST, and may write', WS: 'it may write' },
      },
    },
  ),
];

export const doorRules: readonly Rule[] = [...documents, ...values, ...persisted, ...rights];
