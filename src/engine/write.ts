/** Writes a batch's changes: one multi-row statement per table. */
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Changes } from './changes.ts';
import type { FactTime, LotRow, MemberState, RewardRow } from './rows.ts';

type Cell = string | number | null;
/** Column name → PostgreSQL type and how to read it from a row. */
type Columns<Row> = {
  readonly [column: string]: readonly [type: string, read: (row: Row) => Cell];
};

const instant = (at: Date | null) => (at === null ? null : at.toISOString());
const bytes = (value: Buffer | null) => (value === null ? null : `\\x${value.toString('hex')}`);

const factTime: Columns<FactTime> = {
  occurred_at: ['timestamptz', (row) => instant(row.occurredAt)],
  local_date: ['date', (row) => row.localDate],
  zone: ['text', (row) => row.zone],
  utc_offset_seconds: ['int', (row) => row.utcOffsetSeconds],
  day_start_minutes: ['int', (row) => row.dayStartMinutes],
};

const account: Columns<MemberState> = {
  version: ['bigint', (row) => row.version],
  balance: ['bigint', (row) => row.balance],
  lifetime_earned: ['bigint', (row) => row.lifetimeEarned],
  entry_seq: ['bigint', (row) => row.entrySeq],
  head_hash: ['bytea', (row) => bytes(row.headHash)],
  next_expiry_at: ['timestamptz', (row) => instant(row.nextExpiryAt)],
  pending_until: ['timestamptz', (row) => instant(row.pendingUntil)],
  streak_current: ['int', (row) => row.streakCurrent],
  streak_longest: ['int', (row) => row.streakLongest],
  streak_total_days: ['int', (row) => row.streakTotalDays],
  last_check_in_date: ['date', (row) => row.lastCheckInDate],
  event_position: ['bigint', (row) => row.eventPosition],
};

/** Prepares `insert … select from unnest` for a table once. */
function inserter<Row>(table: string, columns: Columns<Row>) {
  const names = Object.keys(columns);
  const arrays = Object.values(columns).map(([type], index) => `$${index + 1}::${type}[]`);
  const text = `insert into ${table} (${names}) select * from unnest(${arrays.join(', ')})`;
  const reads = Object.values(columns).map(([, read]) => read);
  return async (client: PoolClient, rows: readonly Row[]) =>
    named(
      client,
      `engine.insert:${table}`,
      text,
      reads.map((read) => rows.map(read)),
    );
}

/** Prepares `update … from unnest` by key for a table once. */
function updater<Row>(table: string, keys: Columns<Row>, columns: Columns<Row>) {
  const all = { ...keys, ...columns };
  const arrays = Object.values(all).map(([type], index) => `$${index + 1}::${type}[]`);
  const sets = Object.keys(columns).map((column) => `${column} = v.${column}`);
  const match = Object.keys(keys).map((column) => `t.${column} = v.${column}`);
  const text = `update ${table} t set ${sets.join(', ')}
    from unnest(${arrays.join(', ')}) as v (${Object.keys(all)}) where ${match.join(' and ')}`;
  const reads = Object.values(all).map(([, read]) => read);
  return async (client: PoolClient, rows: readonly Row[]) =>
    named(
      client,
      `engine.update:${table}`,
      text,
      reads.map((read) => rows.map(read)),
    );
}

const insert = {
  members: inserter<MemberState>('member', {
    id: ['bigint', (row) => row.memberId],
    program_id: ['int', (row) => row.programId],
    external_id: ['text', (row) => row.externalId],
    display_name: ['text', (row) => row.displayName],
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
    activates_at: ['timestamptz', (row) => instant(row.activatesAt)],
    expires_at: ['timestamptz', (row) => instant(row.expiresAt)],
  }),
  allocations: inserter<Changes['inserts']['allocations'][number]>('allocation', {
    member_id: ['bigint', (row) => row.memberId],
    debit_seq: ['bigint', (row) => row.debitSeq],
    lot_seq: ['bigint', (row) => row.lotSeq],
    amount: ['bigint', (row) => row.amount],
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
    ...factTime,
    recorded_at: ['timestamptz', (row) => instant(row.recordedAt)],
    points: ['bigint', (row) => row.points],
  }),
  redemptions: inserter<Changes['inserts']['redemptions'][number]>('redemption', {
    id: ['bigint', (row) => row.id],
    program_id: ['int', (row) => row.programId],
    member_id: ['bigint', (row) => row.memberId],
    reward_id: ['bigint', (row) => row.rewardId],
    quantity: ['int', (row) => row.quantity],
    points: ['bigint', (row) => row.points],
    state: ['redemption_state', (row) => row.state],
    entry_seq: ['bigint', (row) => row.entrySeq],
    ...factTime,
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

const update = {
  accounts: updater<MemberState>(
    'account',
    { member_id: ['bigint', (row) => row.memberId] },
    account,
  ),
  lots: updater<LotRow>(
    'lot',
    { member_id: ['bigint', (row) => row.memberId], seq: ['bigint', (row) => row.seq] },
    { remaining: ['bigint', (row) => row.remaining] },
  ),
  rewards: updater<RewardRow>(
    'reward',
    { id: ['bigint', (row) => row.id] },
    { stock: ['int', (row) => row.stock] },
  ),
};

/**
 * Sends every statement at once; the connection runs them in order. Writers are async functions,
 * so that a row that cannot be put into words rejects like one that the database refuses, and
 * none of the statements sent before it is left without a listener.
 */
export async function writeChanges(client: PoolClient, changes: Changes): Promise<void> {
  const { inserts } = changes;
  const sent: Promise<unknown>[] = [];
  const send = <Row>(
    write: (client: PoolClient, rows: readonly Row[]) => Promise<unknown>,
    rows: readonly Row[],
  ) => {
    if (rows.length > 0) sent.push(write(client, rows));
  };
  send(insert.members, inserts.members);
  send(insert.accounts, inserts.members);
  send(update.accounts, changes.updated('members'));
  send(insert.entries, inserts.entries);
  send(insert.lots, inserts.lots);
  send(update.lots, changes.updated('lots'));
  send(insert.allocations, inserts.allocations);
  send(insert.checkIns, inserts.checkIns);
  send(insert.activities, inserts.activities);
  send(insert.redemptions, inserts.redemptions);
  send(update.rewards, changes.updated('rewards'));
  send(insert.events, inserts.events);
  send(insert.receipts, inserts.receipts);
  await settled(sent);
}

/** Waits for all; throws the first failure only when none is left running. */
export async function settled(sent: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(sent);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
