/** What questions are about: the rows of a program that has some of everything, or of none. */
import { expect } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { fromGlobalId, toGlobalId } from '../../src/graphql/ids.ts';
import { manifestOf, sha256 } from '../operations/support.ts';
import type { TestApp, TestProgram } from '../support/app.ts';
import type { Subject } from './root-field.ts';

const none = 999_999;
const cursor = (list: string, place: unknown) =>
  Buffer.from(JSON.stringify([list, place])).toString('base64url');

/** Rows that do not exist at all. */
export const nobody: Subject = {
  member: toGlobalId('Member', none),
  reward: toGlobalId('Reward', none),
  coupon: toGlobalId('Reward', none),
  redemption: toGlobalId('Redemption', none),
  board: toGlobalId('Leaderboard', none),
  season: toGlobalId('Season', none),
  rule: toGlobalId('Rule', none),
  challenge: toGlobalId('Challenge', none),
  teamChallenge: toGlobalId('Challenge', none),
  team: toGlobalId('Team', none),
  hold: toGlobalId('Hold', none),
  settlement: toGlobalId('Settlement', none),
  adjustment: toGlobalId('Adjustment', none),
  taskBackfill: toGlobalId('BackfillRun', none),
  boardBackfill: toGlobalId('LeaderboardBackfill', none),
  apiKey: 'f'.repeat(16),
  inviteCode: '22AA22AA22AA',
  code: 'there-is-no-such-code',
  client: 'there-is-no-such-client',
  documentId: `sha256:${'0'.repeat(64)}`,
  position: none,
  standing: cursor('standings', [none, 1, '2026-01-01T00:00:00.000Z', none]),
  cursors: {},
};

const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
const payload = (type: string, fields: string) => `... on ${type}Payload { ${fields} }`;

/** What makes some of everything; the same in each program but for the names. */
const commands = (whose: string) => `mutation {
  enrolMember(input: {externalId: "ada", displayName: "Ada of ${whose}", idempotencyKey: "k"}) {
    ${payload('EnrolMember', 'replayed member { id }')} }
  draftRule(input: {key: "purchase", publish: {}, definition: {earning: {
      title: "Purchases of ${whose}", trigger: {on: ACTIVITY, type: "purchase"},
      points: {fixed: 7}}}}) { ${payload('DraftRule', 'rule { id }')} }
  task: draftRule(input: {key: "order", publish: {}, definition: {task: {title: "Task of ${whose}",
      trigger: {on: ACTIVITY, type: "order"}, target: {count: 3}, points: 1}}}) { __typename }
  policy: draftRule(input: {key: "default", publish: {},
      definition: {pointsPolicy: {adjustmentLimit: 500}}}) { __typename }
  recordActivity(input: {member: {externalId: "ada"}, type: "purchase", reference: "order-1",
      idempotencyKey: "k"}) {
    ${payload('RecordActivity', 'replayed alreadyRecorded member { displayName }')} }
  adjustPoints(input: {member: {externalId: "ada"}, amount: 100, reason: "x", idempotencyKey: "k"}) {
    ${payload('AdjustPoints', 'replayed member { displayName }')} }
  pending: adjustPoints(input: {member: {externalId: "ada"}, amount: 600,
      reason: "asked-of-${whose}"}) { ${payload('AdjustPoints', 'adjustmentId')} }
  holdPoints(input: {member: {externalId: "ada"}, points: 1, reason: "hold-of-${whose}",
      expiresAt: "${hours(24)}"}) { ${payload('HoldPoints', 'hold { id }')} }
  createReward(input: {title: "Mug of ${whose}", price: 5}) {
    ${payload('CreateReward', 'reward { id }')} }
  coupon: createReward(input: {kind: COUPON, title: "Coupon of ${whose}", price: 1}) {
    ${payload('CreateReward', 'reward { id }')} }
  checkIn(input: {member: {externalId: "ada"}, idempotencyKey: "k"}) {
    ${payload('CheckIn', 'replayed alreadyCheckedIn position member { displayName }')} }
  backfillTask(input: {key: "order", from: "${hours(-1)}", dryRun: true, mode: QUIET}) {
    ${payload('BackfillTask', 'run { id }')} }
  backfillLeaderboard(input: {key: "weekly", dryRun: true}) {
    ${payload('BackfillLeaderboard', 'run { id }')} }
  createChallenge(input: {title: "Contest of ${whose}", metric: CHECK_INS,
      startsAt: "${hours(1)}", endsAt: "${hours(2)}"}) {
    ${payload('CreateChallenge', 'challenge { id }')} }
  teams: createChallenge(input: {title: "Teams of ${whose}", metric: CHECK_INS, kind: TEAM,
      startsAt: "${hours(1)}", endsAt: "${hours(2)}", teamRules: {sizeMax: 5}}) {
    ${payload('CreateChallenge', 'challenge { id }')} } }`;

const orders = (whose: string, mug: string, coupon: string, contest: string, teams: string) =>
  `mutation {
  importRewardCodes(input: {rewardId: "${coupon}", codes: ["code-of-${whose}-1", "code-of-${whose}-2"]}) {
    __typename }
  redeemReward(input: {member: {externalId: "ada"}, idempotencyKey: "k", rewardId: "${mug}"}) {
    ${payload('RedeemReward', 'replayed redemption { id }')} }
  couponOf: redeemReward(input: {member: {externalId: "ada"}, rewardId: "${coupon}"}) {
    ${payload('RedeemReward', 'redemption { id }')} }
  joinChallenge(input: {challengeId: "${contest}", member: {externalId: "ada"}}) { __typename }
  founded: joinChallenge(input: {challengeId: "${teams}", member: {externalId: "ada"},
      team: {create: {name: "Team of ${whose}"}}}) {
    ${payload('JoinChallenge', 'participation { team { id inviteCode } }')} } }`;

/** The document that each program registers, under a name of its own. */
export const registered = (whose: string) => `query Of_${whose} { program { key name } }`;

/** Fills a program, and says what is in it. */
export async function furnish(
  test: TestApp,
  program: TestProgram,
  whose: string,
): Promise<Subject> {
  const ask = async (document: string, variables: object = {}) => {
    const { data, errors } = await test.ask(program.keys.operator, document, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const made = await ask(commands(whose));
  // The keys of the other program’s commands are nobody’s here.
  for (const one of [made.enrolMember, made.recordActivity, made.adjustPoints, made.checkIn]) {
    expect(one.replayed).toBe(false);
  }
  expect(made.recordActivity.alreadyRecorded || made.checkIn.alreadyCheckedIn).toBe(false);
  expect(made.checkIn.member.displayName).toBe(`Ada of ${whose}`);
  const [mug, coupon] = [made.createReward.reward.id, made.coupon.reward.id];
  const [challenge, teamChallenge] = [made.createChallenge.challenge.id, made.teams.challenge.id];
  const bought = await ask(orders(whose, mug, coupon, challenge, teamChallenge));
  expect(bought.redeemReward.replayed).toBe(false);
  const { team } = bought.founded.participation;
  const client = `client-of-${whose}`;
  await ask(
    `mutation ($manifest: String!) { pushOperations(input: {client: "${client}", manifest: $manifest}) {
       ... on PushOperationsPayload { added } } }`,
    { manifest: manifestOf(registered(whose)) },
  );
  const key = { programId: program.id, role: 'SCREEN', name: `Hall of ${whose}` } as const;
  const { position } = made.checkIn;
  const { leaderboard } = await ask(`{ leaderboard(key: "daily", after: ${position}) {
    id season { id standings { edges { cursor node { member { displayName } } } } } } }`);
  const [edge] = leaderboard.season.standings.edges;
  expect(edge.node.member.displayName).toBe(`Ada of ${whose}`);
  return {
    ...{ member: made.enrolMember.member.id, rule: made.draftRule.rule.id, position },
    ...{ reward: mug, coupon, redemption: bought.redeemReward.redemption.id },
    ...{ board: leaderboard.id, season: leaderboard.season.id, standing: edge.cursor },
    ...{ challenge, teamChallenge, team: team.id, inviteCode: team.inviteCode },
    ...{ hold: made.holdPoints.hold.id, adjustment: made.pending.adjustmentId },
    ...{ taskBackfill: made.backfillTask.run.id },
    boardBackfill: made.backfillLeaderboard.run.id,
    ...{ code: `code-of-${whose}-1`, client, documentId: `sha256:${sha256(registered(whose))}` },
    settlement: await settlementOf(test, program, leaderboard.season.id),
    apiKey: (await insertApiKey(test.app.db, key, new Date())).id,
    cursors: await cursorsOf(ask),
  };
}

const ofAda = (list: string) => `{ member(by: {externalId: "ada"}) { displayName ${list} } }`;

/** As of a season that was frozen; nobody settles it here. */
async function settlementOf({ app }: TestApp, { id: programId }: TestProgram, season: string) {
  const seasonId = fromGlobalId('season', 'Season', season);
  const startedAt = app.clock.now();
  const data = { programId, seasonId, state: 'RANKED', terms: {}, startedAt } as const;
  return toGlobalId('Settlement', (await app.db.settlement.create({ data })).id);
}

/** Every list of the API that has pages, with how one asks for it; `ARGS` are its arguments. */
export const lists: Readonly<Record<string, string>> = {
  rewards: '{ rewardsARGS { edges { cursor node { title } } } }',
  redemptions: '{ redemptionsARGS { edges { cursor node { reward { title } } } } }',
  rules: '{ rulesARGS { edges { cursor node { key versions { definition } } } } }',
  audit: '{ auditARGS { edges { cursor node { target after } } } }',
  adjustments: '{ adjustmentsARGS { edges { cursor node { amount member { displayName } } } } }',
  pendingAdjustments:
    '{ pendingAdjustmentsARGS { edges { cursor node { amount member { displayName } } } } }',
  operations: '{ operationsARGS { edges { cursor node { documentId client { name } } } } }',
  apiKeys: '{ apiKeysARGS { edges { cursor node { name } } } }',
  challenges: '{ challengesARGS { edges { cursor node { title } } } }',
  seasons: '{ leaderboard(key: "daily") { title seasonsARGS { edges { cursor node { id } } } } }',
  ledger: ofAda('ledgerARGS { edges { cursor node { seq } } }'),
  checkIns: ofAda('checkInsARGS { edges { cursor node { localDate } } }'),
  holds: ofAda('holdsARGS { edges { cursor node { reason } } }'),
  orders: ofAda('redemptionsARGS { edges { cursor node { reward { title } } } }'),
  contests: ofAda('challengesARGS { edges { cursor node { state } } }'),
};

/** The cursor of the first row of each list. */
async function cursorsOf(
  // biome-ignore lint/suspicious/noExplicitAny: answers are read by the query that asked.
  ask: (document: string) => Promise<any>,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, query] of Object.entries(lists)) {
    const text = JSON.stringify(await ask(query.replace('ARGS', '')));
    const [, first] = /"cursor":"([^"]+)"/.exec(text) ?? [];
    expect(first, name).toBeDefined();
    found[name] = first ?? '';
  }
  return found;
}
