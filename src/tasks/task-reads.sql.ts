/** Tasks of members as the API reads them. */
import type { LocalDate } from '../platform/calendar.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** How often the progress of members' tasks has changed. */
export async function loadTaskRevisions(
  pool: Pool,
  memberIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await named<{ memberId: number; revision: number }>(
    pool,
    'tasks.loadRevisions',
    `select member_id as "memberId", revision from task_revision where member_id = any($1)`,
    [memberIds],
  );
  return new Map(rows.map(({ memberId, revision }) => [memberId, revision]));
}

/** A stored period of a task with its settlement. */
export type StoredTask = {
  readonly memberId: number;
  readonly ruleId: number;
  /** When the task was completed first, in whatever period. */
  readonly firstCompletedAt: Date | null;
  /** Null: the member has done nothing for the task yet. */
  readonly periodStart: LocalDate | null;
  readonly version: number;
  readonly progress: number;
  readonly target: number;
  readonly completedAt: Date | null;
  readonly completedDate: LocalDate | null;
  readonly paid: boolean;
  readonly settledAt: Date | null;
};

/** So many periods back a completion that was not claimed is shown. */
const PERIODS_MAX = 32;

/**
 * The newest periods of tasks of members, in one statement however many there are: `past` + 1 of
 * each task, and older ones that are completed and not paid.
 */
export const loadTasks = (
  pool: Pool,
  memberIds: readonly number[],
  ruleIds: readonly number[],
  past: number,
) =>
  named<StoredTask>(
    pool,
    'tasks.loadTasks',
    `select m.id as "memberId", r.id as "ruleId", x.*,
            (select min(q.completed_at) from task_progress q where q.member_id = m.id
              and q.rule_id = r.id and q.completed_at is not null) as "firstCompletedAt"
     from unnest($1::bigint[]) as m (id) cross join unnest($2::int[]) as r (id)
     left join lateral (
       select p.period_start as "periodStart", p.version, p.progress, p.target,
              p.completed_at as "completedAt", p.completed_date as "completedDate",
              coalesce(s.paid, false) as paid, s.settled_at as "settledAt"
       from (select t.*, row_number() over (order by t.period_start desc) as nth
             from task_progress t where t.member_id = m.id and t.rule_id = r.id
             order by t.period_start desc limit ${PERIODS_MAX}) p
       left join task_settlement s using (member_id, rule_id, period_start)
       where p.nth <= $3 + 1 or (p.completed_at is not null and s.paid is not true)
     ) x on true
     order by m.id, r.id, x."periodStart" desc`,
    [memberIds, ruleIds, past],
  );
