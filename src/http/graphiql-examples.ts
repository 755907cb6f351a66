/** What GraphiQL shows when it is opened: the first ten minutes, as operations to run. */
export const exampleQueries = `# Tallymark. In the demo the "Headers" tab below has a key already; elsewhere put one there:
#   { "authorization": "Bearer tm_service_…" }
# Then put the cursor into an operation and press Ctrl-Enter.

mutation Enrol {
  enrolMember(input: { externalId: "hedy", displayName: "Hedy Lamarr" }) {
    ... on EnrolMemberPayload { member { id displayName } }
    ... on Refusal { code message }
  }
}

mutation CheckIn {
  checkIn(input: { member: { externalId: "ada" } }) {
    ... on CheckInPayload {
      alreadyCheckedIn
      awards { points explanation }
      member { displayName points { available } streak { current expiresAt } }
      position
    }
    ... on Refusal { code message }
  }
}

query Member {
  member(by: { externalId: "ada" }) {
    displayName
    points { available lifetimeEarned expiring { at points } }
    streak { current longest state expiresAt }
    ledger(first: 5) { edges { node { amount reason explanation occurredAt } } }
    redemptions(first: 5) { edges { node { points state reward { title } } } }
  }
}

query Board {
  leaderboard(key: "all-time") {
    title
    season {
      version
      standings(first: 10) { nodes { rank score member { displayName streak { current } } } }
    }
  }
}

query Tasks {
  member(by: { externalId: "ada" }) {
    tasks { key title state progress target missing points periodEnd claimableUntil }
  }
}

query Rewards {
  rewards(first: 10, member: { externalId: "ada" }, filter: { affordable: true }) {
    edges { node {
      id kind title tags stock
      offer(member: { externalId: "ada" }) { price canRedeem reason limitLeft { period left } }
    } }
  }
}

# Take a reward's id from above.
mutation Redeem($rewardId: ID!) {
  redeemReward(input: { member: { externalId: "ada" }, rewardId: $rewardId, idempotencyKey: "my-first-order" }) {
    ... on RedeemRewardPayload { replayed redemption { id points } member { points { available } } }
    ... on InsufficientPoints { available required }
    ... on Refusal { code message }
  }
}

# Rules need an operator key (npm start prints one). With publish it is drafted and published.
mutation SetRule {
  draftRule(input: { key: "review", publish: {}, definition: { earning: {
    trigger: { on: ACTIVITY, type: "review" }, points: { fixed: 10 }, caps: [{ period: DAY, points: 30 }]
  } } }) {
    ... on DraftRulePayload { rule { current { version startsAt definition } } warnings { field message } }
    ... on RuleNotValid { problems { field message } }
    ... on Refusal { code message }
  }
}

# What would it pay, and why does each rule apply or not?
query Quote {
  quote(input: { activity: { member: { externalId: "ada" }, type: "review" } }) {
    points
    awards { points explanation }
    considered { rule applied because }
  }
}

# So do rewards.
mutation CreateReward {
  createReward(input: { title: "Tea", price: 40, kind: SERVICE, tags: ["food"], stock: 100,
    tierPrices: [{ tier: "gold", price: 30 }], limits: [{ period: DAY, units: 2 }] }) {
    ... on CreateRewardPayload { reward { id updatedAt } }
    ... on RewardNotValid { problems { field message } }
    ... on Refusal { code message }
  }
}

mutation UpdateReward($rewardId: ID!) {
  updateReward(input: { rewardId: $rewardId, patch: { price: 45, description: "A pot." } }) {
    ... on UpdateRewardPayload { reward { price updatedAt } }
    ... on RewardNotValid { problems { field message } }
    ... on Refusal { code message }
  }
}

subscription Live {
  leaderboardChanged(key: "all-time", first: 5) {
    kind
    version
    standings { rank score member { displayName } }
  }
}
`;
