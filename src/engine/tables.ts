/** Every table that a batch writes: its columns, and how rows fill them. */
import { instantText } from '../platform/calendar.ts';
import type { Changes } from './changes.ts';
import type { KnownActivity } from './engine.sql.ts';
import type { PayoutRow } from './payouts.sql.ts';
import type {
  AdjustmentRow,
  AuditRow,
  BudgetRow,
  ErasureRow,
  FactTime,
  HoldLotRow,
  HoldRow,
  LotRow,
  MemberState,
  NoticeRow,
  SettlementRow,
  TierChangeRow,
} from './rows.ts';
import { type Columns, inserter, updater } from './writer.ts';

export const instant = (at: Date | null) => (at === null ? null : instantText(at));
const bytes = (value: Buffer | null) => (value === null ? null : value.toString('hex'));

export const factTime: Columns<FactTime> = {
  occurred_at: ['timestamptz', (row) => instant(row.occurredAt)],
  local_date: ['date', (row) => row.localDate],
  zone: ['text', (row) => row.zone],
  utc_offset_seconds: ['int', (row) => row.utcOffsetSeconds],
  day_start_minutes: ['int', (row) => row.dayStartMinutes],
};

const account: Columns<MemberState> = {
  version: ['bigint', (row) => row.version],
  balance: ['bigint', (row) => row.balance],
  debt: ['bigint', (row) => row.debt],
  held: ['bigint', (row) => row.held],
  lifetime_earned: ['bigint', (row) => row.lifetimeEarned],
  entry_seq: ['bigint', (row) => row.entrySeq],
  head_hash: ['bytea', (row) => bytes(row.headHash)],
  next_expiry_at: ['timestamptz', (row) => instant(row.nextExpiryAt)],
  pending_until: ['timestamptz', (row) => instant(row.pendingUntil)],
  streak_current: ['int', (row) => row.streakCurrent],
  streak_longest: ['int', (row) => row.streakLongest],
  streak_total_days: ['int', (row) => row.streakTotalDays],
  last_check_in_date: ['date', (row) => row.lastCheckInDate],
  streak_week_days: ['int', (row) => row.streakWeekDays],
  streak_month_days: ['int', (row) => row.streakMonthDays],
  counters: ['jsonb', (row) => row.counters && JSON.stringify(row.counters)],
  tier_key: ['text', (row) => row.tierKey],
  tier_since: ['timestamptz', (row) => instant(row.tierSince)],
  tier_evaluates_at: ['timestamptz', (row) => instant(row.tierEvaluatesAt)],
  tier_version: ['int', (row) => row.tierVersion],
  event_position: ['bigint', (row) => row.eventPosition],
};

/** What members tell of themselves. Tags are keys, which hold no comma. */
const profile: Columns<MemberState> = {
  display_name: ['text', (row) => row.displayName],
  birthday: ['text', (row) => row.birthday],
  tags: ['text', (row) => row.tags.join(','), "string_to_array(v.tags, ',')"],
  nickname: ['text', (row) => row.nickname],
  avatar_url: ['text', (row) => row.avatarUrl],
  leaderboard_opt_out: ['boolean', (row) => String(row.leaderboardOptOut)],
};

const holdEnd: Columns<HoldRow> = {
  captured: ['bigint', (row) => row.captured],
  state: ['hold_state', (row) => row.state],
  closed_at: ['timestamptz', (row) => instant(row.closedAt)],
};

const decision: Columns<AdjustmentRow> = {
  state: ['adjustment_state', (row) => row.state],
  decided_by: ['text', (row) => row.decidedBy],
  decided_at: ['timestamptz', (row) => instant(row.decidedAt)],
};

const settlement: Columns<SettlementRow> = {
  paid: ['boolean', (row) => String(row.paid)],
  payments: ['int', (row) => row.payments],
  entry_seq: ['bigint', (row) => row.entrySeq],
  settled_at: ['timestamptz', (row) => instant(row.settledAt)],
};
const settledPeriod: Columns<SettlementRow> = {
  member_id: ['bigint', (row) => row.memberId],
  rule_id: ['int', (row) => row.ruleId],
  period_start: ['date', (row) => row.periodStart],
};

export const insert = {
  members: inserter<MemberState>('member', {
    id: ['bigint', (row) => row.memberId],
    program_id: ['int', (row) => row.programId],
    external_id: ['text', (row) => row.externalId],
    ...profile,
    enrolled_at: ['timestamptz', (row) => instant(row.enrolledAt)],
  }),
  accounts: inserter<MemberState>('account', {
    member_id: ['bigint', (row) => row.memberId],
    program_id: ['int', (row) => row.programId],
    ...account,
  }),
  entries: inserter<Changes['inserts']['entries'][number]>('ledger_entry', {
    member_id: ['bigint', (row) => row.memberId],
    seq: ['bigint', (row) => row.seq],
    program_id: ['int', (row) => row.programId],
    kind: ['entry_kind', (row) => row.kind],
    amount: ['bigint', (row) => row.amount],
    ...factTime,
    recorded_at: ['timestamptz', (row) => instant(row.recordedAt)],
    source_type: ['text', (row) => row.sourceType],
    source_id: ['text', (row) => row.sourceId],
    purpose: ['text', (row) => row.purpose],
    rule_version: ['text', (row) => row.ruleVersion],
    actor: ['text', (row) => row.actor],
    idempotency_key: ['text', (row) => row.idempotencyKey],
    explanation: ['jsonb', (row) => JSON.stringify(row.explanation)],
    hash: ['bytea', (row) => bytes(row.hash)],
  }),
  lots: inserter<LotRow>('lot', {
    member_id: ['bigint', (row) => row.memberId],
    seq: ['bigint', (row) => row.seq],
    program_id: ['int', (row) => row.programId],
    amount: ['bigint', (row) => row.amount],
    remaining: ['bigint', (row) => row.remaining],
    held: ['bigint', (row) => row.held],
    reversed: ['bigint', (row) => row.reversed],
    activates_at: ['timestamptz', (row) => instant(row.activatesAt)],
    expires_at: ['timestamptz', (row) => instant(row.expiresAt)],
  }),
  allocations: inserter<Changes['inserts']['allocations'][number]>('allocation', {
    member_id: ['bigint', (row) => row.memberId],
    debit_seq: ['bigint', (row) => row.debitSeq],
    lot_seq: ['bigint', (row) => row.lotSeq],
    amount: ['bigint', (row) => row.amount],
    version: ['bigint', (row) => row.version],
  }),
  checkIns: inserter<Changes['inserts']['checkIns'][number]>('check_in', {
    member_id: ['bigint', (row) => row.memberId],
    plan_id: ['int', (row) => row.planId],
    program_id: ['int', (row) => row.programId],
    ...factTime,
    recorded_at: ['timestamptz', (row) => instant(row.recordedAt)],
    streak_day: ['int', (row) => row.streakDay],
    points: ['bigint', (row) => row.points],
  }),
  activities: inserter<Changes['inserts']['activities'][number]>('activity', {
    program_id: ['int', (row) => row.programId],
    type: ['text', (row) => row.type],
    reference: ['text', (row) => row.reference],
    member_id: ['bigint', (row) => row.memberId],
    value: ['bigint', (row) => row.value],
    units: ['bigint', (row) => row.units],
    returned_units: ['bigint', (row) => row.returnedUnits],
    ...factTime,
    recorded_at: ['timestamptz', (row) => instant(row.recordedAt)],
    points: ['bigint', (row) => row.points],
  }),
  holds: inserter<HoldRow>('hold', {
    id: ['bigint', (row) => row.id],
    program_id: ['int', (row) => row.programId],
    member_id: ['bigint', (row) => row.memberId],
    points: ['bigint', (row) => row.points],
    ...holdEnd,
    reason: ['text', (row) => row.reason],
    created_at: ['timestamptz', (row) => instant(row.createdAt)],
    expires_at: ['timestamptz', (row) => instant(row.expiresAt)],
  }),
  holdLots: inserter<HoldLotRow>('hold_lot', {
    hold_id: ['bigint', (row) => row.holdId],
    member_id: ['bigint', (row) => row.memberId],
    lot_seq: ['bigint', (row) => row.lotSeq],
    amount: ['bigint', (row) => row.amount],
  }),
  tierChanges: inserter<TierChangeRow>('tier_change', {
    member_id: ['bigint', (row) => row.memberId],
    position: ['bigint', (row) => row.position],
    changed_at: ['timestamptz', (row) => instant(row.changedAt)],
    from_key: ['text', (row) => row.fromKey],
    to_key: ['text', (row) => row.toKey],
    cause: ['text', (row) => row.cause],
    basis: ['bigint', (row) => row.basis],
    rule_version: ['text', (row) => row.ruleVersion],
    step: ['int', (row) => row.step],
  }),
  adjustments: inserter<AdjustmentRow>('adjustment_request', {
    id: ['bigint', (row) => row.id],
    program_id: ['int', (row) => row.programId],
    member_id: ['bigint', (row) => row.memberId],
    amount: ['bigint', (row) => row.amount],
    reason: ['text', (row) => row.reason],
    note: ['text', (row) => row.note],
    expires_at: ['timestamptz', (row) => instant(row.expiresAt)],
    requested_by: ['text', (row) => row.requestedBy],
    requested_at: ['timestamptz', (row) => instant(row.requestedAt)],
    ...decision,
  }),
  erasures: inserter<ErasureRow>('erasure', {
    member_id: ['bigint', (row) => row.memberId],
    program_id: ['int', (row) => row.programId],
    external_id: ['text', (row) => row.externalId],
    requested_at: ['timestamptz', (row) => instant(row.requestedAt)],
    position: ['bigint', (row) => row.position],
  }),
  audits: inserter<AuditRow>('audit_entry', {
    program_id: ['int', (row) => row.programId],
    actor: ['text', (row) => row.actor],
    action: ['text', (row) => row.action],
    target: ['text', (row) => row.target],
    before: ['jsonb', (row) => (row.before === null ? null : JSON.stringify(row.before))],
    after: ['jsonb', (row) => JSON.stringify(row.after)],
    at: ['timestamptz', (row) => instant(row.at)],
  }),
  notices: inserter<NoticeRow>('expiry_notice', {
    member_id: ['bigint', (row) => row.memberId],
    expires_at: ['timestamptz', (row) => instant(row.expiresAt)],
    days: ['int', (row) => row.days],
    points: ['bigint', (row) => row.points],
    sent_at: ['timestamptz', (row) => instant(row.sentAt)],
  }),
  settlements: inserter<SettlementRow>('task_settlement', {
    ...settledPeriod,
    program_id: ['int', (row) => row.programId],
    ...settlement,
  }),
  events: inserter<Changes['inserts']['events'][number]>('event', {
    position: ['bigint', (row) => row.position],
    program_id: ['int', (row) => row.programId],
    type: ['text', (row) => row.type],
    member_id: ['bigint', (row) => row.memberId],
    occurred_at: ['timestamptz', (row) => instant(row.occurredAt)],
    payload: ['jsonb', (row) => JSON.stringify(row.payload)],
  }),
  receipts: inserter<Changes['inserts']['receipts'][number]>('receipt', {
    program_id: ['int', (row) => row.programId],
    operation: ['text', (row) => row.operation],
    scope: ['text', (row) => row.scope],
    key: ['text', (row) => row.key],
    input_hash: ['bytea', (row) => bytes(row.inputHash)],
    outcome: ['jsonb', (row) => JSON.stringify(row.outcome)],
    created_at: ['timestamptz', (row) => instant(row.createdAt)],
  }),
};

export const update = {
  accounts: updater<MemberState>(
    'account',
    { member_id: ['bigint', (row) => row.memberId] },
    account,
  ),
  lots: updater<LotRow>(
    'lot',
    { member_id: ['bigint', (row) => row.memberId], seq: ['bigint', (row) => row.seq] },
    {
      remaining: ['bigint', (row) => row.remaining],
      held: ['bigint', (row) => row.held],
      reversed: ['bigint', (row) => row.reversed],
      activates_at: ['timestamptz', (row) => instant(row.activatesAt)],
    },
  ),
  profiles: updater<MemberState>(
    'member',
    { id: ['bigint', (row) => row.memberId] },
    { external_id: ['text', (row) => row.externalId], ...profile },
  ),
  budgets: updater<BudgetRow>(
    'rule_budget',
    { rule_id: ['int', (row) => row.ruleId] },
    { spent: ['bigint', (row) => row.spent] },
  ),
  holds: updater<HoldRow>('hold', { id: ['bigint', (row) => row.id] }, holdEnd),
  adjustments: updater<AdjustmentRow>(
    'adjustment_request',
    { id: ['bigint', (row) => row.id] },
    decision,
  ),
  settlements: updater<SettlementRow>('task_settlement', settledPeriod, settlement),
  payouts: updater<PayoutRow>(
    'payout',
    {
      settlement_id: ['bigint', (row) => row.settlementId],
      member_id: ['bigint', (row) => row.memberId],
    },
    {
      state: ['payout_state', (row) => row.state],
      entry_seq: ['bigint', (row) => row.entrySeq],
      paid_at: ['timestamptz', (row) => instant(row.paidAt)],
    },
  ),
  activities: updater<KnownActivity>(
    'activity',
    {
      program_id: ['int', (row) => row.programId],
      type: ['text', (row) => row.type],
      reference: ['text', (row) => row.reference],
    },
    { returned_units: ['bigint', (row) => row.returnedUnits] },
  ),
};
