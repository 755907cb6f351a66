/** What the screen subscribes to, and what each answer means to it. */

/**
 * @typedef {object} Standing
 * @property {number} rank
 * @property {number} score
 * @property {{ id: string, displayName: string }} member
 *
 * @typedef {object} Season
 * @property {string | null} startsAt
 * @property {string | null} endsAt
 * @property {number} participants
 * @property {{ title: string, cadence: 'ALL_TIME' | 'DAILY' | 'WEEKLY' | 'MONTHLY', timeZone: string }} leaderboard
 *
 * @typedef {object} Change
 * @property {'SNAPSHOT' | 'DELTA'} kind
 * @property {number} version
 * @property {Season} season
 * @property {Standing[]} standings
 *
 * @typedef {{ message: string, path?: readonly (string | number)[],
 *   extensions?: { code?: string, field?: string } }} GraphQLError
 * @typedef {{ data?: { leaderboardChanged: Change } | null, errors?: readonly GraphQLError[] }} Result
 *
 * @typedef {{ board: string, first: number, key: string }} Subscription
 *
 * @typedef {object} SessionEnd
 * @property {'lost' | 'unauthorized' | 'unknown-board' | 'fault'} reason
 * @property {boolean} opened  Whether it ever received a change.
 * @property {string} [message]
 *
 * @typedef {object} SessionEvents
 * @property {() => void} onAlive  Anything at all came, once there was a first change.
 * @property {(change: Change) => void} onChange
 * @property {(end: SessionEnd) => void} onEnd  At most once, and never after `close`.
 *
 * @typedef {{ close(): void }} Session
 * @typedef {(subscription: Subscription, events: SessionEvents) => Session} OpenSession
 */

const OPEN_MS = 10_000; // Until the first change.

const query = `subscription Screen($key: String!, $first: Int!) {
  leaderboardChanged(key: $key, first: $first) {
    kind version
    season { startsAt endsAt participants leaderboard { title cadence timeZone } }
    standings { rank score member { id displayName } }
  }
}`;

/** @param {Subscription} subscription */
export const payloadOf = ({ board, first }) => ({
  query,
  operationName: 'Screen',
  variables: { key: board, first },
});

/**
 * Why the server would not, or would no longer, send changes.
 * @param {readonly GraphQLError[]} errors
 * @returns {Pick<SessionEnd, 'reason' | 'message'>}
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

/**
 * The bookkeeping both transports share: results become changes or an end, and it ends once.
 * @param {SessionEvents} events
 * @param {() => void} release  Lets go of the connection.
 */
export function createReceiver(events, release) {
  let opened = false;
  let over = false;
  // Proxies swallow upgrades and hold streams back: then nothing comes, not even an end.
  const openTimer = setTimeout(() => end({ reason: 'lost' }), OPEN_MS);

  /** @param {Pick<SessionEnd, 'reason' | 'message'>} why */
  function end(why) {
    if (over) return;
    close();
    events.onEnd({ ...why, opened });
  }

  function close() {
    if (over) return;
    over = true;
    clearTimeout(openTimer);
    release();
  }

  return {
    end,
    close,
    /** Says nothing about what is shown as long as the first change is still to come. */
    alive() {
      if (opened && !over) events.onAlive();
    },
    /** @param {Result} result */
    result(result) {
      if (over) return;
      const change = result.data?.leaderboardChanged;
      if (!change) return end(reasonOf(result.errors ?? []));
      opened = true;
      clearTimeout(openTimer);
      events.onAlive();
      events.onChange(change);
    },
  };
}
