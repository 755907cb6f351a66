/** How long to wait before the next attempt: longer each time, and not at once with everybody. */

const BACKOFF_MS = { first: 500, longest: 15_000 };

/** @param {number} failures  In a row. */
export function backoff(failures) {
  const longest = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** Math.min(failures - 1, 10));
  return longest * (0.5 + Math.random() / 2);
}
