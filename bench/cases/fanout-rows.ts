/** A board of 50 rows in memory that changes ten times a second: what the baselines show. */
export type Row = {
  readonly rank: number;
  readonly score: number;
  readonly reachedAt: string;
  readonly member: { readonly externalId: string; readonly displayName: string };
};

const ROWS = 50;
export const EVERY_MS = 100;

export function boardAt(version: number) {
  const now = new Date().toISOString();
  const standings = Array.from({ length: ROWS }, (_, index): Row => {
    const changed = [0, 1, 2].some((step) => (version * 3 + step) % ROWS === index);
    return {
      rank: index + 1,
      score: 100_000 - index + (changed ? 1 : 0),
      reachedAt: now,
      member: { externalId: `m${index}`, displayName: `Member ${index}` },
    };
  });
  return { version, standings };
}
