/** The statements by which a batch looks back; only commands that need it do. */
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { EarnedDay } from '../points/counters.ts';
import type {
  AdjustmentRow,
  BudgetRow,
  EntryRow,
  FactTime,
  HoldLotRow,
  HoldRow,
  LotRow,
  NoticeRow,
  TierChangeRow,
} from './rows.ts';

/** Columns of a lot `l`, as `LotRow`. */
export const lotColumns = `l.member_id as "memberId", l.seq, l.program_id as "programId", l.amount,
  l.remaining, l.held, l.reversed, l.activates_at as "activatesAt", l.expires_at as "expiresAt"`;

/** Open lots of the members, as they are spent: soonest to expire first (S28). */
export const loadOpenLots = (client: PoolClient, memberIds: number[]) =>
  named<LotRow>(
    client,
    'engine.loadOpenLots',
    `select ${lotColumns} from lot l where l.member_id = any($1) and l.remaining > 0
     order by l.member_id, l.expires_at nulls last, l.activates_at, l.seq`,
    [memberIds],
  );

/** All check-ins of members under their program's plan, oldest date first. */
export const loadCheckIns = (client: PoolClient, memberIds: number[], planIds: number[]) =>
  named<FactTime & { memberId: number }>(
    client,
    'engine.loadCheckIns',
    `select c.member_id as "memberId", c.occurred_at as "occurredAt",
            c.local_date::text as "localDate", c.zone,
            c.utc_offset_seconds as "utcOffsetSeconds", c.day_start_minutes as "dayStartMinutes"
     from unnest($1::bigint[], $2::int[]) as k (member_id, plan_id)
     join check_in c using (member_id, plan_id) order by c.member_id, c.local_date`,
    [memberIds, planIds],
  );

/** What the plan was to pay for checked-in days (caps may have cut it), corrections included. */
export const loadPaidDays = (client: PoolClient, memberIds: number[]) =>
  named<{ memberId: number; date: string; points: number }>(
    client,
    'engine.loadPaidDays',
    `select member_id as "memberId", local_date::text as date,
            sum(coalesce((explanation->>'wanted')::bigint, amount))::bigint as points
     from ledger_entry where member_id = any($1) and source_type = 'CHECK_IN'
       and purpose not like 'RULE:%' group by 1, 2`,
    [memberIds],
  );

/** An entry that earned points, with the lot it made. */
export type OriginRow = Pick<
  EntryRow,
  | 'seq'
  | 'amount'
  | 'kind'
  | 'occurredAt'
  | 'localDate'
  | 'zone'
  | 'utcOffsetSeconds'
  | 'dayStartMinutes'
  | 'sourceType'
  | 'sourceId'
  | 'purpose'
  | 'ruleVersion'
> & {
  readonly lot: LotRow;
  /** How much of the lot has expired, and how much of that earlier reversals fell on. */
  readonly expired: number;
  readonly lapsed: number;
};

type OriginColumns = Omit<OriginRow, 'lot'> & Omit<LotRow, 'seq' | 'amount'>;

/** The EARN entries of one member by seq, or by the activity that earned them, with their lots. */
export const loadOrigins = (
  client: PoolClient,
  members: number[],
  seqs: (number | null)[],
  sourceIds: (string | null)[],
) =>
  named<OriginColumns>(
    client,
    'engine.loadOrigins',
    `select e.kind, e.occurred_at as "occurredAt", e.local_date as "localDate", e.zone,
            e.utc_offset_seconds as "utcOffsetSeconds", e.day_start_minutes as "dayStartMinutes",
            e.source_type as "sourceType", e.source_id as "sourceId", e.purpose,
            e.rule_version as "ruleVersion", ${lotColumns},
            coalesce((select sum(a.amount) from allocation a join ledger_entry x
              on x.member_id = a.member_id and x.seq = a.debit_seq and x.kind = 'EXPIRY'
              where a.member_id = l.member_id and a.lot_seq = l.seq), 0)::bigint as expired,
            coalesce((select sum((x.explanation->>'lapsed')::bigint) from ledger_entry x
              where x.member_id = l.member_id and x.kind = 'REVERSAL'
                and x.explanation->>'of' = l.seq::text), 0)::bigint as lapsed
     from unnest($1::bigint[], $2::bigint[], $3::text[]) as k (member_id, seq, source_id)
     join ledger_entry e on e.member_id = k.member_id and e.kind = 'EARN'
       and (e.seq = k.seq or (k.seq is null and e.program_id = (select program_id from member
              where id = k.member_id) and e.source_type = 'ACTIVITY' and e.source_id = k.source_id))
     join lot l on l.member_id = e.member_id and l.seq = e.seq
     order by e.member_id, e.seq`,
    [members, seqs, sourceIds],
  );

/** Debits that no lot has covered in full, oldest first. */
export const loadDebts = (client: PoolClient, memberIds: number[]) =>
  named<{ memberId: number; seq: number; open: number }>(
    client,
    'engine.loadDebts',
    `select e.member_id as "memberId", e.seq,
            -e.amount - coalesce((select sum(a.amount) from allocation a
              where a.member_id = e.member_id and a.debit_seq = e.seq), 0)::bigint as open
     from ledger_entry e where e.member_id = any($1) and e.kind = 'REVERSAL'
       and -e.amount > coalesce((select sum(a.amount) from allocation a
              where a.member_id = e.member_id and a.debit_seq = e.seq), 0)
     order by e.member_id, e.seq`,
    [memberIds],
  );

/** What rules paid members, by rule and local date of the fact, reversals taken off. */
export const loadEarnedDays = (client: Pool | PoolClient, memberIds: readonly number[]) =>
  named<EarnedDay & { memberId: number }>(
    client,
    'engine.loadEarnedDays',
    `select member_id as "memberId", coalesce(split_part(rule_version, '@', 1), '') as name,
            local_date::text as date,
            coalesce(sum(case when kind = 'EARN' then amount
              when explanation->>'freesCaps' = 'true' then -(explanation->>'reversed')::bigint
              end), 0)::bigint as capped,
            sum(case when kind = 'EARN' then amount
              else -(explanation->>'reversed')::bigint end)::bigint as net
     from ledger_entry where member_id = any($1) and kind in ('EARN', 'REVERSAL')
     group by 1, 2, 3`,
    [memberIds],
  );

/** Points that are not active yet, with the month in which they were earned. */
export type PendingPoints = {
  readonly seq: number;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly points: number;
  readonly activatesAt: Date | null;
};

/**
 * Of each member, what was not active at an instant: also what was never confirmed and has expired.
 */
export const loadPending = (
  client: Pool | PoolClient,
  memberIds: readonly number[],
  since: readonly Date[],
) =>
  named<PendingPoints & { memberId: number }>(
    client,
    'engine.loadPending',
    `select l.member_id as "memberId", l.seq, to_char(e.local_date, 'YYYY-MM') as month,
            l.amount - l.reversed as points, l.activates_at as "activatesAt"
     from unnest($1::bigint[], $2::timestamptz[]) as k (member_id, since)
     join lot l on l.member_id = k.member_id
       and (l.activates_at is null or l.activates_at > k.since)
     join ledger_entry e on e.member_id = l.member_id and e.seq = l.seq and e.kind = 'EARN'`,
    [memberIds, since.map((at) => at.toISOString())],
  );

/** Tier changes of members, oldest first. */
export const loadTierChanges = (client: PoolClient, memberIds: number[]) =>
  named<Pick<TierChangeRow, 'memberId' | 'changedAt' | 'fromKey' | 'toKey'>>(
    client,
    'engine.loadTierChanges',
    `select member_id as "memberId", changed_at as "changedAt", from_key as "fromKey",
            to_key as "toKey" from tier_change where member_id = any($1) order by position, step`,
    [memberIds],
  );

/** What members were told of points about to expire. */
export const loadNotices = (client: PoolClient, memberIds: number[]) =>
  named<Pick<NoticeRow, 'memberId' | 'expiresAt' | 'days'>>(
    client,
    'engine.loadNotices',
    `select member_id as "memberId", expires_at as "expiresAt", days from expiry_notice
     where member_id = any($1)`,
    [memberIds],
  );

/** Locks budgets, after accounts and rewards and in id order. */
export const lockBudgets = (client: PoolClient, ruleIds: number[]) =>
  named<BudgetRow>(
    client,
    'engine.lockBudgets',
    `select rule_id as "ruleId", spent from rule_budget
     where rule_id = any($1) order by rule_id for update`,
    [ruleIds],
  );

/** Open holds of locked members, and others by id; a hold only changes under its member's lock. */
export const loadHolds = (client: PoolClient, memberIds: number[], ids: number[]) =>
  named<HoldRow>(
    client,
    'engine.loadHolds',
    `select id, program_id as "programId", member_id as "memberId", points, captured, state,
            reason, created_at as "createdAt", expires_at as "expiresAt", closed_at as "closedAt"
     from hold where (member_id = any($1) and state = 'HELD') or id = any($2)`,
    [memberIds, ids],
  );

/** What holds pinned; their lots are open for as long as they do. */
export const loadHoldLots = (client: PoolClient, memberIds: number[]) =>
  named<HoldLotRow>(
    client,
    'engine.loadHoldLots',
    `select p.hold_id as "holdId", p.member_id as "memberId", p.lot_seq as "lotSeq", p.amount
     from hold h join hold_lot p on p.hold_id = h.id
     where h.member_id = any($1) and h.state = 'HELD'`,
    [memberIds],
  );

/** Requests of locked members; a request is only decided under its member's lock. */
export const loadAdjustments = (client: PoolClient, ids: number[]) =>
  named<AdjustmentRow>(
    client,
    'engine.loadAdjustments',
    `select id, program_id as "programId", member_id as "memberId", amount, reason, note,
            expires_at as "expiresAt", state, requested_by as "requestedBy",
            requested_at as "requestedAt", decided_by as "decidedBy", decided_at as "decidedAt"
     from adjustment_request where id = any($1)`,
    [ids],
  );
