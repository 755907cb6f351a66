/** The statements by which tasks are counted: several rows each, in the consumer's transaction. */
import type { LocalDate } from '../platform/calendar.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Contribution, Period } from './progress.ts';

/** A task of a member. */
export type TaskOf = { readonly memberId: number; readonly ruleId: number };
export type ContributionRow = TaskOf & Contribution;
export type NewContribution = ContributionRow & {
  readonly programId: number;
  readonly worth: number;
};
export type PeriodRow = TaskOf & Period;

const instants = (dates: readonly (Date | null)[]) => dates.map((at) => at?.toISOString() ?? null);

export type MemberRow = {
  readonly memberId: number;
  readonly tags: readonly string[];
  readonly enrolledAt: Date;
  readonly tierKey: string | null;
};

/** What audiences and conditions ask of members. */
export const loadTaskMembers = (client: PoolClient, memberIds: readonly number[]) =>
  named<MemberRow>(
    client,
    'tasks.loadMembers',
    `select m.id as "memberId", coalesce(m.tags, '{}') as tags, m.enrolled_at as "enrolledAt",
            a.tier_key as "tierKey" from member m join account a on a.member_id = m.id
     where m.id = any($1)`,
    [memberIds],
  );

/** Notes facts that count; those that are known already stay as they are. Answers the new ones. */
export const insertContributions = (client: PoolClient, rows: readonly NewContribution[]) =>
  named<TaskOf & { source: string }>(
    client,
    'tasks.insertContributions',
    `insert into task_contribution (member_id, rule_id, source, program_id, version, occurred_at,
       local_date, worth, amount)
     select * from unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::int[],
       $6::timestamptz[], $7::date[], $8::bigint[], $9::bigint[])
     on conflict do nothing returning member_id as "memberId", rule_id as "ruleId", source`,
    columnsOf(rows),
  );

/** The same for completions of parts, which may move or come again. */
export const putContributions = (client: PoolClient, rows: readonly NewContribution[]) =>
  named(
    client,
    'tasks.putContributions',
    `insert into task_contribution as c (member_id, rule_id, source, program_id, version,
       occurred_at, local_date, worth, amount)
     select * from unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::int[],
       $6::timestamptz[], $7::date[], $8::bigint[], $9::bigint[])
     on conflict (member_id, rule_id, source) do update set version = excluded.version,
       occurred_at = excluded.occurred_at, local_date = excluded.local_date,
       amount = excluded.amount`,
    columnsOf(rows),
  );

const columnsOf = (rows: readonly NewContribution[]) => [
  rows.map(({ memberId }) => memberId),
  rows.map(({ ruleId }) => ruleId),
  rows.map(({ source }) => source),
  rows.map(({ programId }) => programId),
  rows.map(({ version }) => version),
  instants(rows.map(({ occurredAt }) => occurredAt)),
  rows.map(({ localDate }) => localDate),
  rows.map(({ worth }) => worth),
  rows.map(({ amount }) => amount),
];

type Known = TaskOf & {
  readonly source: string;
  readonly version: number;
  readonly localDate: LocalDate;
  readonly worth: number;
  readonly amount: number;
};

/** Contributions by name, those of them that there are. */
export const findContributions = (
  client: PoolClient,
  rows: readonly (TaskOf & { readonly source: string })[],
) =>
  named<Known>(
    client,
    'tasks.findContributions',
    `select member_id as "memberId", rule_id as "ruleId", source, version,
            local_date as "localDate", worth, amount
     from unnest($1::bigint[], $2::int[], $3::text[]) as k (member_id, rule_id, source)
     join task_contribution using (member_id, rule_id, source)`,
    [
      rows.map(({ memberId }) => memberId),
      rows.map(({ ruleId }) => ruleId),
      rows.map(({ source }) => source),
    ],
  );

/** Sets what is left of contributions. */
export const setAmounts = (
  client: PoolClient,
  rows: readonly (TaskOf & { readonly source: string; readonly amount: number })[],
) =>
  named(
    client,
    'tasks.setAmounts',
    `update task_contribution c set amount = k.amount
     from unnest($1::bigint[], $2::int[], $3::text[], $4::bigint[])
       as k (member_id, rule_id, source, amount)
     where c.member_id = k.member_id and c.rule_id = k.rule_id and c.source = k.source`,
    [
      rows.map(({ memberId }) => memberId),
      rows.map(({ ruleId }) => ruleId),
      rows.map(({ source }) => source),
      rows.map(({ amount }) => amount),
    ],
  );

/** A task of a member whose periods are counted anew from a date on. */
export type Affected = TaskOf & { readonly from: LocalDate };

const affectedColumns = (rows: readonly Affected[]) => [
  rows.map(({ memberId }) => memberId),
  rows.map(({ ruleId }) => ruleId),
  rows.map(({ from }) => from),
];

/** For periods that begin with a member's own facts: the start of the one that holds a date. */
export const findOwnStarts = (client: PoolClient, rows: readonly Affected[]) =>
  named<Affected>(
    client,
    'tasks.findOwnStarts',
    `select k.member_id as "memberId", k.rule_id as "ruleId",
            coalesce((select max(p.period_start) from task_progress p
              where p.member_id = k.member_id and p.rule_id = k.rule_id
                and p.progress > 0 and p.period_start <= k.from_date), k.from_date) as "from"
     from unnest($1::bigint[], $2::int[], $3::date[]) as k (member_id, rule_id, from_date)`,
    affectedColumns(rows),
  );

export const loadContributions = (client: PoolClient, rows: readonly Affected[]) =>
  named<ContributionRow>(
    client,
    'tasks.loadContributions',
    `select c.member_id as "memberId", c.rule_id as "ruleId", c.source, c.version,
            c.occurred_at as "occurredAt", c.local_date as "localDate", c.amount
     from unnest($1::bigint[], $2::int[], $3::date[]) as k (member_id, rule_id, from_date)
     join task_contribution c on c.member_id = k.member_id and c.rule_id = k.rule_id
       and c.local_date >= k.from_date`,
    affectedColumns(rows),
  );

export const loadPeriods = (client: PoolClient, rows: readonly Affected[]) =>
  named<PeriodRow>(
    client,
    'tasks.loadPeriods',
    `select p.member_id as "memberId", p.rule_id as "ruleId", p.period_start as "periodStart",
            p.version, p.progress, p.target, p.completed_at as "completedAt",
            p.completed_date as "completedDate"
     from unnest($1::bigint[], $2::int[], $3::date[]) as k (member_id, rule_id, from_date)
     join task_progress p on p.member_id = k.member_id and p.rule_id = k.rule_id
       and p.period_start >= k.from_date`,
    affectedColumns(rows),
  );

/** When members completed tasks for the first time. */
export const loadFirstCompletions = (
  client: Pool | PoolClient,
  memberIds: readonly number[],
  ruleIds: readonly number[],
) =>
  named<TaskOf & { readonly completedAt: Date }>(
    client,
    'tasks.loadFirstCompletions',
    `select member_id as "memberId", rule_id as "ruleId", min(completed_at) as "completedAt"
     from task_progress where member_id = any($1) and rule_id = any($2)
       and completed_at is not null group by 1, 2`,
    [memberIds, ruleIds],
  );

export const putPeriods = (
  client: PoolClient,
  rows: readonly (PeriodRow & { readonly programId: number })[],
) =>
  named(
    client,
    'tasks.putPeriods',
    `insert into task_progress (member_id, rule_id, period_start, program_id, version, progress,
       target, completed_at, completed_date)
     select * from unnest($1::bigint[], $2::int[], $3::date[], $4::int[], $5::int[], $6::bigint[],
       $7::bigint[], $8::timestamptz[], $9::date[])
     on conflict (member_id, rule_id, period_start) do update set version = excluded.version,
       progress = excluded.progress, target = excluded.target,
       completed_at = excluded.completed_at, completed_date = excluded.completed_date`,
    [
      rows.map(({ memberId }) => memberId),
      rows.map(({ ruleId }) => ruleId),
      rows.map(({ periodStart }) => periodStart),
      rows.map(({ programId }) => programId),
      rows.map(({ version }) => version),
      rows.map(({ progress }) => progress),
      rows.map(({ target }) => target),
      instants(rows.map(({ completedAt }) => completedAt)),
      rows.map(({ completedDate }) => completedDate),
    ],
  );

/** A period whose payment no longer fits its completion. */
export type DueRow = TaskOf & { readonly programId: number; readonly periodStart: LocalDate };

export const insertDue = (client: PoolClient, rows: readonly DueRow[], quiet: boolean) =>
  named(
    client,
    'tasks.insertDue',
    `insert into task_due (program_id, member_id, rule_id, period_start, quiet)
     select k.*, $5 from unnest($1::int[], $2::bigint[], $3::int[], $4::date[]) as k`,
    [
      rows.map(({ programId }) => programId),
      rows.map(({ memberId }) => memberId),
      rows.map(({ ruleId }) => ruleId),
      rows.map(({ periodStart }) => periodStart),
      quiet,
    ],
  );

export const bumpRevisions = (client: PoolClient, memberIds: readonly number[]) =>
  named(
    client,
    'tasks.bumpRevisions',
    `insert into task_revision (member_id, revision) select id, 1 from unnest($1::bigint[]) as k (id)
     on conflict (member_id) do update set revision = task_revision.revision + 1`,
    [memberIds],
  );
