/** Settlements: payouts and lines one to one, sums within budgets, winners as the ranking has them. */
import { inTransaction, type Pool, type PoolClient } from '../platform/db.ts';
import { atStart, type Progress } from '../settlements/awards.ts';
import { countRanked, nextWinners } from '../settlements/steps.ts';
import type { Difference, Finding } from './difference.ts';
import {
  findPayoutDifference,
  findSumDifference,
  loadRanked,
  loadWinners,
  type SettlementDifference,
} from './settlements.sql.ts';

type Found = Pick<Difference, 'member' | 'memberId'> & Finding;

/** The first thing about a program's settlements that is not as it must be. */
export function findSettlementDifference(
  pool: Pool,
  programId: number,
): Promise<Found | undefined> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    await client.query('set local statement_timeout = 0'); // One look at all of them.
    const [first] = [
      ...(await findPayoutDifference(client, programId)),
      ...(await findSumDifference(client, programId)),
    ];
    if (first !== undefined) return told(first);
    for (const settlement of await loadRanked(client, programId)) {
      const difference = await findWinnerDifference(client, settlement);
      if (difference !== undefined) return difference;
    }
    return undefined;
  });
}

/** Recomputes the winners from the frozen ranking, part by part. */
async function findWinnerDifference(
  client: PoolClient,
  settlement: Awaited<ReturnType<typeof loadRanked>>[number],
): Promise<Found | undefined> {
  const { id, seasonId, terms, ranked } = settlement;
  const about = { member: null, memberId: null, settlementId: id };
  const expected = await countRanked(client, seasonId, terms);
  if (ranked !== expected) {
    const figures = { expected: String(expected), found: String(ranked) };
    return told({ what: 'how many are ranked', ...about, ...figures });
  }
  let progress: Progress = atStart;
  let last: Parameters<typeof nextWinners>[3];
  for (let done = false; !done; ) {
    const part = await nextWinners(client, settlement, progress, last);
    // One more than expected: nobody may have won besides.
    const stored = await loadWinners(client, id, progress.place, part.winners.length + 1);
    const next = part.done ? part.winners.length + 1 : part.winners.length;
    for (let at = 0; at < next; at += 1) {
      const winner = part.winners[at];
      const expected =
        winner &&
        [winner.place, winner.rank, winner.participantId, winner.score, winner.points].join(' ');
      const found = stored[at]?.text;
      if (expected === found) continue;
      const place = winner?.place ?? progress.place + at + 1;
      return told({
        ...about,
        what: `place ${place} (place, rank, participant, score, points)`,
        ...{ expected: expected ?? null, found: found ?? null },
      });
    }
    [progress, done] = [part.progress, part.done];
    last = part.winners.at(-1);
  }
  return undefined;
}

const told = ({ member, memberId, settlementId, what, expected, found }: SettlementDifference) => ({
  ...{ member, memberId, what: `settlement ${settlementId}: ${what}` },
  ...{ expected: expected ?? 'none', found: found ?? 'none' },
});
