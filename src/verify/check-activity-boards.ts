import { inTransaction, type Pool } from '../platform/db.ts';
import { findActivityDifference } from './activity-boards.sql.ts';
import type { Difference, Finding } from './difference.ts';

/**
 * Compares the boards of activities with the activities, season by season not yet frozen: what is
 * left of each after returns. When a score was reached is not compared: rows do not tell when
 * something was returned.
 */
export async function checkActivityBoards(
  pool: Pool,
  programId: number,
): Promise<(Pick<Difference, 'member' | 'memberId'> & Finding) | undefined> {
  const rows = await inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    await client.query('set local statement_timeout = 0'); // One look at all of a type.
    return findActivityDifference(client, programId);
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const { member, memberId, board, startsAt, expected, found } = row;
  const what = `standing on ${board}, season from ${startsAt.toISOString()}: score`;
  return { member, memberId, what, expected: text(expected), found: text(found) };
}

const text = (score: string | null) => score ?? 'none';
