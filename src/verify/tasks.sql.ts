/** What verify reads of tasks, of some members at a time. */
import type { LocalDate } from '../platform/calendar.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Contribution, Period } from '../tasks/progress.ts';

/** A contribution, with what is left of its fact's units; nulls: of what has no units. */
export type StoredContribution = OfMember &
  Contribution & {
    readonly worth: number;
    readonly left: number | null;
    readonly total: number | null;
  };

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
  named<StoredContribution>(
    client,
    'verify.loadTaskContributions',
    `select c.member_id as "memberId", c.rule_id as "ruleId", c.source, c.version,
            c.occurred_at as "occurredAt", c.local_date as "localDate", c.worth, c.amount,
            coalesce(t.units - t.returned_units, r.quantity - r.cancelled_units) as left,
            coalesce(t.units, r.quantity) as total
     from (select *, split_part(source, ':', 1) as kind, split_part(source, ':', 2) as name
           from task_contribution where member_id = any($1)) c
     left join activity t on c.kind = 'ACTIVITY' and t.program_id = c.program_id
       and t.type = c.name and t.reference = substr(c.source, length('ACTIVITY:') + length(c.name) + 2)
     left join redemption r on r.id = case c.kind when 'REDEMPTION' then c.name::bigint end`,
    [memberIds],
  );

/** Members of whom the projection has not read all events yet. */
export const loadMembersBehind = (
  client: PoolClient,
  consumer: string,
  memberIds: readonly number[],
) =>
  named<{ readonly memberId: number }>(
    client,
    'verify.loadMembersBehind',
    `select a.member_id as "memberId" from account a join event e on e.position = a.event_position
     left join cursor c on c.consumer = $1
     where a.member_id = any($2) and (e.txid, e.position) > (coalesce(c.txid, '0'::xid8),
       coalesce(c.position, 0))`,
    [consumer, memberIds],
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
