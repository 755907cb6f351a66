/** Challenges: who takes part, what they paid, and what their teams score. */
import { teamScore } from '../leaderboards/team-score.ts';
import type { Pool } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import { findMiscounts, findReachedDifference, loadTeamScores } from './challenges.sql.ts';
import { compare, type Finding } from './difference.ts';
import type { MemberRows } from './member-rows.ts';

/** Entry fees against the lines that took and gave them back, and attempts against their count. */
export function* checkParts({ chain, parts, attempts }: MemberRows): Generator<Finding> {
  const lines = groupBy(
    chain.entries.filter(
      ({ sourceType, purpose }) => sourceType === 'CHALLENGE' && /^(?:FEE|REFUND):/.test(purpose),
    ),
    ({ sourceId }) => sourceId,
  );
  const made = groupBy(attempts, ({ challengeId }) => challengeId);
  for (const { challengeId, memberId, fee, feeSeq, joins, attempts: count } of parts) {
    const name = `challenge ${challengeId}`;
    const own = lines.get(`${challengeId}:${memberId}`) ?? [];
    const paid = own.reduce((sum, { amount }) => sum - amount, 0);
    yield* compare(`${name}: fee`, paid, fee, own.at(-1)?.seq);
    const newest = own.find(({ purpose }) => purpose === `FEE:${joins}`);
    const expected = fee > 0 ? newest?.seq : null;
    yield* compare(`${name}: entry of the fee`, expected, feeSeq, newest?.seq);
    const numbers = (made.get(challengeId) ?? []).map(({ number }) => number);
    yield* compare(`${name}: attempts`, numbers.length, count);
    yield* compare(`${name}: last attempt`, numbers.at(-1) ?? 0, count);
    lines.delete(`${challengeId}:${memberId}`);
  }
  for (const [source, own] of lines) {
    const [first] = own;
    yield* compare(`challenge fee of ${source}`, null, first?.amount, first?.seq);
  }
}

/** Counters of challenges, sizes of teams, targets that were reached, and the scores of teams. */
export async function findChallengeDifference(
  pool: Pool,
  programId: number,
): Promise<Finding | undefined> {
  for (const { id, what, expected, found } of await findMiscounts(pool, programId)) {
    const name = what === 'size' ? 'team' : 'challenge';
    for (const finding of compare(`${name} ${id}: ${what}`, expected, found)) return finding;
  }
  for (const one of await findReachedDifference(pool, programId)) {
    const what = `challenge ${one.challengeId}: target reached by ${one.participantId}`;
    return { what, expected: one.noted ? 'no' : 'yes', found: one.noted ? 'yes' : 'no' };
  }
  for (let afterId = 0; ; ) {
    const teams = await loadTeamScores(pool, programId, afterId);
    for (const team of teams) {
      const { teamId, found, scores } = team;
      const expected = teamScore(team, scores);
      for (const finding of compare(`team ${teamId}: score`, expected, found)) {
        return finding;
      }
    }
    const last = teams.at(-1);
    if (last === undefined) return undefined;
    afterId = last.teamId;
  }
}
