/**
 * Two programs with the same keys, names, references and idempotency keys (RELIABILITY.md 6.23):
 * whatever is the other's looks like what does not exist, to every role and at every root field.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/auth/api-key.ts';
import { toGlobalId } from '../../src/graphql/ids.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { knock } from '../support/doors.ts';
import { fieldsOfSchema, rootFields, type Subject } from './root-fields.ts';

let test: TestApp;
let server: RunningServer;
let own: TestProgram;
let other: TestProgram;
let otherSubject: Subject;
let ownSubject: Subject;

const roles = ['operator', 'service', 'screen', 'partner', 'member', 'anonymous'] as const;
type Role = (typeof roles)[number];

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  server = await startServer(test.app);
  // The other first, so that its rows have the lower ids.
  other = await createTestProgram(test.app);
  own = await createTestProgram(test.app);
  otherSubject = await furnish(other, 'other');
  ownSubject = await furnish(own, 'own');
});
afterAll(async () => {
  await server.close();
  await test.close();
});

/** The same commands in each program, under the same keys; only the names say whose it is. */
async function furnish(program: TestProgram, whose: string): Promise<Subject> {
  const { data, errors } = await test.ask(
    program.keys.operator,
    `mutation {
    enrolMember(input: {externalId: "ada", displayName: "Ada of ${whose}", idempotencyKey: "k"}) {
      ... on EnrolMemberPayload { replayed member { id } } }
    draftRule(input: {key: "purchase", definition: {earning: {title: "Purchases of ${whose}",
        trigger: {on: ACTIVITY, type: "purchase"}, points: {fixed: 7}}}}) {
      ... on DraftRulePayload { rule { id } } }
    publishRule(input: {kind: EARNING, key: "purchase"}) {
      ... on PublishRulePayload { rule { current { version } } } }
    recordActivity(input: {member: {externalId: "ada"}, type: "purchase", reference: "order-1",
        idempotencyKey: "k"}) {
      ... on RecordActivityPayload { replayed alreadyRecorded member { displayName } } }
    adjustPoints(input: {member: {externalId: "ada"}, amount: 100, reason: "x", idempotencyKey: "k"}) {
      ... on AdjustPointsPayload { replayed member { displayName } } }
    createReward(input: {title: "Mug of ${whose}", price: 5}) { ... on CreateRewardPayload { reward { id } } }
    checkIn(input: {member: {externalId: "ada"}, idempotencyKey: "k"}) {
      ... on CheckInPayload { replayed alreadyCheckedIn position member { displayName } } }
  }`,
  );
  expect(errors).toBeUndefined();
  for (const answer of [data.enrolMember, data.recordActivity, data.adjustPoints, data.checkIn]) {
    expect(answer.replayed).toBe(false);
  }
  expect(data.recordActivity.alreadyRecorded || data.checkIn.alreadyCheckedIn).toBe(false);
  expect(data.checkIn.member.displayName).toBe(`Ada of ${whose}`);
  const bought = await test.ask(
    program.keys.operator,
    `mutation { redeemReward(input: {member: {externalId: "ada"}, idempotencyKey: "k",
         rewardId: "${data.createReward.reward.id}"}) {
       ... on RedeemRewardPayload { replayed redemption { id } } } }`,
  );
  expect(bought.data.redeemReward.replayed).toBe(false);
  const { position } = data.checkIn;
  const board = await test.ask(
    program.keys.operator,
    `{
    leaderboard(key: "daily", after: ${position}) {
      id season { id standings { edges { cursor node { member { displayName } } } } } } }`,
  );
  const { id, season } = board.data.leaderboard;
  const [edge] = season.standings.edges;
  expect(edge.node.member.displayName).toBe(`Ada of ${whose}`);

  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  const made = await test.ask(
    program.keys.operator,
    `mutation { createChallenge(input: {title: "Contest of ${whose}", metric: CHECK_INS,
         startsAt: "${hours(1)}", endsAt: "${hours(2)}"}) {
       ... on CreateChallengePayload { challenge { id } } } }`,
  );
  const challenge = made.data.createChallenge.challenge.id;
  await test.ask(
    program.keys.operator,
    `mutation { joinChallenge(input: {challengeId: "${challenge}", member: {externalId: "ada"}}) {
       __typename } }`,
  );
  const key = { programId: program.id, role: 'SCREEN', name: `Hall of ${whose}` } as const;
  const spare = await createApiKey(test.app.db, key, new Date());
  return {
    member: data.enrolMember.member.id,
    reward: data.createReward.reward.id,
    redemption: bought.data.redeemReward.redemption.id,
    board: id,
    season: season.id,
    rule: data.draftRule.rule.id,
    challenge,
    apiKey: spare.id,
    position,
    standing: edge.cursor,
  };
}

const nobody: Subject = {
  member: toGlobalId('Member', 999_999),
  reward: toGlobalId('Reward', 999_999),
  redemption: toGlobalId('Redemption', 999_999),
  board: toGlobalId('Leaderboard', 999_999),
  season: toGlobalId('Season', 999_999),
  rule: toGlobalId('Rule', 999_999),
  challenge: toGlobalId('Challenge', 999_999),
  apiKey: 'f'.repeat(16),
  position: 999_999,
  standing: Buffer.from(
    JSON.stringify(['standings', [999_999, 1, '2026-01-01T00:00:00.000Z', 999_999]]),
  ).toString('base64url'),
};

const credentialOf = (role: Role): Promise<string> | string | undefined =>
  role === 'anonymous' ? undefined : role === 'member' ? own.token('ada') : own.keys[role];

/** What an answer says, without where it stood in the document. */
async function say(role: Role, operation: string) {
  const door = operation.startsWith('subscription') ? 'SSE' : 'POST';
  const credential = await credentialOf(role);
  const { status, data, errors } = await knock(door, server.url, credential, { query: operation });
  return {
    status,
    data,
    errors: errors?.map(({ message, path, extensions }) => ({ message, path, extensions })),
  };
}

const written = async () => {
  const { rows } = await test.app.pool.query(
    `select (select json_agg(a order by a.member_id) from account a where program_id = $1) as accounts,
            (select json_agg(r order by r.id) from reward r where program_id = $1) as rewards,
            (select json_agg(o order by o.id) from redemption o where program_id = $1) as orders,
            (select count(*) from event where program_id = $1) as events`,
    [other.id],
  );
  return rows[0];
};

describe('root fields', () => {
  it('are all asked here', () => {
    expect(Object.keys(rootFields).sort()).toEqual([...fieldsOfSchema].sort());
  });
});

describe.each(roles)('to %s', (role) => {
  it.each(Object.keys(rootFields))('%s shows nothing of the other program', async (field) => {
    const { operations } = rootFields[field] ?? { operations: () => [] };
    const theirs = operations(otherSubject);
    const missing = operations(nobody);
    const before = await written();
    for (const [index, operation] of theirs.entries()) {
      const answer = await say(role, operation);
      expect(JSON.stringify(answer)).not.toContain('of other');
      expect(JSON.stringify(answer)).not.toContain(other.key);
      // A command repeats differently only where it names nobody's rows at all.
      if (operation !== missing[index]) {
        expect(answer).toEqual(await say(role, missing[index] ?? ''));
      }
    }
    expect(await written()).toEqual(before);
  });
});

describe('the questions', () => {
  it('do find something when it is the own program’s', async () => {
    for (const field of ['Query.leaderboard', 'Query.member', 'Query.node', 'Query.nodes']) {
      for (const operation of rootFields[field]?.operations(ownSubject) ?? []) {
        const { data, errors } = await say('operator', operation);
        expect(errors).toBeUndefined();
        expect(JSON.stringify(data)).not.toMatch(/:null|\[\]\}\}\}$/);
      }
    }
  });

  it('find it however often they ask', async () => {
    const ids = [ownSubject.member, ownSubject.reward, ownSubject.board, ownSubject.season];
    const aliases = ids.flatMap((id, n) => [
      `a${n}: node(id: "${id}") { id }`,
      `b${n}: node(id: "${id}") { id }`,
    ]);
    const listed = JSON.stringify([...ids, ...ids]);
    const { data, errors } = await say(
      'operator',
      `{ ${aliases.join(' ')} nodes(ids: ${listed}) { id } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.nodes.map(({ id }: { id: string }) => id)).toEqual([...ids, ...ids]);
    for (const [n, id] of ids.entries()) {
      expect([data[`a${n}`], data[`b${n}`]]).toEqual([{ id }, { id }]);
    }
  });

  it('about nobody are not about somebody', async () => {
    const { data } = await say(
      'operator',
      `{ nodes(ids: ["${nobody.member}", "${nobody.reward}"]) { id } }`,
    );
    expect(data.nodes).toEqual([null, null]);
  });
});

describe('lists', () => {
  it.each([
    ['rewards', '{ rewards(after: "$c") { edges { node { title } } } }', 'rewards', 0],
    ['rewards', '{ rewards(first: 100) { edges { node { title } } } }', 'rewards', 0],
    ['orders', '{ redemptions { edges { node { reward { title } } } } }', 'redemptions', 0],
  ])('of %s hold only the own, whatever the cursor', async (_name, query, list, place) => {
    const cursor = Buffer.from(JSON.stringify([list, place || 1])).toString('base64url');
    const { data, errors } = await test.ask(own.keys.operator, query.replace('$c', cursor));
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toContain('of own');
    expect(JSON.stringify(data)).not.toContain('of other');
  });

  it('of rules and changes hold only the own', async () => {
    for (const query of [
      '{ rules(first: 100) { edges { node { id versions { definition } } } } }',
      '{ rule(kind: EARNING, key: "purchase") { id versions { definition } } }',
      '{ audit(first: 100) { edges { node { after } } } }',
    ]) {
      const { data, errors } = await test.ask(own.keys.operator, query);
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).toContain('Purchases of own');
      expect(JSON.stringify(data)).not.toContain('of other');
    }
  });

  it('of boards and standings hold only the own', async () => {
    const { data } = await test.ask(
      own.keys.screen,
      `{ leaderboards {
      season { participants standings { totalCount nodes { member { displayName } } } } } }`,
    );
    for (const { season } of data.leaderboards) {
      expect(season.participants).toBe(1);
      expect(season.standings.nodes).toEqual([{ member: { displayName: 'Ada of own' } }]);
    }
  });
});

describe('a member token', () => {
  it('speaks for the member of its own program only', async () => {
    const { data } = await test.ask(
      await own.token('ada'),
      '{ me { displayName id } program { key } }',
    );
    expect(data).toEqual({
      me: { displayName: 'Ada of own', id: ownSubject.member },
      program: { key: own.key },
    });
  });
});
