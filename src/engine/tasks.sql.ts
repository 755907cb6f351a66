/** How a batch finds the periods of tasks that its commands settle. */
import { limits } from '../limits.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { SettlementRow, TaskPeriodRow } from './rows.ts';

/** A period of a task as a command names it. */
export type TaskName = {
  readonly memberId: number;
  readonly programId: number;
  readonly key: string;
  readonly periodStart: string | null;
};

type Found = Omit<TaskPeriodRow, 'settlement'> & Omit<SettlementRow, 'memberId' | 'programId'>;

/**
 * The periods named, with the ordinal of their name (from 1). Without a start: the newest, and all
 * that are completed and not paid, as many as a batch could claim, newest first; which of them it
 * is, the command decides. Progress is read as last committed; whatever changes it afterwards
 * leaves another row of work.
 */
export const loadTaskPeriods = (client: PoolClient, names: readonly TaskName[]) =>
  named<Found & { readonly ordinal: number }>(
    client,
    'engine.loadTaskPeriods',
    `select k.ordinal::int, x.* from unnest($1::bigint[], $2::int[], $3::text[], $4::date[])
            with ordinality as k (member_id, program_id, key, period_start, ordinal)
     join rule r on r.program_id = k.program_id and r.kind = 'TASK' and r.key = k.key
     cross join lateral (
       select p.rule_id as "ruleId", p.period_start as "periodStart", p.version, p.progress,
              p.target, p.completed_at as "completedAt", p.completed_date as "completedDate",
              coalesce(s.paid, false) as paid,
              coalesce(s.payments, 0) as payments, s.entry_seq as "entrySeq",
              coalesce(s.settled_at, 'epoch') as "settledAt", s.member_id is null as "isNew"
       from task_progress p left join task_settlement s using (member_id, rule_id, period_start)
       where p.member_id = k.member_id and p.rule_id = r.id
         and p.period_start between coalesce(k.period_start, '-infinity')
           and coalesce(k.period_start, 'infinity')
         and (k.period_start is not null or (p.completed_at is not null and s.paid is not true)
           or p.period_start = (select max(q.period_start) from task_progress q
             where q.member_id = k.member_id and q.rule_id = r.id))
       order by p.period_start desc limit ${limits.engineBatchCommandsMax}) x
     order by k.ordinal, x."periodStart" desc`,
    [
      names.map(({ memberId }) => memberId),
      names.map(({ programId }) => programId),
      names.map(({ key }) => key),
      names.map(({ periodStart }) => periodStart),
    ],
  );
