import type { PoolClient } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { periodsOf } from './progress.ts';
import { BEGINNING, byMember, unlockTimes } from './recount.ts';
import { type BookTask, bookOf } from './task-book.ts';
import { type ContributionRow, loadContributions, loadPeriods } from './tasks.sql.ts';

/** What facts would complete that is not completed yet, and what that pays before caps. */
export async function foresee(
  client: PoolClient,
  program: ProgramConfig,
  task: BookTask,
  facts: readonly ContributionRow[],
  memberIds: readonly number[],
): Promise<{ readonly completions: number; readonly points: number }> {
  const rows = memberIds.map((memberId) => {
    return { memberId, ruleId: task.ruleId, from: BEGINNING };
  });
  const known = groupBy(await loadContributions(client, rows), byMember);
  const stored = groupBy(await loadPeriods(client, rows), byMember);
  const found = groupBy(facts, byMember);
  const unlocked = await unlockTimes(client, bookOf(program), task, memberIds);
  let completions = 0;
  let points = 0;
  for (const memberId of memberIds) {
    const done = new Set(
      (stored.get(memberId) ?? []).flatMap((one) => (one.completedAt ? one.periodStart : [])),
    );
    const all = [...(known.get(memberId) ?? []), ...(found.get(memberId) ?? [])];
    for (const period of periodsOf(task.versions, all, unlocked(memberId))) {
      if (period.completedAt === null || done.has(period.periodStart)) continue;
      completions += 1;
      points += task.versions.get(period.version)?.definition.points ?? 0;
    }
  }
  return { completions, points };
}
