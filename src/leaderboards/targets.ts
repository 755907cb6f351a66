/** When somebody reaches the target of a challenge. Pure. */
import type { Reaching } from './contests.sql.ts';
import type { Gain } from './count-facts.ts';
import { combiningOf } from './metrics.ts';
import type { PutRow } from './seasons.sql.ts';

/** Standings that were written, with the facts that changed them, in the order of the log. */
export type Written = { readonly rows: readonly PutRow[]; readonly gains: readonly Gain[] };

/**
 * Who has come to the target, and by which fact, or fell below it. Facts are taken one by one, so
 * that it does not matter how many of them were counted together.
 */
export function reachings({ rows, gains }: Written): Reaching[] {
  const byStanding = new Map<string, Gain[]>();
  for (const gain of gains) {
    const { challenge } = gain.board;
    if (challenge?.kind !== 'INDIVIDUAL' || challenge.target === null) continue;
    const key = `${challenge.seasonId}/${gain.memberId}`;
    const known = byStanding.get(key);
    if (known === undefined) byStanding.set(key, [gain]);
    else known.push(gain);
  }
  return rows.flatMap((row): Reaching[] => {
    const own = byStanding.get(`${row.seasonId}/${row.memberId}`) ?? [];
    const target = own[0]?.board.challenge?.target ?? null;
    return target === null ? [] : [reachingOf(row, own, target)];
  });
}

function reachingOf(row: PutRow, gains: readonly Gain[], target: number): Reaching {
  const { seasonId, memberId: participantId } = row;
  let score = row.oldScore;
  let reachedAt = row.oldReachedAt;
  let position = 0;
  let at = score !== null && score >= target ? reachedAt : null;
  for (const gain of gains) {
    const next = after({ score, reachedAt }, gain);
    ({ score, reachedAt } = next);
    if (next.score < target) at = null;
    else if (at === null) {
      at = next.reachedAt;
      position = gain.position;
    }
  }
  return { seasonId, participantId, reachedAt: row.score >= target ? at : null, position };
}

type Score = { readonly score: number | null; readonly reachedAt: Date | null };

/** A score after one more fact: as the statements of `putSums` have it. */
function after(
  { score, reachedAt }: Score,
  { amount, reachedAt: at, board }: Gain,
): { readonly score: number; readonly reachedAt: Date } {
  if (score === null || reachedAt === null) return { score: amount, reachedAt: at };
  const before = { score, reachedAt };
  switch (combiningOf(board)) {
    case 'ADD':
      return { score: score + amount, reachedAt: at > reachedAt ? at : reachedAt };
    case 'RAISE':
      return amount > score || (amount === score && at < reachedAt)
        ? { score: amount, reachedAt: at }
        : before;
    case 'REPLACE':
      return at > reachedAt || (at.getTime() === reachedAt.getTime() && amount > score)
        ? { score: amount, reachedAt: at }
        : before;
  }
}
