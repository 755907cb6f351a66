/** Every root field, asked once: a field without an entry here fails the tests that use this. */
import { isObjectType } from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import { badgeFields } from './badge-fields.ts';
import { keyFields } from './key-fields.ts';
import { rootChallenges } from './root-challenges.ts';
import { type Field, member } from './root-field.ts';
import { rootMutations } from './root-mutations.ts';

export type { Subject } from './root-field.ts';

export const rootFields: Readonly<Record<string, Field>> = {
  ...badgeFields,
  ...keyFields,
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
  'Query.leaderboards': {
    scope: 'known',
    operations: () => ['{ leaderboards { key } }', '{ leaderboards(archived: true) { key } }'],
  },
  'Query.leaderboardBackfill': {
    scope: 'operator',
    operations: ({ boardBackfill }) => [
      `{ leaderboardBackfill(id: "${boardBackfill}") { state } }`,
    ],
  },
  'Query.me': {
    scope: 'known',
    operations: ({ position }) => [
      '{ me { externalId displayName } }',
      `{ me(after: ${position}) { externalId } }`,
    ],
  },
  'Query.member': {
    scope: 'acts',
    operations: ({ member: id, position }) => [
      `{ member(by: {id: "${id}"}) { externalId points { available } ledger { edges { cursor } } } }`,
      `{ member(by: {id: "${id}"}, after: ${position}) { externalId } }`,
    ],
  },
  'Query.node': {
    scope: 'known',
    operations: (subject) => [
      `{ node(id: "${subject.board}") { ... on Leaderboard { key } } }`,
      `{ node(id: "${subject.reward}") { ... on Reward { title price } } }`,
      `{ node(id: "${subject.member}") { ... on Member { externalId displayName } } }`,
      `{ node(id: "${subject.member}") { ... on Member { externalId points { available } } } }`,
      `{ node(id: "${subject.redemption}") { ... on Redemption { state codes { code } } } }`,
      `{ node(id: "${subject.season}") { ... on Season { version leaderboard { key } } } }`,
      `{ node(id: "${subject.challenge}") { ... on Challenge { title season { version } } } }`,
      `{ node(id: "${subject.settlement}") { ... on Settlement { id state ranked } } }`,
      `{ node(id: "${subject.team}") { ... on Team { name inviteCode captain { displayName } } } }`,
      `{ node(id: "${subject.rule}") { ... on Rule { key versions { createdBy { id name } } } } }`,
    ],
  },
  'Query.nodes': {
    scope: 'known',
    operations: ({ member: m, reward, board, season }) => [
      `{ nodes(ids: ["${board}", "${season}"]) { id __typename } }`,
      `{ nodes(ids: ["${m}", "${reward}", "${board}", "${season}"]) { id __typename } }`,
    ],
  },
  'Query.adjustments': {
    scope: 'operator',
    operations: (subject) => [
      '{ adjustments { edges { node { id amount requestedBy { name } decidedBy { name } } } } }',
      `{ adjustments(state: PENDING, ${member(subject)}) {
          edges { node { id } } } }`,
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
  'Query.clients': { scope: 'operator', operations: () => ['{ clients { name mode } }'] },
  'Query.operations': {
    scope: 'operator',
    operations: () => [
      '{ operations { edges { node { documentId text client { name } registeredBy { name } } } } }',
    ],
  },
  'Query.program': { scope: 'known', operations: () => ['{ program { key zone } }'] },
  'Query.rateLimit': {
    scope: 'known',
    operations: () => ['{ rateLimit { limit cost remaining resetAt } }'],
  },
  'Query.redemptions': {
    scope: 'service',
    operations: (subject) => [
      '{ redemptions { edges { node { id member { displayName } reward { title } } } } }',
      `{ redemptions(filter: {rewardIds: ["${subject.reward}"]}) { edges { node { id } } } }`,
    ],
  },
  'Query.rewards': {
    scope: 'acts',
    operations: (subject) => [
      '{ rewards { edges { node { title } } } }',
      `{ rewards(${member(subject)}, filter: {affordable: true}) { edges { node { title } } } }`,
      `{ rewards(filter: {ids: ["${subject.reward}"]}) { edges { node { title } } } }`,
    ],
  },
  'Query.reward': {
    scope: 'acts',
    operations: (subject) => [
      `{ reward(id: "${subject.reward}") { title } }`,
      `{ reward(id: "${subject.reward}") { offer(member: {externalId: "ada"}) { price } } }`,
    ],
  },
  'Query.taskBackfill': {
    scope: 'operator',
    operations: ({ taskBackfill }) => [`{ taskBackfill(id: "${taskBackfill}") { state } }`],
  },
  ...rootMutations,
  ...rootChallenges,
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
