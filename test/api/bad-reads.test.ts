/** Bad arguments of queries and subscriptions: BAD_USER_INPUT that says which, and why. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/graphql/ids.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import {
  badCursors,
  badExact,
  badIds,
  badInstants,
  badInts,
  badKeys,
  badPageSizes,
  badShortTexts,
} from './bad-values.ts';
import { expectRefusals } from './refused.ts';

let test: TestApp;
let program: TestProgram;

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  const ask = (query: string) => test.ask(program.keys.operator, query);
  await ask(`mutation {
    enrolMember(input: {externalId: "ada"}) { ... on EnrolMemberPayload { member { id } } }
    createReward(input: {title: "Mug", price: 1}) { ... on CreateRewardPayload { reward { id } } }
    adjustPoints(input: {member: {externalId: "ada"}, amount: 1000, reason: "test"}) { __typename }
    checkIn(input: {member: {externalId: "ada"}}) { __typename } }`);
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  await ask(`mutation { createChallenge(input: {title: "Contest", metric: CHECK_INS, kind: TEAM,
    startsAt: "${hours(1)}", endsAt: "${hours(2)}", teamRules: {sizeMax: 5}}) { __typename } }`);
  // Seasons are made when somebody asks for them.
  await ask('{ leaderboards { season { id } } }');
});
afterAll(() => test.close());

const inChallenge = (selection: string) =>
  `{ challenges(first: 1) { edges { node { ${selection} } } } }`;
const inSeason = (selection: string) => `{ leaderboard(key: "daily") { season { ${selection} } } }`;
const ofMember = (selection: string) => `{ member(by: {externalId: "ada"}) { ${selection} } }`;
const edges = '{ edges { cursor } }';

/** Argument, its type, the query around `$VAR`, and what it may not be. */
const reads: [string, string, string, unknown[]][] = [
  [
    'id',
    'ID!',
    '{ node(id: $VAR) { id } }',
    [...badIds('Member'), ...badIds('Leaderboard')].filter(
      (id) => !['Member', 'Reward', 'Redemption'].some((type) => id === toGlobalId(type, 1)),
    ),
  ],
  [
    'ids',
    '[ID!]!',
    '{ nodes(ids: $VAR) { id } }',
    [['a'], [''], [null], Array(101).fill('a'), null, {}, ['\u0000']],
  ],
  ['key', 'String!', '{ leaderboard(key: $VAR) { id } }', [null, 1, {}, [], ['a', 'b']]],
  [
    'after',
    'SafeInt',
    '{ leaderboard(key: "daily", after: $VAR) { id } }',
    [...badExact, 0, -1, Number.MAX_SAFE_INTEGER],
  ],
  [
    'after',
    'SafeInt',
    '{ member(by: {externalId: "ada"}, after: $VAR) { id } }',
    [...badExact, 0, -1, Number.MAX_SAFE_INTEGER],
  ],
  ['id', 'ID!', '{ challenge(id: $VAR) { id } }', [...badIds('Challenge'), null]],
  [
    'phases',
    '[ChallengePhase!]',
    `{ challenges(phases: $VAR) ${edges} }`,
    ['NOPE', '', 1, {}, [null], ['NOPE']],
  ],
  [
    'member',
    'MemberBy',
    inChallenge('participation(member: $VAR) { state }'),
    [...badIds('Member').map((id) => ({ id })), {}, null],
  ],
  ['first', 'Int', inChallenge('targetReached(first: $VAR) { place }'), badPageSizes],
  ['first', 'Int', inChallenge(`teamStandings(first: $VAR) ${edges}`), badPageSizes],
  [
    'after',
    'String',
    inChallenge(`teamStandings(after: $VAR) ${edges}`),
    badCursors('teamStandings'),
  ],
  ['at', 'DateTime', '{ leaderboard(key: "daily") { season(at: $VAR) { id } } }', badInstants],
  ['id', 'ID', '{ leaderboard(key: "daily") { season(id: $VAR) { id } } }', badIds('Season')],
  [
    'by',
    'MemberBy!',
    '{ member(by: $VAR) { id } }',
    [...badIds('Member').map((id) => ({ id })), {}, null, 'ada', { id: null }],
  ],
  ['id', 'ID!', '{ reward(id: $VAR) { id } }', [...badIds('Reward'), null]],
  [
    'filter',
    'RewardFilterInput',
    '{ rewards(filter: $VAR) { edges { cursor } } }',
    [
      ...[[], 'x', 1, { nope: 1 }, { kinds: [] }, { kinds: ['NOPE'] }, { states: [] }],
      ...[{ tags: [] }, { tags: Array(21).fill('a') }, { ids: [] }, { affordable: 1 }],
      ...[{ ids: Array(101).fill('a') }, { affordable: true }],
      ...badKeys.map((tag) => ({ tags: [tag] })),
      ...badShortTexts.map((search) => ({ search })),
      ...badIds('Reward').map((id) => ({ ids: [id] })),
    ],
  ],
  [
    'filter',
    'RedemptionFilterInput',
    '{ redemptions(filter: $VAR) { edges { cursor } } }',
    [
      ...[[], 'x', 1, { nope: 1 }, { kinds: [] }, { kinds: ['NOPE'] }, { states: [] }],
      ...[{ rewardIds: [] }, { rewardIds: Array(101).fill('a') }, { member: {} }],
      { boughtFrom: '2026-01-02T00:00:00Z', boughtBefore: '2026-01-02T00:00:00Z' },
      ...badInstants.filter((at) => at !== null).map((boughtFrom) => ({ boughtFrom })),
      ...badIds('Reward').map((id) => ({ rewardIds: [id] })),
      ...badIds('Member').map((id) => ({ member: { id } })),
    ],
  ],
  [
    'member',
    'MemberBy',
    '{ rewards(member: $VAR) { edges { cursor } } }',
    [...badIds('Member').map((id) => ({ id })), {}],
  ],
  [
    'member',
    'MemberBy',
    '{ rewards(first: 1) { edges { node { offer(member: $VAR) { price } } } } }',
    [...badIds('Member').map((id) => ({ id })), {}, null],
  ],
  [
    'after',
    'String',
    '{ rewards(first: 1) { edges { node { codes(after: $VAR) { edges { cursor } } } } } }',
    badCursors('rewardCodes'),
  ],
  [
    'state',
    'RewardCodeState',
    '{ rewards(first: 1) { edges { node { codes(state: $VAR) { edges { cursor } } } } } }',
    ['NOPE', '', 1, {}, []],
  ],
  ['until', 'DateTime', ofMember('points { expiring(until: $VAR) { at } }'), badInstants],
  [
    'radius',
    'Int!',
    inSeason('around(member: {externalId: "ada"}, radius: $VAR) { rank }'),
    [...badInts, -1, 51, null],
  ],
  [
    'member',
    'MemberBy',
    inSeason('around(member: $VAR) { rank }'),
    [...badIds('Member').map((id) => ({ id })), {}, null],
  ],
  [
    'member',
    'MemberBy',
    inSeason('standing(member: $VAR) { rank }'),
    [...badIds('Member').map((id) => ({ id })), {}, null],
  ],
  ['first', 'Int', inSeason(`standings(first: $VAR) ${edges}`), badPageSizes],
  ['after', 'String', inSeason(`standings(after: $VAR) ${edges}`), badCursors('standings')],
];

for (const [list, query] of [
  ['rewards', `{ rewards(ARG: $VAR) ${edges} }`],
  ['ledger', ofMember(`ledger(ARG: $VAR) ${edges}`)],
  ['checkIns', ofMember(`checkIns(ARG: $VAR) ${edges}`)],
  ['redemptions', ofMember(`redemptions(ARG: $VAR) ${edges}`)],
  ['orders', `{ redemptions(ARG: $VAR) ${edges} }`],
  ['challenges', `{ challenges(ARG: $VAR) ${edges} }`],
  ['apiKeys', `{ apiKeys(ARG: $VAR) ${edges} }`],
  ['participants', inChallenge(`participants(ARG: $VAR) ${edges}`)],
  ['teams', inChallenge(`teams(ARG: $VAR) ${edges}`)],
  ['memberChallenges', ofMember(`challenges(ARG: $VAR) ${edges}`)],
  ['seasons', `{ leaderboard(key: "daily") { seasons(ARG: $VAR) ${edges} } }`],
] as const) {
  const withArg = (arg: string) => query.replace('ARG', arg);
  reads.push(['first', 'Int', withArg('first'), badPageSizes]);
  reads.push(['last', 'Int', withArg('last'), badPageSizes]);
  reads.push(['after', 'String', withArg('after'), badCursors(list)]);
  reads.push(['before', 'String', withArg('before'), badCursors(list)]);
}

/** Errors name variables, so each is called like its argument. */
const askWith = (kind: string, field: string, type: string, query: string, value: unknown) =>
  test.ask(
    program.keys.operator,
    `${kind} ($${field}: ${type}) ${query.replace('$VAR', `$${field}`)}`,
    { [field]: value },
  );

describe('reads', () => {
  it.each(reads)('refuse a wrong %s (%s) in %s', async (field, type, query, values) => {
    await expectRefusals(test, field, values, (v) => askWith('query', field, type, query, v));
  });

  it('refuse first with last', async () => {
    await expectRefusals(test, 'last', [1], (v) =>
      test.ask(
        program.keys.operator,
        'query ($last: Int) { rewards(first: 1, last: $last) { edges { cursor } } }',
        { last: v },
      ),
    );
  });
});

describe('subscriptions', () => {
  it.each([
    [
      'key',
      'String!',
      '{ leaderboardChanged(key: $VAR) { kind } }',
      ['', 'nope', 'a\u0000b', '\ud800', 'x'.repeat(10_000), null, 1, {}],
    ],
    [
      'first',
      'Int!',
      '{ leaderboardChanged(key: "daily", first: $VAR) { kind } }',
      [...badPageSizes, null],
    ],
    [
      'member',
      'MemberBy',
      '{ memberChanged(member: $VAR) { version } }',
      [...badIds('Member').map((id) => ({ id })), { externalId: 'nobody' }, {}, null],
    ],
  ])('refuse a wrong %s (%s) in %s', async (field, type, query, values) => {
    await expectRefusals(test, field, values, (v) =>
      askWith('subscription', field, type, query, v),
    );
    expect(test.app.live.watched).toEqual({ boards: 0, members: 0 });
  });
});
