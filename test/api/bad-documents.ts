/** Documents that every door must refuse, with the code they get. */
import type { Operation } from '../support/doors.ts';

/** A selection that writes. */
export const enrol = (externalId: string) =>
  `enrolMember(input: {externalId: "${externalId}"}) { __typename }`;
const nested = (levels: number) =>
  `mutation { ${enrol('nested')} } query { leaderboard(key: "daily") ${'{season{leaderboard'.repeat(levels)}{key}${'}}'.repeat(levels)} }`;
const aliases = (count: number) =>
  Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(' ');

const manyPages = (times: number) => {
  const pages =
    'seasons(first: 100) { edges { node { standings(first: 100) { nodes { rank } } } } }';
  return `{ ${Array.from({ length: times }, (_, n) => `a${n}: leaderboard(key: "daily") { ${pages} }`).join(' ')} }`;
};

/** Each tries to write, too, wherever a document can hold both. */
export const badDocuments: [string, string, Operation, { longUrl?: true }?][] = [
  ['a syntax error', 'GRAPHQL_PARSE_FAILED', { query: `mutation { ${enrol('syntax')}` }],
  ['an empty document', 'GRAPHQL_PARSE_FAILED', { query: ' ' }],
  ['a never-closed string', 'GRAPHQL_PARSE_FAILED', { query: `{ member(by: {externalId: "a` }],
  ['an unknown field', 'GRAPHQL_VALIDATION_FAILED', { query: `{ me { externalID } }` }],
  [
    'an unknown argument',
    'GRAPHQL_VALIDATION_FAILED',
    { query: '{ leaderboard(ky: "x") { id } }' },
  ],
  ['an unknown fragment', 'GRAPHQL_VALIDATION_FAILED', { query: '{ me { ...F } }' }],
  [
    'a fragment cycle',
    'GRAPHQL_VALIDATION_FAILED',
    { query: '{ me { ...A } } fragment A on Member { ...B } fragment B on Member { ...A }' },
  ],
  [
    'a subscription with two fields',
    'GRAPHQL_VALIDATION_FAILED',
    {
      query: `subscription { a: memberChanged { version } b: memberChanged { version } }`,
    },
  ],
  ['introspection', 'GRAPHQL_VALIDATION_FAILED', { query: '{ __schema { types { name } } }' }],
  [
    'introspection of a type',
    'GRAPHQL_VALIDATION_FAILED',
    {
      query: 'query Q { t: __type(name: "Member") { ...F } } fragment F on __Type { name }',
    },
  ],
  [
    'too deep',
    'GRAPHQL_VALIDATION_FAILED',
    { query: nested(6).replace(/^mutation \{.*?\} \} /, '') },
  ],
  [
    'too deep through fragments',
    'GRAPHQL_VALIDATION_FAILED',
    {
      query: `{ leaderboard(key: "daily") { ...A } }
        fragment A on Leaderboard { season { leaderboard { season { leaderboard { ...B } } } } }
        fragment B on Leaderboard { season { leaderboard { season { leaderboard {
          season { id } } } } } }`,
    },
  ],
  [
    '5,000 levels of selections',
    'GRAPHQL_PARSE_FAILED',
    {
      query: `${'{a'.repeat(5_000)}${'}'.repeat(5_000)}`,
    },
    { longUrl: true },
  ],
  [
    '5,000 levels of lists',
    'GRAPHQL_PARSE_FAILED',
    {
      query: `{ nodes(ids: ${'['.repeat(5_000)}${']'.repeat(5_000)}) { id } }`,
    },
    { longUrl: true },
  ],
  ['too many tokens', 'GRAPHQL_PARSE_FAILED', { query: `{ ${'me '.repeat(1_001)} }` }],
  ['a huge document', 'GRAPHQL_PARSE_FAILED', { query: `{ me { id } } #${'x'.repeat(20_001)}` }],
  ['a huge name', 'GRAPHQL_VALIDATION_FAILED', { query: `{ ${'x'.repeat(15_000)} }` }],
  ['too many aliases', 'GRAPHQL_VALIDATION_FAILED', { query: `{ ${aliases(31)} }` }],
  [
    'aliases of __typename in fragments',
    'GRAPHQL_VALIDATION_FAILED',
    {
      query: `{ ...F } fragment F on Query { ${aliases(31)} }`,
    },
  ],
  ['pages of pages of pages', 'QUERY_TOO_COMPLEX', { query: manyPages(18) }],
  [
    'too many directives',
    'GRAPHQL_VALIDATION_FAILED',
    {
      query: `{ me { ${'id @include(if: true) '.repeat(21)} } }`,
    },
  ],
  [
    'many unknown directives',
    'GRAPHQL_VALIDATION_FAILED',
    {
      query: `{ me { id ${'@aa '.repeat(100)} } }`,
    },
  ],
  [
    'too many selections in a set',
    'GRAPHQL_VALIDATION_FAILED',
    {
      query: `{ me { ${'id '.repeat(101)} } }`,
    },
  ],
  [
    'an operation that is not there',
    'OPERATION_RESOLUTION_FAILURE',
    {
      query: `query A { me { id } } mutation B { ${enrol('operation')} }`,
      operationName: 'C',
    },
  ],
  [
    'two operations and no name',
    'OPERATION_RESOLUTION_FAILURE',
    {
      query: `query A { me { id } } mutation B { ${enrol('operation')} }`,
    },
  ],
  [
    'fragments only',
    'OPERATION_RESOLUTION_FAILURE',
    {
      query: 'fragment F on Member { id }',
    },
  ],
  [
    'a variable of a wrong type',
    'BAD_USER_INPUT',
    {
      query: 'query ($first: Int) { rewards(first: $first) { edges { cursor } } }',
      variables: { first: 'ten' },
    },
  ],
  [
    'a variable that is missing',
    'BAD_USER_INPUT',
    {
      query: 'query ($key: String!) { leaderboard(key: $key) { id } }',
    },
  ],
  [
    'an unknown field of an input',
    'BAD_USER_INPUT',
    {
      query: 'query ($by: MemberBy!) { member(by: $by) { id } }',
      variables: { by: { externalId: 'a', name: 'b' } },
    },
  ],
];
