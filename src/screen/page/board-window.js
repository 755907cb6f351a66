/** The rows of a board or challenge, kept by member or team and put in order here: the server sends what changed. */

/** @typedef {import('./subscription.js').Standing} Standing */
/** @typedef {import('./subscription.js').Change} Change */

/**
 * The top of a board as it stands at one version. Never changed, only replaced.
 * @typedef {object} BoardWindow
 * @property {number} version
 * @property {string} seasonId
 * @property {import('./subscription.js').About} about
 * @property {readonly Standing[]} standings  In order, from the top.
 */

/**
 * The window after a change; undefined when the change does not lead on from this one.
 * @param {BoardWindow | undefined} before
 * @param {Change} change
 * @param {number} first  Size of the window.
 * @returns {BoardWindow | undefined}
 */
export function applyChange(before, change, first) {
  const { kind, version, seasonId, about } = change;
  const isNext = before?.seasonId === seasonId && version === before.version + 1;
  if (kind === 'DELTA' && !isNext) return undefined;
  /** @type {Map<string, Standing>} */
  const rows = new Map();
  if (kind === 'DELTA') for (const row of before?.standings ?? []) rows.set(row.id, row);
  for (const id of change.removed) rows.delete(id);
  for (const row of change.changes) rows.set(row.id, row);
  // More rows than were asked for: something went by unseen.
  if (rows.size > first) return undefined;
  return { version, seasonId, about, standings: [...rows.values()].sort(inOrder) };
}

/** By score, then who reached it first, then as the server does it. @param {Standing} a @param {Standing} b */
function inOrder(a, b) {
  if (a.score !== b.score) return b.score - a.score;
  const sooner = Date.parse(a.reachedAt) - Date.parse(b.reachedAt);
  return sooner || compareIds(numberOf(a.id), numberOf(b.id));
}

/** Numbers written as text, however long. @param {string} a @param {string} b */
function compareIds(a, b) {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a global id stands for. Another form of ids would still be an order, the same everywhere. @param {string} id */
function numberOf(id) {
  try {
    return atob(id);
  } catch {
    return id;
  }
}

/**
 * What a row lacks to the rank above it; the leaders: what they have before the next.
 * @typedef {{ kind: 'behind', points: number, rank: number } | { kind: 'level', rank: number }
 *   | { kind: 'ahead', points: number } | { kind: 'level-at-top' }} Gap
 */

/**
 * The gaps of rows in order; none for who is alone.
 * @param {readonly Standing[]} standings
 * @returns {(Gap | undefined)[]}
 */
export function gapsOf(standings) {
  const [leader, second] = standings;
  /** @type {Standing | undefined} */
  let above;
  return standings.map((row, index) => {
    const before = standings[index - 1];
    if (before !== undefined && before.rank !== row.rank) above = before;
    if (above !== undefined) {
      const points = above.score - row.score;
      if (points === 0) return { kind: 'level', rank: above.rank };
      return { kind: 'behind', points, rank: above.rank };
    }
    if (leader === undefined || second === undefined) return undefined;
    const points = leader.score - second.score;
    return points === 0 ? { kind: 'level-at-top' } : { kind: 'ahead', points };
  });
}
