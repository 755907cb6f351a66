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

query Rewards {
  rewards(first: 10) { edges { node { id title price stock } } }
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

subscription Live {
  leaderboardChanged(key: "all-time", first: 5) {
    kind
    version
    standings { rank score member { displayName } }
  }
}
`;
