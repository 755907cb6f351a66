/**
 * Bad input is the caller's: a typed refusal, or BAD_USER_INPUT that says which field and why. It
 * is never a fault of ours, and it writes nothing (RELIABILITY.md 6.9, 6.19).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { makeReward } from '../redemptions/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { badMutations } from './bad-mutations.ts';
import { badExternalIds, badIds, goodTexts } from './bad-values.ts';
import { expectRefusals } from './refused.ts';

let test: TestApp;
let program: TestProgram;
const good = { member: '', reward: '', redemption: '', coupon: '', challenge: '' };

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  const ask = (query: string) => test.ask(program.keys.operator, query);
  const { data } = await ask(`mutation {
    enrolMember(input: {externalId: "ada"}) { ... on EnrolMemberPayload { member { id } } }
    createReward(input: {title: "Mug", price: 1}) { ... on CreateRewardPayload { reward { id } } }
    adjustPoints(input: {member: {externalId: "ada"}, amount: 1000, reason: "test"}) { __typename }
    checkIn(input: {member: {externalId: "ada"}}) { __typename } }`);
  good.member = data.enrolMember.member.id;
  good.reward = data.createReward.reward.id;
  const buy = async (rewardId: string) =>
    (
      await ask(`mutation { redeemReward(input: {member: {externalId: "ada"}, rewardId: "${rewardId}"}) {
        ... on RedeemRewardPayload { redemption { id } } } }`)
    ).data.redeemReward.redemption.id;
  good.redemption = await buy(good.reward);
  good.coupon = (await makeReward(test, program, { kind: 'COUPON', codes: ['good'] })).id;
  await buy(good.coupon);
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  const { data: made } = await ask(`mutation { createChallenge(input: {title: "Contest",
    metric: CHECK_INS, startsAt: "${hours(1)}", endsAt: "${hours(2)}"}) {
    ... on CreateChallengePayload { challenge { id } } } }`);
  good.challenge = made.createChallenge.challenge.id;
  await ask(`mutation { joinChallenge(input: {challengeId: "${good.challenge}",
    member: {externalId: "ada"}}) { __typename } }`);
  // Seasons are made when somebody asks for them.
  await ask('{ leaderboards { season { id } } }');
});
afterAll(() => test.close());

const mutations = badMutations(good);

const typed = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
const command = (name: string, input: unknown) =>
  test.ask(
    program.keys.operator,
    `mutation ($input: ${typed(name)}Input!) { ${name}(input: $input) {
       __typename ... on Refusal { code } } }`,
    { input },
  );

describe.each(Object.entries(mutations))('%s', (name, { input, bad }) => {
  it.each(Object.entries(bad))('refuses a wrong %s', async (field, values) => {
    await expectRefusals(test, field, values, (value) =>
      command(name, { ...input(), [field]: value }),
    );
  });

  it('knows all of its fields here', () => {
    const type = schema.getType(`${typed(name)}Input`);
    const fields = type !== undefined && 'getFields' in type ? Object.keys(type.getFields()) : [];
    expect(fields.filter((field) => field !== 'member').sort()).toEqual(Object.keys(bad).sort());
  });

  it('refuses fields it does not have, and no input at all', async () => {
    await expectRefusals(test, 'input', [{ ...input(), nope: 1 }, null, [], 'x', 1], (value) =>
      command(name, value),
    );
  });

  it('refuses a wrong member', async () => {
    if (!('member' in input())) return;
    const ids = [...badIds('Member'), null].map((id) => ({ id }));
    const externalIds = [...badExternalIds, null].map((externalId) => ({ externalId }));
    const both = { id: good.member, externalId: 'ada' };
    await expectRefusals(
      test,
      'member',
      [...ids, ...externalIds, both, {}, [], 'ada', 1, null],
      (value) => command(name, { ...input(), member: value }),
    );
  });
});

it('unusual texts are nothing bad', async () => {
  const query = `mutation ($input: EnrolMemberInput!) { enrolMember(input: $input) {
    ... on EnrolMemberPayload { member { externalId displayName } } } }`;
  for (const text of goodTexts) {
    const input = { externalId: `id of ${text}`, displayName: text, idempotencyKey: text };
    const { data } = await test.ask(program.keys.operator, query, { input });
    expect(data.enrolMember.member).toEqual({ externalId: `id of ${text}`, displayName: text });
  }
});

describe('numbers as literals', () => {
  const literals = [
    '1e400',
    '-1e400',
    '0.5',
    '1.0',
    '1e3',
    '9007199254740993',
    '"1"',
    'true',
    'ONE',
    '[1]',
    '{a: 1}',
    '99999999999999999999999999',
  ];

  it.each([
    [
      'amount',
      (n: string) =>
        `mutation { adjustPoints(input: {member: {externalId: "ada"}, amount: ${n}, reason: "x"}) { __typename } }`,
    ],
    [
      'quantity',
      (n: string) =>
        `mutation { redeemReward(input: {member: {externalId: "ada"}, rewardId: "${good.reward}", quantity: ${n}}) { __typename } }`,
    ],
    ['first', (n: string) => `{ rewards(first: ${n}) { edges { cursor } } }`],
    ['after', (n: string) => `{ leaderboard(key: "daily", after: ${n}) { id } }`],
  ])('%s', async (field, query) => {
    const values = literals.filter((literal) => !(literal === '[1]' && field === 'nothing'));
    await expectRefusals(test, field, values, (n) =>
      test.ask(program.keys.operator, query(String(n))),
    );
  });

  it('text of every escape', async () => {
    const texts = ['"\\u0000"', '""', '"""\u0000"""', '1', '[]'];
    await expectRefusals(test, 'externalId', texts, (text) =>
      test.ask(
        program.keys.operator,
        `mutation { enrolMember(input: {externalId: ${text}}) { __typename } }`,
      ),
    );
  });
});
