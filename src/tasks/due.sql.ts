/** The work that the projection of tasks leaves for the engine. */
import type { LocalDate } from '../platform/calendar.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** Periods whose payment may not fit their completion. */
export type DueTask = {
  readonly id: number;
  readonly programId: number;
  readonly memberId: number;
  readonly key: string;
  readonly periodStart: LocalDate;
  readonly quiet: boolean;
};

export const DUE_MAX = 500;

export const findDue = (pool: Pool, afterId: number) =>
  named<DueTask>(
    pool,
    'tasks.findDue',
    `select d.id, d.program_id as "programId", d.member_id as "memberId", r.key,
            d.period_start as "periodStart", d.quiet
     from task_due d join rule r on r.id = d.rule_id
     where d.id > $1 order by d.id limit ${DUE_MAX}`,
    [afterId],
  );

export const deleteDue = (pool: Pool, ids: readonly number[]) =>
  named(pool, 'tasks.deleteDue', 'delete from task_due where id = any($1)', [ids]);
