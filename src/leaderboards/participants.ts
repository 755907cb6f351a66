/** Whose facts the boards of challenges count: those of participants, while they take part. */
import type { PoolClient } from '../platform/db.ts';
import { loadWindows } from './contests.sql.ts';
import type { Gain } from './count-facts.ts';

/**
 * Leaves out what happened before somebody's part in a challenge began, or after it ended. What
 * takes a fact back is judged by the instant of the fact, so it is left out where that was.
 */
export async function ofParticipants(client: PoolClient, gains: readonly Gain[]): Promise<Gain[]> {
  const keyOf = (challengeId: number, memberId: number) => `${challengeId}/${memberId}`;
  const wanted = new Map<string, { challengeId: number; memberId: number }>();
  for (const { board, memberId } of gains) {
    const challengeId = board.challenge?.id;
    if (challengeId === undefined) continue;
    wanted.set(keyOf(challengeId, memberId), { challengeId, memberId });
  }
  const rows = await loadWindows(client, [...wanted.values()]);
  const windows = new Map(rows.map((row) => [keyOf(row.challengeId, row.memberId), row]));
  return gains.flatMap((gain) => {
    const { challenge } = gain.board;
    if (challenge === null || challenge === undefined) return [gain];
    const window = windows.get(keyOf(challenge.id, gain.memberId));
    if (window === undefined || gain.at < window.countsFrom) return [];
    if (window.countsUntil !== null && gain.at >= window.countsUntil) return [];
    return [{ ...gain, hidden: window.hidden }];
  });
}
