/** Every field that may be shared, as deep as they go. */
const streak = 'current longest totalDays state expiresAt checkedInToday';
const member = `id externalId displayName nickname avatarUrl enrolledAt
  tier { key name level percent threshold } streak { ${streak} }`;
const settings = 'activityType metric rankMode title version filter { tags tiers }';
const standings = `standings(first: 5) { totalCount asOfVersion
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { rank } } nodes { rank score reachedAt member { ${member} } } }`;
const everythingOfSeason = `prizes { ties each budget bands { from to points } }
  settlement { id state startedAt publishedAt version ranked planned paid prizes { budget }
    winners(first: 2) { pageInfo { hasNextPage } edges { cursor node { place rank score reachedAt
      points teamName member { id } } } } }`;
export const everything = `id key cadence timeZone ${settings} settleDelayMinutes startsAt endsAt countsFrom
  archivedAt season { ${everythingOfSeason} id startsAt endsAt state version participants frozenAt leaderboard { key }
    definition { ${settings} } ${standings} }
  seasons(first: 2) { pageInfo { hasNextPage } edges { cursor node { id } } }`;

/** The same, of a challenge. */
export const everythingOfChallenge = `id kind title description metric activityType rankMode goal
  target capacity minimum tooFew entryFee joinFrom joinUntil startsAt endsAt settlesAt
  settleDelayMinutes phase joinable attemptsMax attemptOperator participantsCount teamsCount
  teamRules { sizeMax scoring top memberCap prizeSplit } createdAt startedAt frozenAt settledAt
  cancelledAt cancelReason refundedAt version season { id ${everythingOfSeason} }
  teamStandings(first: 5) { totalCount asOfVersion pageInfo { endCursor } edges { cursor node { rank } }
    nodes { rank score reachedAt team { id name size startSize disbandedAt captain { id } } } }`;
