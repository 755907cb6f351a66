/** Every field that may be shared, as deep as they go. */
const streak = 'current longest totalDays state expiresAt checkedInToday';
const member = `id externalId displayName nickname avatarUrl enrolledAt
  tier { key name level percent threshold } streak { ${streak} }`;
const settings = 'activityType metric rankMode title version filter { tags tiers }';
const standings = `standings(first: 5) { totalCount asOfVersion
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { rank } } nodes { rank score reachedAt member { ${member} } } }`;
export const everything = `id key cadence timeZone ${settings} settleDelayMinutes startsAt endsAt countsFrom
  archivedAt season { id startsAt endsAt state version participants frozenAt leaderboard { key }
    definition { ${settings} } ${standings} }
  seasons(first: 2) { pageInfo { hasNextPage } edges { cursor node { id } } }`;
