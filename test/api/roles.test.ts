/** Who may do what: every root field by every role. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { toGlobalId } from '../../src/graphql/ids.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { knock } from '../support/doors.ts';
import { codeFor, fieldsOfSchema, rootFields, type Subject } from './root-fields.ts';
import { nobody } from './subjects.ts';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;
let subject: Subject;
let bob: string;

const roles = ['operator', 'service', 'screen', 'partner', 'member', 'anonymous'] as const;
type Role = (typeof roles)[number];

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
  const { data } = await test.ask(
    program.keys.operator,
    `mutation {
    enrolMember(input: {externalId: "ada"}) { ... on EnrolMemberPayload { member { id } } }
    bob: enrolMember(input: {externalId: "bob"}) { ... on EnrolMemberPayload { member { id } } }
    adjustPoints(input: {member: {externalId: "ada"}, amount: 1000, reason: "x"}) { __typename }
    createReward(input: {title: "Mug", price: 1}) { ... on CreateRewardPayload { reward { id } } }
    draftRule(input: {key: "x", definition: {earning: {trigger: {on: ENROLMENT},
        points: {fixed: 1}}}}) { ... on DraftRulePayload { rule { id } } }
    checkIn(input: {member: {externalId: "ada"}}) { ... on CheckInPayload { position } } }`,
  );
  const { position } = data.checkIn;
  const board = await test.ask(
    program.keys.operator,
    `{ leaderboard(key: "daily", after: ${position}) {
    id season { id standings { edges { cursor } } } } }`,
  );
  const bought = await test.ask(
    program.keys.operator,
    `mutation { redeemReward(input: {member: {externalId: "ada"}, rewardId: "${data.createReward.reward.id}"}) {
       ... on RedeemRewardPayload { redemption { id } } } }`,
  );

  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  const made = await test.ask(
    program.keys.operator,
    `mutation { createChallenge(input: {title: "Contest", metric: CHECK_INS,
         startsAt: "${hours(1)}", endsAt: "${hours(2)}"}) {
       ... on CreateChallengePayload { challenge { id } } } }`,
  );
  const challenge = made.data.createChallenge.challenge.id;
  await test.ask(
    program.keys.operator,
    `mutation { joinChallenge(input: {challengeId: "${challenge}", member: {externalId: "ada"}}) {
       __typename } }`,
  );
  bob = data.bob.member.id;
  const spare = { programId: program.id, role: 'SCREEN', name: 'spare' } as const;
  subject = {
    ...nobody,
    member: data.enrolMember.member.id,
    reward: data.createReward.reward.id,
    redemption: bought.data.redeemReward.redemption.id,
    rule: data.draftRule.rule.id,
    challenge,
    apiKey: (await insertApiKey(test.app.db, spare, new Date())).id,
    board: board.data.leaderboard.id,
    season: board.data.leaderboard.season.id,
    position,
    standing: board.data.leaderboard.season.standings.edges[0].cursor,
  };
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const credentialOf = (role: Role): Promise<string> | string | undefined =>
  role === 'anonymous' ? undefined : role === 'member' ? program.token('ada') : program.keys[role];

const events = async () =>
  Number((await test.app.pool.query('select count(*) from event')).rows[0].count);

describe.each(roles)('%s', (role) => {
  it.each(fieldsOfSchema)('and %s', async (field) => {
    const [operation = ''] = rootFields[field]?.operations(subject) ?? [];
    const code = codeFor(role, field);
    const before = await events();
    const door = field.startsWith('Subscription.') ? 'SSE' : 'POST';
    const credential = await credentialOf(role);
    const asked = await knock(door, server.url, credential, { query: operation });
    const { status, data, errors } = asked;
    expect(errors?.[0]?.extensions?.code).toBe(code);
    if (code !== undefined) {
      expect(await events()).toBe(before);
      expect(Object.values(data ?? { none: null })).toEqual([null]);
      expect(status).toBe(code === 'UNAUTHENTICATED' ? 401 : 403);
    }
  });
});

describe('what is private', () => {
  const selections = [
    'points { available }',
    'ledger { edges { cursor } }',
    'checkIns { edges { cursor } }',
    'redemptions { edges { cursor } }',
    'badges { badge { key } earnedAt }',
  ];

  it.each(selections)('%s is for the member, the operator and the service', async (selection) => {
    const query = (id: string) =>
      `{ node(id: "${id}") { ... on Member { externalId ${selection} } } }`;
    const ada = await program.token('ada');
    for (const credential of [program.keys.operator, program.keys.service, ada]) {
      expect((await test.ask(credential, query(subject.member))).errors).toBeUndefined();
    }
    for (const [credential, id] of [
      [program.keys.screen, subject.member],
      [ada, bob],
    ] as const) {
      const { data, errors } = await test.ask(credential, query(id));
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
      expect(data.node ?? null).toBeNull();
    }
  });

  it('who somebody is, too, by any id', async () => {
    const nobody = toGlobalId('Member', 999_999);
    const ask = async (credential: string, id: string) => {
      const { data, errors } = await test.ask(
        credential,
        `{ node(id: "${id}") { ... on Member { externalId } }
           nodes(ids: ["${subject.reward}", "${id}"]) { id ... on Member { displayName } } }`,
      );
      return { data, codes: errors?.map(({ extensions }) => extensions.code) };
    };
    const ada = await program.token('ada');
    for (const credential of [program.keys.operator, program.keys.service, ada]) {
      const { data, codes } = await ask(credential, subject.member);
      expect(codes).toBeUndefined();
      expect(data.node).toEqual({ externalId: 'ada' });
      expect(data.nodes[1]).toEqual({ id: subject.member, displayName: 'ada' });
    }
    expect(await ask(program.keys.service, nobody)).toEqual({
      data: { node: null, nodes: [{ id: subject.reward }, null] },
      codes: undefined,
    });
    for (const id of [subject.member, nobody]) {
      expect(await ask(program.keys.screen, id)).toEqual({
        data: { node: null, nodes: [null, null] },
        codes: ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
      });
    }
    for (const [credential, id] of [
      [ada, bob],
      [ada, nobody],
      [await program.token('nobody'), subject.member],
    ] as const) {
      expect(await ask(credential, id)).toEqual({
        data: { node: null, nodes: [{ id: subject.reward }, null] },
        codes: ['FORBIDDEN', 'FORBIDDEN'],
      });
    }
  });

  it('but boards show whom they rank', async () => {
    const query = `{ leaderboard(key: "daily") { season {
      standings { nodes { member { id externalId displayName streak { current } } } } } } }`;
    for (const credential of [program.keys.screen, await program.token('bob')]) {
      const { data, errors } = await test.ask(credential, query);
      expect(errors).toBeUndefined();
      expect(data.leaderboard.season.standings.nodes[0].member.externalId).toBe('ada');
    }
  });

  it('stays so on boards', async () => {
    const query = `{ leaderboard(key: "daily") { season {
      standings { nodes { member { externalId points { available } } } } } } }`;
    const bobs = await test.ask(await program.token('bob'), query);
    expect(bobs.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(JSON.stringify(bobs.data)).not.toContain('available');
    expect((await test.ask(program.keys.service, query)).errors).toBeUndefined();
  });

  it('cannot be reached by naming another member', async () => {
    const ada = await program.token('ada');
    for (const operation of [
      `{ member(by: {id: "${bob}"}) { id } }`,
      '{ member(by: {externalId: "bob"}) { id } }',
      `mutation { checkIn(input: {member: {externalId: "bob"}}) { __typename } }`,
      `mutation { redeemReward(input: {member: {id: "${bob}"}, rewardId: "${subject.reward}"}) { __typename } }`,
      `subscription { memberChanged(member: {id: "${bob}"}) { version } }`,
      `{ leaderboard(key: "daily") { season { standing(member: {id: "${bob}"}) { rank } } } }`,
    ]) {
      const before = await events();
      const { errors } = await test.ask(ada, operation);
      expect(
        errors?.map(({ extensions }) => extensions.code),
        operation,
      ).toEqual(['FORBIDDEN']);
      expect(await events()).toBe(before);
    }
  });

  it('is one’s own without naming oneself', async () => {
    const ada = await program.token('ada');
    const { data, errors } = await test.ask(
      ada,
      `mutation {
      checkIn(input: {}) { ... on CheckInPayload { alreadyCheckedIn member { externalId } } }
      redeemReward(input: {rewardId: "${subject.reward}"}) {
        ... on RedeemRewardPayload { member { externalId } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.checkIn).toEqual({ alreadyCheckedIn: true, member: { externalId: 'ada' } });
    expect(data.redeemReward.member.externalId).toBe('ada');
  });
});

describe('a token of somebody who is no member', () => {
  it('is known, and finds nobody', async () => {
    const token = await program.token('nobody');
    const { data, errors } = await test.ask(
      token,
      `{ me { id } program { key }
      leaderboard(key: "daily") { season { standing { rank } around { rank } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      me: null,
      program: { key: program.key },
      leaderboard: { season: { standing: null, around: [] } },
    });
    const written = await test.ask(
      token,
      `mutation { checkIn(input: {}) { ... on Refusal { code } } }`,
    );
    expect(written.data).toEqual({ checkIn: { code: 'MEMBER_NOT_FOUND' } });
  });
});
