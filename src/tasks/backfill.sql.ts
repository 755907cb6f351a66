/** The statements of backfills: every one of them looks at a bounded number of rows. */
import type { LocalDate } from '../platform/calendar.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { NewContribution } from './tasks.sql.ts';

export type BackfillRun = {
  readonly id: number;
  readonly programId: number;
  readonly ruleId: number;
  readonly key: string;
  readonly version: number;
  readonly from: Date;
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly state: 'SCANNING' | 'APPLYING' | 'DONE';
  readonly requestedAt: Date;
  readonly finishedAt: Date | null;
  readonly txid: string;
  readonly position: number;
  readonly afterMember: number;
  readonly facts: number;
  readonly members: number;
  readonly completions: number;
  readonly points: number;
};

const columns = `b.id, b.program_id as "programId", b.rule_id as "ruleId", r.key, b.version,
  b.from_at as "from", b.dry_run as "dryRun", b.quiet, b.state, b.requested_at as "requestedAt",
  b.finished_at as "finishedAt", b.txid::text, b.position, b.after_member as "afterMember",
  b.facts, b.members, b.completions, b.points`;

/** A run of a program. */
export async function findBackfill(
  pool: Pool,
  programId: number,
  id: number,
): Promise<BackfillRun | undefined> {
  const rows = await named<BackfillRun>(
    pool,
    'tasks.findBackfill',
    `select ${columns} from task_backfill b join rule r on r.id = b.rule_id
     where b.id = $1 and b.program_id = $2`,
    [id, programId],
  );
  return rows[0];
}

/** The oldest run under way that nobody else works at, locked. */
export async function lockBackfill(client: PoolClient): Promise<BackfillRun | undefined> {
  const rows = await named<BackfillRun>(
    client,
    'tasks.lockBackfill',
    `select ${columns} from task_backfill b join rule r on r.id = b.rule_id
     where b.state <> 'DONE' order by b.id limit 1 for update of b skip locked`,
    [],
  );
  return rows[0];
}

/** Notes facts that a run found, but for those that are counted already. Answers how many. */
export async function stageFacts(
  client: PoolClient,
  runId: number,
  rows: readonly NewContribution[],
): Promise<number> {
  const staged = await named<{ source: string }>(
    client,
    'tasks.stageFacts',
    `insert into task_backfill_fact (backfill_id, member_id, source, occurred_at, local_date, worth,
       amount)
     select $1, k.member_id, k.source, k.occurred_at, k.local_date, k.worth, k.amount
     from unnest($2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::date[], $7::bigint[],
       $8::bigint[]) as k (member_id, rule_id, source, occurred_at, local_date, worth, amount)
     where not exists (select from task_contribution c where c.member_id = k.member_id
       and c.rule_id = k.rule_id and c.source = k.source)
     on conflict do nothing returning source`,
    [
      runId,
      rows.map(({ memberId }) => memberId),
      rows.map(({ ruleId }) => ruleId),
      rows.map(({ source }) => source),
      rows.map(({ occurredAt }) => occurredAt.toISOString()),
      rows.map(({ localDate }) => localDate),
      rows.map(({ worth }) => worth),
      rows.map(({ amount }) => amount),
    ],
  );
  return staged.length;
}

export type StagedFact = {
  readonly memberId: number;
  readonly source: string;
  readonly occurredAt: Date;
  readonly localDate: LocalDate;
  readonly worth: number;
  readonly amount: number;
};

const factColumns = `member_id as "memberId", source, occurred_at as "occurredAt",
  local_date as "localDate", worth, amount`;

/** Found facts by name. */
export const findStaged = (
  client: PoolClient,
  runId: number,
  names: readonly { readonly memberId: number; readonly source: string }[],
) =>
  named<StagedFact>(
    client,
    'tasks.findStaged',
    `select ${factColumns} from unnest($2::bigint[], $3::text[]) as k (member_id, source)
     join task_backfill_fact f using (member_id, source) where f.backfill_id = $1`,
    [runId, names.map(({ memberId }) => memberId), names.map(({ source }) => source)],
  );

export const setStaged = (
  client: PoolClient,
  runId: number,
  rows: readonly Pick<StagedFact, 'memberId' | 'source' | 'amount'>[],
) =>
  named(
    client,
    'tasks.setStaged',
    `update task_backfill_fact f set amount = k.amount
     from unnest($2::bigint[], $3::text[], $4::bigint[]) as k (member_id, source, amount)
     where f.backfill_id = $1 and f.member_id = k.member_id and f.source = k.source`,
    [
      runId,
      rows.map(({ memberId }) => memberId),
      rows.map(({ source }) => source),
      rows.map(({ amount }) => amount),
    ],
  );

/** Completions of a composite's parts, of the next members. */
export const readPartsDone = (
  client: PoolClient,
  ruleIds: readonly number[],
  from: Date,
  afterMember: number,
  limit: number,
) =>
  named<{ memberId: number; ruleId: number; periodStart: LocalDate; completedAt: Date }>(
    client,
    'tasks.readPartsDone',
    `with next as (
       select distinct member_id from task_progress
       where rule_id = any($1) and completed_at >= $2 and member_id > $3
       order by member_id limit $4)
     select p.member_id as "memberId", p.rule_id as "ruleId", p.period_start as "periodStart",
            p.completed_at as "completedAt"
     from next join task_progress p using (member_id)
     where p.rule_id = any($1) and p.completed_at >= $2 order by p.member_id`,
    [ruleIds, from.toISOString(), afterMember, limit],
  );

/** The found facts of the next members. */
export const readStaged = (client: PoolClient, runId: number, afterMember: number, limit: number) =>
  named<StagedFact>(
    client,
    'tasks.readStaged',
    `with next as (select distinct member_id from task_backfill_fact
       where backfill_id = $1 and member_id > $2 order by member_id limit $3)
     select ${factColumns} from next join task_backfill_fact f using (member_id)
     where f.backfill_id = $1 order by member_id`,
    [runId, afterMember, limit],
  );

/**
 * What was given back of facts, and which parts are completed no more, as of now: returns that
 * came after the scan are known to nobody else.
 */
export const loadReturned = (
  client: PoolClient,
  programId: number,
  facts: readonly Pick<StagedFact, 'memberId' | 'source'>[],
) =>
  named<{ memberId: number; source: string; left: number; total: number }>(
    client,
    'tasks.loadReturned',
    `with k as (
       select member_id, source, split_part(source, ':', 1) as kind, split_part(source, ':', 2) as name
       from unnest($2::bigint[], $3::text[]) as k (member_id, source))
     select k.member_id as "memberId", k.source, t.units - t.returned_units as left, t.units as total
     from k join activity t on t.program_id = $1 and t.type = k.name
       and t.reference = substr(k.source, length('ACTIVITY:') + length(k.name) + 2)
     where k.kind = 'ACTIVITY' and t.returned_units > 0
     union all
     select k.member_id, k.source, r.quantity - r.cancelled_units, r.quantity
     from k join redemption r on r.id = case k.kind when 'REDEMPTION' then k.name::bigint end
     where r.cancelled_units > 0
     union all
     select k.member_id, k.source, 0, 1 from k where k.kind = 'TASK' and not exists (
       select from task_progress p where p.member_id = k.member_id
         and p.rule_id = case k.kind when 'TASK' then k.name::int end
         and p.period_start = case k.kind when 'TASK' then split_part(k.source, ':', 3)::date end
         and p.completed_at is not null)`,
    [programId, facts.map(({ memberId }) => memberId), facts.map(({ source }) => source)],
  );

export const deleteStaged = (client: PoolClient, runId: number, memberIds: readonly number[]) =>
  named(
    client,
    'tasks.deleteStaged',
    'delete from task_backfill_fact where backfill_id = $1 and member_id = any($2)',
    [runId, memberIds],
  );

/** Notes how far a run has come. */
export const storeRun = (client: PoolClient, run: BackfillRun) =>
  named(
    client,
    'tasks.storeRun',
    `update task_backfill set state = $2::backfill_state, txid = $3::xid8, position = $4,
       after_member = $5, facts = $6, members = $7, completions = $8, points = $9, finished_at = $10
     where id = $1`,
    [
      run.id,
      run.state,
      run.txid,
      run.position,
      run.afterMember,
      run.facts,
      run.members,
      run.completions,
      run.points,
      run.finishedAt?.toISOString() ?? null,
    ],
  );
