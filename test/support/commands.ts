/** The API's commands as tests send them, and answers cut down to what tests compare. */
import { expect } from 'vitest';
import type { Answer, TestApp } from './app.ts';

const member = `member {
  id externalId
  points { available pending debt lifetimeEarned expiring { at points } }
  streak { current longest totalDays state checkedInToday expiresAt }
}`;
const awards = 'awards { points reason ruleVersion occurredAt activatesAt expiresAt }';
const numbers = {
  InsufficientPoints: '... on InsufficientPoints { available required }',
  OutOfStock: '... on OutOfStock { stock }',
  PriceChanged: '... on PriceChanged { price }',
  BalanceOutOfRange: '... on BalanceOutOfRange { balance amount }',
  MemberAlreadyEnrolled: '... on MemberAlreadyEnrolled { memberId }',
};

/** Wraps a mutation whose result is a union of a payload and refusals. */
const command = (name: string, fields: string, ...refusals: (keyof typeof numbers)[]) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) {
    __typename ... on ${type}Payload { replayed position ${member} ${fields} }
    ... on Refusal { code } ${refusals.map((refusal) => numbers[refusal])} } }`;
};

const version = 'version state startsAt endsAt definition';
/** Its payload has no member: rules are nobody's. */
const ruleCommand = (name: string, refusals = '', fields = '') => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename
    ... on ${type}Payload { rule { id kind key spent budget
      versions { ${version} createdAt createdBy { id name kind } publishedAt publishedBy { id name kind } }
      current { ${version} } scheduled { ${version} } draft { ${version} } } ${fields} }
    ${refusals} ... on Refusal { code message } } }`;
};
const ruleProblems = '... on RuleNotValid { problems { field message } }';

const rewardProblems = '... on RewardNotValid { problems { field message } }';
/** Nor have those of the catalogue. */
const rewardCommand = (name: string, refusals: string, fields = '') => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename
    ... on ${type}Payload { ${fields} reward { id kind state visibility title description imageUrl
      tags price tierPrices { tier price } cash { amount currency } stock audience startsAt endsAt
      limits { period units } reserveMinutes memberCancels createdAt updatedAt } }
    ${refusals} ... on Refusal { code message } } }`;
};

const documents = {
  enrolMember: command('enrolMember', '', 'MemberAlreadyEnrolled'),
  checkIn: command(
    'checkIn',
    `alreadyCheckedIn ${awards}
     checkIn { localDate occurredAt recordedAt zone streakDay points }`,
  ),
  recordActivity: command(
    'recordActivity',
    `type reference alreadyRecorded differs ${awards}`,
    'BalanceOutOfRange',
  ),
  adjustPoints: command('adjustPoints', '', 'InsufficientPoints', 'BalanceOutOfRange'),
  redeemReward: command(
    'redeemReward',
    'redemption { id quantity points state localDate }',
    'InsufficientPoints',
    'OutOfStock',
    'PriceChanged',
  ),
  draftRule: ruleCommand(
    'draftRule',
    `${ruleProblems} ... on RuleAlreadyScheduled { startsAt }`,
    'warnings { field message }',
  ),
  publishRule: ruleCommand(
    'publishRule',
    `${ruleProblems} ... on RuleAlreadyScheduled { startsAt } ... on RuleDraftChanged { version }`,
    'warnings { field message }',
  ),
  createReward: rewardCommand('createReward', rewardProblems),
  updateReward: rewardCommand(
    'updateReward',
    `${rewardProblems} ... on RewardChanged { updatedAt }`,
  ),
  adjustStock: rewardCommand('adjustStock', '... on StockTooSmall { stock }'),
  importRewardCodes: rewardCommand(
    'importRewardCodes',
    '',
    'accepted duplicates known rejected rejections { line reason }',
  ),
  withdrawRewardCodes: rewardCommand(
    'withdrawRewardCodes',
    '... on CodesReserved { stock }',
    'withdrawn assigned unknown',
  ),
  retireRule: ruleCommand('retireRule', '', `ended { ${version} }`),
  withdrawRuleVersion: ruleCommand(
    'withdrawRuleVersion',
    '',
    `withdrawn { ${version} } resumed { ${version} }`,
  ),
  discardDraft: ruleCommand('discardDraft'),
};

export type CommandName = keyof typeof documents;

/** Sends a command; answers whatever came. */
export const send = (test: TestApp, credential: string, name: CommandName, input: object) =>
  test.ask(credential, documents[name], { input });

/** Sends a command that must be answered with data (a payload or a refusal), and returns that. */
export async function run(test: TestApp, credential: string, name: CommandName, input: object) {
  const answer = await send(test, credential, name, input);
  expect(answer.errors).toBeUndefined();
  return answer.data[name];
}

/** The refusal's or the error's code; `undefined` for a payload. */
export function codeOf(answer: Answer, name: CommandName): string | undefined {
  return answer.errors?.[0]?.extensions.code ?? answer.data?.[name]?.code;
}

/** Enrols a member and returns the global id. */
export async function enrol(test: TestApp, credential: string, externalId: string) {
  const payload = await run(test, credential, 'enrolMember', { externalId });
  expect(payload.__typename).toBe('EnrolMemberPayload');
  return payload.member.id as string;
}

/** A member as a reader sees them. */
export async function readMember(test: TestApp, credential: string, externalId: string) {
  const query = `query ($by: MemberBy!) { member(by: $by) { ${member.slice(8, -1)} } }`;
  const answer = await test.ask(credential, query, { by: { externalId } });
  expect(answer.errors).toBeUndefined();
  return answer.data.member;
}

/** A member's ledger, oldest line first. */
export async function readLedger(test: TestApp, credential: string, externalId: string) {
  const query = `query ($by: MemberBy!) { member(by: $by) { ledger(first: 100) { edges { node {
    seq kind amount reason ruleVersion occurredAt localDate recordedAt activatesAt expiresAt } } } } }`;
  const answer = await test.ask(credential, query, { by: { externalId } });
  expect(answer.errors).toBeUndefined();
  return answer.data.member.ledger.edges.map(({ node }: { node: object }) => node).reverse();
}
