/** What verify reads of tasks, of some members at a time. */
import type { LocalDate } from '../platform/calendar.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Contribution, Period } from '../tasks/progress.ts';

type OfMember = { readonly memberId: number; readonly ruleId: number };

export type StoredPeriod = OfMember &
  Period & {
    readonly paid: boolean;
    readonly payments: number;
    readonly entrySeq: number | null;
  };

/** The version of a program's rules. */
export async function findConfigVersion(client: PoolClient, programId: number): Promise<number> {
  const rows = await named<{ version: number }>(
    client,
    'verify.findConfigVersion',
    'select config_version as version from program where id = $1',
    [programId],
  );
  return rows[0]?.version ?? 0;
}

export const loadTaskContributions = (client: PoolClient, memberIds: readonly number[]) =>
  named<OfMember & Contribution>(
    client,
    'verify.loadTaskContributions',
    `select member_id as "memberId", rule_id as "ruleId", source, version,
            occurred_at as "occurredAt", local_date as "localDate", amount
     from task_contribution where member_id = any($1)`,
    [memberIds],
  );

export const loadTaskPeriods = (client: PoolClient, memberIds: readonly number[]) =>
  named<StoredPeriod>(
    client,
    'verify.loadTaskPeriods',
    `select p.member_id as "memberId", p.rule_id as "ruleId", p.period_start as "periodStart",
            p.version, p.progress, p.target, p.completed_at as "completedAt",
            p.completed_date as "completedDate", coalesce(s.paid, false) as paid,
            coalesce(s.payments, 0) as payments, s.entry_seq as "entrySeq"
     from task_progress p left join task_settlement s using (member_id, rule_id, period_start)
     where p.member_id = any($1)`,
    [memberIds],
  );

/** Periods that the engine has still to settle. */
export const loadTasksDue = (client: PoolClient, memberIds: readonly number[]) =>
  named<OfMember & { readonly periodStart: LocalDate }>(
    client,
    'verify.loadTasksDue',
    `select member_id as "memberId", rule_id as "ruleId", period_start as "periodStart"
     from task_due where member_id = any($1)`,
    [memberIds],
  );
