/** What the screen subscribes to, and what each answer means to it. */

/**
 * What a panel follows: a board by its key, or a challenge by its global id.
 * @typedef {{ kind: 'board' | 'challenge', key: string }} Topic
 *
 * @typedef {object} Standing  A place of a member, or of a team.
 * @property {string} id
 * @property {string} name
 * @property {number} rank
 * @property {number} score
 * @property {string} reachedAt
 * @property {number} [prize]  Points won, once the result is out.
 *
 * @typedef {object} Season
 * @property {string | null} startsAt
 * @property {string | null} endsAt
 * @property {'SCHEDULED' | 'ACTIVE' | 'CLOSING' | 'FROZEN'} state  When it was sent.
 * @property {number} participants
 * @property {{ title: string, cadence: 'ALL_TIME' | 'DAILY' | 'WEEKLY' | 'MONTHLY', timeZone: string }} leaderboard
 *
 * @typedef {'SCHEDULED' | 'JOINING' | 'READY' | 'ACTIVE' | 'CLOSING' | 'FROZEN' | 'SETTLED'
 *   | 'CANCELLED'} Phase
 *
 * @typedef {object} Challenge
 * @property {'INDIVIDUAL' | 'TEAM'} kind
 * @property {string} title
 * @property {'RANKING' | 'FIRST_TO_TARGET' | 'EVERYONE_AT_TARGET'} goal
 * @property {number | null} target  The score that wins, unless it goes by rank.
 * @property {Phase} phase  When it was sent.
 * @property {string} joinFrom
 * @property {string} joinUntil
 * @property {string} startsAt
 * @property {string} endsAt
 * @property {string} settlesAt
 * @property {string | null} cancelReason
 * @property {number} participantsCount
 * @property {number} teamsCount
 *
 * @typedef {{ winners: readonly Standing[] } & ({ kind: 'board', season: Season }
 *   | { kind: 'challenge', challenge: Challenge })} About
 *
 * @typedef {object} Change
 * @property {'SNAPSHOT' | 'DELTA'} kind
 * @property {number} version
 * @property {string} seasonId
 * @property {About} about
 * @property {readonly string[]} removed  Ids of rows.
 * @property {readonly Standing[]} changes
 *
 * @typedef {{ rank: number, score: number, reachedAt: string }} Place
 * @typedef {Place & { member: { id: string, displayName: string } }} MemberRow
 * @typedef {Place & { team: { id: string, name: string } }} TeamRow
 * @typedef {Place & { points: number, teamName: string | null,
 *   member: MemberRow['member'] | null }} Winner
 * @typedef {{ winners: { edges: { node: Winner }[] } } | null} Settlement
 * @typedef {{ kind: Change['kind'], version: number, removed: string[], changes: MemberRow[] }} Sent
 *
 * @typedef {object} Data  One of them is there.
 * @property {Sent & { season: Season & { id: string, settlement: Settlement } }} [leaderboardChanged]
 * @property {Sent & { teamsRemoved: string[], teamChanges: TeamRow[], challenge: Challenge,
 *   season: { id: string, settlement: Settlement } }} [challengeChanged]
 *
 * @typedef {{ message: string, path?: readonly (string | number)[],
 *   extensions?: { code?: string, field?: string } }} GraphQLError
 * @typedef {{ data?: Data | null, errors?: readonly GraphQLError[] }} Result
 *
 * @typedef {{ version: number, seasonId: string }} Seen  What was seen last.
 * @typedef {{ topic: Topic, first: number, place: Seen | undefined }} Subscription
 */

const result = `settlement { winners(first: $first) { edges { node {
  rank score reachedAt points teamName member { id displayName } } } } }`;

// One document of each kind, and variables that differ in nothing but the place: the server then
// executes a change once for every screen of the program.
const boardQuery = `subscription Screen($key: String!, $first: Int!, $after: SafeInt, $season: ID) {
  leaderboardChanged(key: $key, first: $first, after: $after, season: $season) {
    kind version removed
    season {
      id startsAt endsAt state participants leaderboard { title cadence timeZone }
      ${result}
    }
    changes { rank score reachedAt member { id displayName } }
  }
}`;

const challengeQuery = `subscription Screen($id: ID!, $first: Int!, $after: SafeInt) {
  challengeChanged(id: $id, first: $first, after: $after) {
    kind version removed teamsRemoved
    challenge {
      kind title goal target phase joinFrom joinUntil startsAt endsAt settlesAt cancelReason
      participantsCount teamsCount
    }
    season { id ${result} }
    changes { rank score reachedAt member { id displayName } }
    teamChanges { rank score reachedAt team { id name } }
  }
}`;

/** @param {Subscription} subscription */
export function payloadOf({ topic: { kind, key }, first, place }) {
  const after = place === undefined ? {} : { after: place.version };
  if (kind === 'challenge') {
    return {
      query: challengeQuery,
      operationName: 'Screen',
      variables: { id: key, first, ...after },
    };
  }
  const season = place === undefined ? {} : { season: place.seasonId };
  return {
    query: boardQuery,
    operationName: 'Screen',
    variables: { key, first, ...after, ...season },
  };
}

/**
 * What came, in one form for boards, members' and teams' challenges; undefined: an error did.
 * @param {Result} result
 * @returns {Change | undefined}
 */
export function changeOf({ data }) {
  const { leaderboardChanged: board, challengeChanged: contest } = data ?? {};
  if (board) {
    const { kind, version, season, removed } = board;
    const changes = board.changes.map(ofMember);
    return {
      kind,
      version,
      removed,
      changes,
      seasonId: season.id,
      about: { kind: 'board', season, winners: winnersOf(season.settlement) },
    };
  }
  if (!contest) return undefined;
  const { kind, version, challenge, season } = contest;
  const ofTeams = challenge.kind === 'TEAM';
  const winners = winnersOf(season.settlement);
  return {
    ...{ kind, version, seasonId: season.id, about: { kind: 'challenge', challenge, winners } },
    removed: ofTeams ? contest.teamsRemoved : contest.removed,
    changes: ofTeams ? contest.teamChanges.map(ofTeam) : contest.changes.map(ofMember),
  };
}

/** @param {MemberRow} row @returns {Standing} */
function ofMember({ member: { id, displayName: name }, ...place }) {
  return { id, name, ...place };
}

/** @param {TeamRow} row @returns {Standing} */
function ofTeam({ team: { id, name }, ...place }) {
  return { id, name, ...place };
}

/** Of a result that is out. @param {Settlement} settlement */
const winnersOf = (settlement) => settlement?.winners.edges.map(({ node }) => ofWinner(node)) ?? [];

/** A team that won is known by its name, which is its own in the challenge. @param {Winner} winner @returns {Standing} */
function ofWinner({ member, teamName, points: prize, ...place }) {
  return { id: member?.id ?? '', name: teamName ?? member?.displayName ?? '', prize, ...place };
}

/**
 * Why the server would not, or would no longer, send changes.
 * @typedef {{ reason: 'lost' | 'unauthorized' | 'unknown' | 'fault', message?: string }} Reason
 * @param {readonly GraphQLError[]} errors
 * @returns {Reason}
 */
export function reasonOf(errors) {
  const codes = errors.map((error) => error.extensions?.code);
  const message = errors[0]?.message ?? '';
  if (codes.includes('UNAUTHENTICATED') || codes.includes('FORBIDDEN')) {
    return { reason: 'unauthorized', message };
  }
  const isKeyWrong = errors.some(({ extensions }) => /^(key|id)$/.test(extensions?.field ?? ''));
  if (codes.includes('NOT_FOUND') || (codes.includes('BAD_USER_INPUT') && isKeyWrong)) {
    return { reason: 'unknown', message };
  }
  if (codes.includes('SERVICE_UNAVAILABLE')) return { reason: 'lost' };
  return { reason: 'fault', message };
}
