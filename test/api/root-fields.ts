/** Every root field, asked once: a field without an entry here fails the tests that use this. */
import { isObjectType } from 'graphql';
import { schema } from '../../src/graphql/schema.ts';

/** What a question is about: rows of one program, or rows that do not exist at all. */
export type Subject = {
  readonly member: string;
  readonly reward: string;
  readonly board: string;
  readonly season: string;
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
const member = ({ member: id }: Subject) => `member: {id: "${id}"}`;

export const rootFields: Readonly<Record<string, Field>> = {
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
    ],
  },
  'Query.nodes': {
    scope: 'known',
    operations: ({ member: m, reward, board, season }) => [
      `{ nodes(ids: ["${reward}", "${board}", "${season}"]) { id __typename } }`,
      `{ nodes(ids: ["${m}", "${reward}", "${board}", "${season}"]) { id __typename } }`,
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
  'Mutation.setEarningRule': {
    scope: 'operator',
    operations: () => [
      'mutation { setEarningRule(input: {activityType: "survey", points: 1}) { __typename } }',
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
