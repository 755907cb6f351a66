/** Every mutation, asked once. */
import { type Field, member, refusal, soon } from './root-field.ts';

export const rootMutations: Readonly<Record<string, Field>> = {
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
      `mutation { captureHold(input: {${member(subject)}, holdId: "${subject.hold}"}) {
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
           ${member(subject)}, adjustmentId: "${subject.adjustment}", approve: true}) {
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
  'Mutation.pushOperations': {
    scope: 'operator',
    operations: () => [
      `mutation { pushOperations(input: {client: "app", manifest: "{}"}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.retireOperations': {
    scope: 'operator',
    operations: () => [
      `mutation { retireOperations(input: {client: "app", documentIds: ["x"]}) {
         __typename ${refusal} } }`,
    ],
  },
  'Mutation.setClientMode': {
    scope: 'operator',
    operations: () => [
      `mutation { setClientMode(input: {client: "app", mode: LOG}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.releaseHold': {
    scope: 'service',
    operations: (subject) => [
      `mutation { releaseHold(input: {${member(subject)}, holdId: "${subject.hold}"}) {
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
  'Mutation.eraseMember': {
    scope: 'operator',
    operations: () => [
      `mutation { eraseMember(input: {member: {externalId: "nobody-there"}}) {
         ... on EraseMemberPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.updateMember': {
    scope: 'service',
    operations: (subject) => [
      `mutation { updateMember(input: {${member(subject)}, tags: ["vip"]}) {
         ... on UpdateMemberPayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.createLeaderboard': {
    scope: 'operator',
    operations: () => [
      `mutation { createLeaderboard(input: {key: "daily", title: "T", metric: CHECK_INS,
         cadence: DAILY}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.updateLeaderboard': {
    scope: 'operator',
    operations: () => [
      `mutation { updateLeaderboard(input: {key: "nothing", title: "T"}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.archiveLeaderboard': {
    scope: 'operator',
    operations: () => [
      `mutation { archiveLeaderboard(input: {key: "nothing"}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.backfillLeaderboard': {
    scope: 'operator',
    operations: () => [
      `mutation { backfillLeaderboard(input: {key: "nothing", dryRun: true}) {
         __typename ${refusal} } }`,
    ],
  },
  'Mutation.updateProfile': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { updateProfile(input: {${member(subject)}, leaderboardOptOut: false}) {
         ... on UpdateProfilePayload { member { externalId } } ${refusal} } }`,
    ],
  },
  'Mutation.backfillTask': {
    scope: 'operator',
    operations: () => [
      `mutation { backfillTask(input: {key: "nothing", from: "2026-01-01T00:00:00Z", dryRun: true,
         mode: QUIET}) { __typename ${refusal} } }`,
    ],
  },
  'Mutation.claimTask': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { claimTask(input: {${member(subject)}, key: "nothing"}) {
         ... on ClaimTaskPayload { member { externalId } } ${refusal} } }`,
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
  'Mutation.updateReward': {
    scope: 'operator',
    operations: ({ reward }) => [
      `mutation { updateReward(input: {rewardId: "${reward}", patch: {price: 2}}) {
         ... on UpdateRewardPayload { reward { title } } ${refusal} } }`,
    ],
  },
  'Mutation.adjustStock': {
    scope: 'operator',
    operations: ({ reward }) => [
      `mutation { adjustStock(input: {rewardId: "${reward}", by: 1}) {
         ... on AdjustStockPayload { reward { title } } ${refusal} } }`,
    ],
  },
  'Mutation.importRewardCodes': {
    scope: 'operator',
    operations: ({ reward }) => [
      `mutation { importRewardCodes(input: {rewardId: "${reward}", codes: ["abcd"]}) {
         ... on ImportRewardCodesPayload { reward { title } } ${refusal} } }`,
    ],
  },
  'Mutation.withdrawRewardCodes': {
    scope: 'operator',
    operations: ({ reward }) => [
      `mutation { withdrawRewardCodes(input: {rewardId: "${reward}", all: true}) {
         ... on WithdrawRewardCodesPayload { reward { title } } ${refusal} } }`,
    ],
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
  'Mutation.confirmRedemption': {
    scope: 'acts',
    operations: ({ redemption: id }) => [
      `mutation { confirmRedemption(input: {redemptionId: "${id}"}) {
         ... on ConfirmRedemptionPayload { redemption { id } } ${refusal} } }`,
    ],
  },
  'Mutation.fulfilRedemption': {
    scope: 'service',
    operations: ({ redemption: id }) => [
      `mutation { fulfilRedemption(input: {redemptionId: "${id}", state: ISSUED}) {
         ... on FulfilRedemptionPayload { redemption { id } } ${refusal} } }`,
    ],
  },
  'Mutation.cancelRedemption': {
    scope: 'acts',
    operations: ({ redemption: id }) => [
      `mutation { cancelRedemption(input: {redemptionId: "${id}"}) {
         ... on CancelRedemptionPayload { redemption { id } } ${refusal} } }`,
    ],
  },
  'Mutation.useRewardCode': {
    scope: 'service',
    operations: (subject) => [
      `mutation { useRewardCode(input: {rewardId: "${subject.reward}", code: "x"}) {
         ... on UseRewardCodePayload { redemption { id } } ${refusal} } }`,
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
  'Mutation.retireRule': {
    scope: 'operator',
    operations: () => [
      `mutation { retireRule(input: {kind: EARNING, key: "nothing"}) { __typename ${refusal} } }`,
    ],
  },
};
