/** Where a challenge stands, what comes next, and which rows are shown. */

/** @typedef {import('./subscription.js').Challenge} Challenge */
/** @typedef {import('./subscription.js').Phase} Phase */
/** @typedef {import('./subscription.js').Standing} Standing */

/**
 * The phase by the clock, which is ahead of the news of it, never behind what the server said.
 * @param {Challenge} challenge
 * @param {number | undefined} now  By the server's clock; undefined while that is not known.
 * @returns {Phase}
 */
export function phaseAt(challenge, now) {
  const { phase, joinFrom, joinUntil, startsAt, endsAt } = challenge;
  if (now === undefined || isFinal(phase)) return phase;
  const at = notBefore(challenge, now);
  if (at >= Date.parse(endsAt)) return 'CLOSING';
  if (at >= Date.parse(startsAt)) return 'ACTIVE';
  if (at < Date.parse(joinFrom)) return 'SCHEDULED';
  return at < Date.parse(joinUntil) ? 'JOINING' : 'READY';
}

/** @param {Phase} phase */
const isFinal = (phase) => phase === 'FROZEN' || phase === 'SETTLED' || phase === 'CANCELLED';

/** As late as it must be when the server says that this phase has begun. @param {Challenge} challenge @param {number} now */
function notBefore({ phase, joinFrom, joinUntil, startsAt, endsAt }, now) {
  /** @type {Partial<Record<Phase, string>>} */
  const begun = { JOINING: joinFrom, READY: joinUntil, ACTIVE: startsAt, CLOSING: endsAt };
  const at = begun[phase];
  return at === undefined ? now : Math.max(now, Date.parse(at));
}

/**
 * What happens next by the clock alone, and when. Of what happens at once, the most important.
 * @typedef {{ what: 'starts' | 'ends' | 'closes' | 'opens' | 'final', inMs: number }} Anchor
 * @param {Challenge} challenge
 * @param {number | undefined} now
 * @returns {Anchor | undefined}
 */
export function nextAnchor(challenge, now) {
  if (now === undefined || isFinal(challenge.phase)) return undefined;
  const at = notBefore(challenge, now);
  const { joinFrom, joinUntil, startsAt, endsAt, settlesAt } = challenge;
  /** @type {readonly [Anchor['what'], string][]} */
  const anchors = [
    ['starts', startsAt],
    ['ends', endsAt],
    // One that was ended early is closed, too.
    ['closes', Date.parse(joinUntil) < Date.parse(endsAt) ? joinUntil : endsAt],
    ['opens', joinFrom],
    ['final', settlesAt],
  ];
  return anchors
    .map(([what, then]) => ({ what, inMs: Date.parse(then) - at }))
    .filter(({ inMs }) => inMs > 0)
    .reduce(sooner, undefined);
}

/** @param {Anchor | undefined} next @param {Anchor} other */
const sooner = (next, other) => (next === undefined || other.inMs < next.inMs ? other : next);

/**
 * The rows to show. Who won on a board stands where they were. A challenge that was called off has none. Once the result is out, who won
 * comes first, with what they won; where a target was to be reached, nobody else comes after them.
 * @param {import('./board-window.js').BoardWindow} window
 * @returns {readonly Standing[]}
 */
export function rowsOf({ about, standings }) {
  const { winners } = about;
  if (about.kind === 'board') {
    const prizes = new Map(winners.map(({ id, prize }) => [id, prize]));
    return standings.map((row) => {
      const prize = prizes.get(row.id);
      return prize === undefined ? row : { ...row, prize };
    });
  }
  const { challenge } = about;
  if (challenge.phase === 'CANCELLED') return [];
  if (challenge.phase !== 'SETTLED' || winners.length === 0) return standings;
  const isTeam = challenge.kind === 'TEAM';
  const won = winners.map((winner) => {
    const row = standings.find(({ name }) => isTeam && name === winner.name);
    return { ...winner, id: winner.id || row?.id || winner.name };
  });
  if (challenge.goal !== 'RANKING') return won;
  const ids = new Set(won.map(({ id }) => id));
  const others = standings.filter(({ id }) => !ids.has(id));
  return [...won, ...others].slice(0, Math.max(standings.length, won.length));
}
