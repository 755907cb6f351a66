/** Every root field, asked once: a field without an entry here fails the tests that use this. */
import { isObjectType } from 'graphql';
import { toGlobalId } from '../../src/graphql/ids.ts';
import { schema } from '../../src/graphql/schema.ts';

/** What a question is about: rows of one program, or rows that do not exist at all. */
export type Subject = {
  readonly member: string;
  readonly reward: string;
  readonly board: string;
  readonly season: string;
  readonly rule: string;
  readonly position: number;
  /** Cursor of a standing. */
  readonly standing: string;
};

type Field = {
  /** Whom its auth scope lets in. */
  readonly scope: 'known' | 'acts' | 'service' | 'operator';
  /** One operation, or several ways to name what it is about. */
  readonly operations: (subject: Subject) => readonly string[];
};

const refusal = '... on Refusal { code message }';
const noHold = toGlobalId('Hold', 999_999);
const noAdjustment = toGlobalId('Adjustment', 999_999);
const soon = new Date(Date.now() + 3_600_000).toISOString();
const member = ({ member: id }: Subject) => `member: {id: "${id}"}`;

export const rootFields: Readonly<Record<string, Field>> = {
  'Query.audit': {
    scope: 'operator',
    operations: () => [
      '{ audit { edges { node { actor { id name kind } action target after } } } }',
    ],
  },
  'Query.rule': {
    scope: 'operator',
    operations: () => [
      '{ rule(kind: CHECK_IN_PLAN, key: "default") { id spent current { definition } } }',
    ],
  },
  'Query.rules': {
    scope: 'operator',
    operations: () => [
      '{ rules(first: 100) { edges { node { id key versions { createdBy { id name } } } } } }',
      '{ rules(state: IN_FORCE) { edges { node { id key } } } }',
    ],
  },
  'Query.leaderboard': {
    scope: 'known',
    operations: (subject) => [
      `{ leaderboard(key: "daily", after: ${subject.position}) { key } }`,
      `{ leaderboard(key: "daily") { season(id: "${subject.season}") { id version } } }`,
      `{ leaderboard(key: "daily") { season {
          standings(after: "${subject.standing}") { nodes { score member { externalId } } } } } }`,
      `{ leaderboard(key: "daily") { season { standing(${member(subject)}) { rank } } } }`,
      `{ leaderboard(key: "daily") { season { around(${member(subject)}) { rank score } } } }`,
    ],
  },
  'Query.leaderboards': { scope: 'known', operations: () => ['{ leaderboards { key } }'] },
  'Query.me': { scope: 'known', operations: () => ['{ me { externalId displayName } }'] },
  'Query.member': {
    scope: 'acts',
    operations: ({ member: id }) => [
      `{ member(by: {id: "${id}"}) { externalId points { available } ledger { edges { cursor } } } }`,
    ],
  },
  'Query.node': {
    scope: 'known',
    operations: (subject) => [
      `{ node(id: "${subject.reward}") { ... on Reward { title price } } }`,
      `{ node(id: "${subject.member}") { ... on Member { externalId displayName } } }`,
      `{ node(id: "${subject.member}") { ... on Member { externalId points { available } } } }`,
      `{ node(id: "${subject.board}") { ... on Leaderboard { key } } }`,
      `{ node(id: "${subject.season}") { ... on Season { version leaderboard { key } } } }`,
      `{ node(id: "${subject.rule}") { ... on Rule { key versions { createdBy { id name } } } } }`,
    ],
  },
  'Query.nodes': {
    scope: 'known',
    operations: ({ member: m, reward, board, season }) => [
      `{ nodes(ids: ["${reward}", "${board}", "${season}"]) { id __typename } }`,
      `{ nodes(ids: ["${m}", "${reward}", "${board}", "${season}"]) { id __typename } }`,
    ],
  },
  'Query.pendingAdjustments': {
    scope: 'operator',
    operations: () => [
      '{ pendingAdjustments { edges { node { id amount member { externalId } } } } }',
    ],
  },
  'Query.quote': {
    scope: 'acts',
    operations: (subject) => [
      `{ quote(input: {checkIn: {${member(subject)}}}) { points refusal { code message } } }`,
    ],
  },
  'Query.program': { scope: 'known', operations: () => ['{ program { key zone } }'] },
  'Query.rewards': {
    scope: 'acts',
    operations: () => ['{ rewards { edges { node { title } } } }'],
  },
  'Mutation.adjustPoints': {
    scope: 'operator',
    operations: (subject) => [
      `mutation { adjustPoints(input: {${member(subject)}, amount: 1, reason: "x"}) {
         ... on AdjustPointsPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.captureHold': {
    scope: 'service',
    operations: (subject) => [
      `mutation { captureHold(input: {${member(subject)}, holdId: "${noHold}"}) {
         ... on CaptureHoldPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.confirmPoints': {
    scope: 'service',
    operations: (subject) => [
      `mutation { confirmPoints(input: {${member(subject)}, type: "purchase", reference: "r"}) {
         ... on ConfirmPointsPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.decideAdjustment': {
    scope: 'operator',
    operations: (subject) => [
      `mutation { decideAdjustment(input: {
           ${member(subject)}, adjustmentId: "${noAdjustment}", approve: true}) {
         ... on DecideAdjustmentPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.holdPoints': {
    scope: 'service',
    operations: (subject) => [
      `mutation { holdPoints(input: {${member(subject)}, points: 1, reason: "x",
           expiresAt: "${soon}"}) {
         ... on HoldPointsPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.releaseHold': {
    scope: 'service',
    operations: (subject) => [
      `mutation { releaseHold(input: {${member(subject)}, holdId: "${noHold}"}) {
         ... on ReleaseHoldPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.reverseActivity': {
    scope: 'service',
    operations: (subject) => [
      `mutation { reverseActivity(input: {${member(subject)}, type: "purchase", reference: "no"}) {
         ... on ReverseActivityPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.reverseEntry': {
    scope: 'operator',
    operations: (subject) => [
      `mutation { reverseEntry(input: {${member(subject)}, seq: 999999}) {
         ... on ReverseEntryPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.updateMember': {
    scope: 'service',
    operations: (subject) => [
      `mutation { updateMember(input: {${member(subject)}, tags: ["vip"]}) {
         ... on UpdateMemberPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.checkIn': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { checkIn(input: {${member(subject)}}) {
         ... on CheckInPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.createReward': {
    scope: 'operator',
    operations: () => ['mutation { createReward(input: {title: "T", price: 1}) { __typename } }'],
  },
  'Mutation.enrolMember': {
    scope: 'service',
    operations: () => ['mutation { enrolMember(input: {externalId: "x"}) { __typename } }'],
  },
  'Mutation.recordActivity': {
    scope: 'service',
    operations: (subject) => [
      `mutation { recordActivity(input: {${member(subject)}, type: "purchase", reference: "r"}) {
         ... on RecordActivityPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.redeemReward': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { redeemReward(input: {member: {externalId: "ada"}, rewardId: "${subject.reward}"}) {
         ... on RedeemRewardPayload { redemption { id } } ${refusal} } }`,
      `mutation { redeemReward(input: {${member(subject)}, rewardId: "${subject.reward}"}) {
         ... on RedeemRewardPayload { redemption { id } } ${refusal} } }`,
    ],
  },
  'Mutation.draftRule': {
    scope: 'operator',
    operations: () => [
      `mutation { draftRule(input: {key: "survey", definition: {earning: {
         trigger: {on: ENROLMENT}, points: {fixed: 1}}}}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.publishRule': {
    scope: 'operator',
    operations: () => [
      `mutation { publishRule(input: {kind: EARNING, key: "nothing"}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.retireRule': {
    scope: 'operator',
    operations: () => [
      `mutation { retireRule(input: {kind: EARNING, key: "nothing"}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.withdrawRuleVersion': {
    scope: 'operator',
    operations: () => [
      `mutation { withdrawRuleVersion(input: {kind: EARNING, key: "nothing", version: 1}) {
         __typename ${refusal} } }`,
    ],
  },
  'Mutation.discardDraft': {
    scope: 'operator',
    operations: () => [
      `mutation { discardDraft(input: {kind: EARNING, key: "nothing"}) { __typename ${refusal} } }`,
    ],
  },
  'Subscription.leaderboardChanged': {
    scope: 'known',
    operations: () => [
      `subscription { leaderboardChanged(key: "daily") {
         standings { score member { externalId displayName } } } }`,
    ],
  },
  'Subscription.memberChanged': {
    scope: 'acts',
    operations: (subject) => [
      `subscription { memberChanged(${member(subject)}) { member { displayName } } }`,
    ],
  },
};

/** `Query.me` and so on, of the schema as it is. */
export const fieldsOfSchema = ['Query', 'Mutation', 'Subscription'].flatMap((root) => {
  const type = schema.getType(root);
  return isObjectType(type) ? Object.keys(type.getFields()).map((name) => `${root}.${name}`) : [];
});

const scopes = {
  known: ['operator', 'service', 'screen', 'member'],
  acts: ['operator', 'service', 'member'],
  service: ['operator', 'service'],
  operator: ['operator'],
} as const;

/** The code a role meets at the door of a field; undefined when it may come in. */
export function codeFor(role: string, field: string): string | undefined {
  if (role === 'anonymous') return 'UNAUTHENTICATED';
  if (role === 'partner') return 'PERSISTED_QUERY_REQUIRED';
  const allowed: readonly string[] = scopes[rootFields[field]?.scope ?? 'operator'];
  return allowed.includes(role) ? undefined : 'FORBIDDEN';
}
