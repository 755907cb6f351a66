/**
 * Operations that name what is their own beside what is another's: a command of one's own member
 * with somebody else's hold, an own list after somebody else's cursor.
 */
import { refusal, type Subject } from './root-field.ts';

const ada = 'member: {externalId: "ada"}';
const answer = `{ __typename ${refusal} }`;
const mutation = (name: string, input: string) =>
  `mutation { ${name}(input: {${input}}) ${answer} }`;

type Crossed = (subject: Subject) => readonly string[];

/** By root field, beside what root-fields.ts asks. */
export const crossedFields: Readonly<Record<string, Crossed>> = {
  'Query.node': ({ team, teamChallenge, coupon }) => [
    `{ node(id: "${teamChallenge}") { ... on Challenge { teams { edges { node { name } } } } } }`,
    `{ node(id: "${coupon}") { ... on Reward { title codes { edges { node { masked } } } } } }`,
    `{ node(id: "${team}") { ... on Team { members { edges { node { state } } } } } }`,
  ],
  'Query.nodes': ({ team, rule, redemption, challenge }) => [
    `{ nodes(ids: ["${team}", "${challenge}"]) { id __typename } }`,
    `{ nodes(ids: ["${rule}", "${redemption}", "${team}"]) { id __typename } }`,
  ],
  'Query.challenge': ({ teamChallenge }) => [
    `{ challenge(id: "${teamChallenge}") { title teams { edges { node { name inviteCode } } } } }`,
  ],
  'Query.leaderboard': ({ season, member }) => [
    `{ leaderboard(key: "weekly") { season(id: "${season}") { version standings { nodes { score } } } } }`,
    `{ leaderboard(key: "all-time") { season { standing(member: {id: "${member}"}) { rank } } } }`,
  ],
  'Query.adjustments': ({ member }) => [
    `{ adjustments(member: {id: "${member}"}, first: 5) { edges { node { amount } } } }`,
  ],
  'Query.audit': ({ apiKey }) => [
    `{ audit(actor: "${apiKey}") { edges { node { after } } } }`,
    `{ audit(actor: "key:${apiKey}") { edges { node { after } } } }`,
  ],
  'Query.operations': ({ client }) => [
    `{ operations(client: "${client}") { edges { node { text } } } }`,
  ],
  'Query.redemptions': ({ member, coupon }) => [
    `{ redemptions(filter: {member: {id: "${member}"}}) { edges { node { id } } } }`,
    `{ redemptions(filter: {rewardIds: ["${coupon}"], member: {externalId: "ada"}}) {
        edges { node { id codes { code } } } } }`,
  ],
  'Query.rewards': ({ coupon, reward }) => [
    `{ rewards(filter: {ids: ["${coupon}", "${reward}"]}, ${ada}) { edges { node { title } } } }`,
  ],
  'Query.reward': ({ reward, member }) => [
    `{ reward(id: "${reward}") { offer(member: {id: "${member}"}) { price } } }`,
  ],
  'Query.quote': ({ member }) => [
    `{ quote(input: {activity: {member: {id: "${member}"}, type: "purchase", reference: "q"}}) {
        points considered { rule } refusal { code message } } }`,
  ],
  'Mutation.captureHold': ({ hold }) => [mutation('captureHold', `${ada}, holdId: "${hold}"`)],
  'Mutation.releaseHold': ({ hold }) => [mutation('releaseHold', `${ada}, holdId: "${hold}"`)],
  'Mutation.decideAdjustment': ({ adjustment }) => [
    mutation('decideAdjustment', `${ada}, adjustmentId: "${adjustment}", approve: true`),
    mutation('decideAdjustment', `${ada}, adjustmentId: "${adjustment}", approve: false`),
  ],
  'Mutation.redeemReward': ({ coupon }) => [
    mutation('redeemReward', `${ada}, rewardId: "${coupon}", idempotencyKey: "k1"`),
  ],
  'Mutation.useRewardCode': ({ coupon, code }) => [
    mutation('useRewardCode', `rewardId: "${coupon}", code: "${code}"`),
  ],
  'Mutation.withdrawRewardCodes': ({ coupon, code }) => [
    mutation('withdrawRewardCodes', `rewardId: "${coupon}", codes: ["${code}"]`),
  ],
  'Mutation.cancelRedemption': ({ redemption }) => [
    mutation('cancelRedemption', `redemptionId: "${redemption}", units: 1, idempotencyKey: "k2"`),
  ],
  'Mutation.joinChallenge': ({ challenge, teamChallenge, inviteCode }) => [
    mutation('joinChallenge', `${ada}, challengeId: "${challenge}", idempotencyKey: "k3"`),
    mutation(
      'joinChallenge',
      `${ada}, challengeId: "${teamChallenge}", team: {inviteCode: "${inviteCode}"}`,
    ),
    mutation(
      'joinChallenge',
      `${ada}, challengeId: "${teamChallenge}", team: {create: {name: "Own"}}`,
    ),
  ],
  ...Object.fromEntries(
    ['leaveChallenge', 'removeFromTeam', 'renewInviteCode'].map((name): [string, Crossed] => [
      `Mutation.${name}`,
      ({ teamChallenge }) => [mutation(name, `${ada}, challengeId: "${teamChallenge}"`)],
    ]),
  ),
  'Mutation.transferCaptain': ({ teamChallenge, member }) => [
    mutation('transferCaptain', `${ada}, challengeId: "${teamChallenge}", to: {id: "${member}"}`),
  ],
  'Mutation.disqualifyParticipant': ({ challenge }) => [
    mutation('disqualifyParticipant', `${ada}, challengeId: "${challenge}", reason: "x"`),
  ],
  'Mutation.recordAttempt': ({ challenge }) => [
    mutation('recordAttempt', `${ada}, challengeId: "${challenge}", score: 1`),
  ],
  'Mutation.eraseMember': ({ member }) => [mutation('eraseMember', `member: {id: "${member}"}`)],
  'Mutation.retireOperations': ({ client, documentId }) => [
    mutation('retireOperations', `client: "${client}", documentIds: ["${documentId}"]`),
  ],
  'Mutation.setClientMode': ({ client }) => [
    mutation('setClientMode', `client: "${client}", mode: REQUIRED`),
  ],
  'Mutation.createApiKey': ({ client }) => [
    mutation('createApiKey', `role: PARTNER, name: "x", client: "${client}"`),
  ],
  'Subscription.memberChanged': ({ member }) => [
    `subscription { memberChanged(member: {id: "${member}"}) { version member { displayName } } }`,
  ],
  'Subscription.challengeChanged': ({ teamChallenge }) => [
    `subscription { challengeChanged(id: "${teamChallenge}") { challenge { title }
       teamStandings { team { name } } } }`,
  ],
  'Subscription.leaderboardChanged': ({ season }) => [
    `subscription { leaderboardChanged(key: "daily", season: "${season}", after: 0) {
       season { id } standings { member { displayName } } } }`,
  ],
};
