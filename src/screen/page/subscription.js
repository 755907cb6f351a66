/** What the screen subscribes to, and what each answer means to it. */

/**
 * @typedef {object} Standing
 * @property {number} rank
 * @property {number} score
 * @property {string} reachedAt
 * @property {{ id: string, displayName: string }} member
 *
 * @typedef {object} Season
 * @property {string} id
 * @property {string | null} startsAt
 * @property {string | null} endsAt
 * @property {number} participants
 * @property {{ title: string, cadence: 'ALL_TIME' | 'DAILY' | 'WEEKLY' | 'MONTHLY', timeZone: string }} leaderboard
 *
 * @typedef {object} Change
 * @property {'SNAPSHOT' | 'DELTA'} kind
 * @property {number} version
 * @property {Season} season
 * @property {string[]} removed  Ids of members.
 * @property {Standing[]} changes
 *
 * @typedef {{ message: string, path?: readonly (string | number)[],
 *   extensions?: { code?: string, field?: string } }} GraphQLError
 * @typedef {{ data?: { leaderboardChanged: Change } | null, errors?: readonly GraphQLError[] }} Result
 *
 * @typedef {{ version: number, seasonId: string }} Place  What was seen last.
 * @typedef {{ board: string, first: number, place: Place | undefined }} Subscription
 */

// One document, and variables that differ in nothing but the place: the server then executes a
// change once for every screen of the program.
const query = `subscription Screen($key: String!, $first: Int!, $after: SafeInt, $season: ID) {
  leaderboardChanged(key: $key, first: $first, after: $after, season: $season) {
    kind version removed
    season { id startsAt endsAt participants leaderboard { title cadence timeZone } }
    changes { rank score reachedAt member { id displayName } }
  }
}`;

/** @param {Subscription} subscription */
export const payloadOf = ({ board, first, place }) => ({
  query,
  operationName: 'Screen',
  variables: {
    key: board,
    first,
    ...(place === undefined ? {} : { after: place.version, season: place.seasonId }),
  },
});

/**
 * Why the server would not, or would no longer, send changes.
 * @typedef {{ reason: 'lost' | 'unauthorized' | 'unknown-board' | 'fault', message?: string }} Reason
 * @param {readonly GraphQLError[]} errors
 * @returns {Reason}
 */
export function reasonOf(errors) {
  const codes = errors.map((error) => error.extensions?.code);
  const message = errors[0]?.message ?? '';
  if (codes.includes('UNAUTHENTICATED') || codes.includes('FORBIDDEN')) {
    return { reason: 'unauthorized', message };
  }
  const isKeyWrong = errors.some(({ extensions }) => extensions?.field === 'key');
  if (codes.includes('NOT_FOUND') || (codes.includes('BAD_USER_INPUT') && isKeyWrong)) {
    return { reason: 'unknown-board', message };
  }
  if (codes.includes('SERVICE_UNAVAILABLE')) return { reason: 'lost' };
  return { reason: 'fault', message };
}
