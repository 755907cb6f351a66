/** Writes a batch's changes: one statement, with a multi-row clause for each table. */
import type { Changes } from './changes.ts';
import type { FactTime, LotRow, MemberState, RewardRow } from './rows.ts';

type Cell = string | number | null;
/** Column name → PostgreSQL type and how to read it from a row. */
type Columns<Row> = {
  readonly [column: string]: readonly [type: string, read: (row: Row) => Cell];
};

const instant = (at: Date | null) => (at === null ? null : instantText(at));
const bytes = (value: Buffer | null) => (value === null ? null : `\\x${value.toString('hex')}`);

let lastAt: Date | undefined;
let lastText = '';

/** A batch writes its `now` many times over. */
function instantText(at: Date): string {
  if (at !== lastAt) {
    lastText = at.toISOString();
    lastAt = at;
  }
  return lastText;
}

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

/** Types whose values never need quotes in an array literal. */
const plainTypes = new Set([
  'bigint',
  'int',
  'timestamptz',
  'date',
  'entry_kind',
  'redemption_state',
]);

/** Writes a column of rows as an array literal, several times faster than the driver would. */
function encoder<Row>([type, read]: Columns<Row>[string]) {
  const plain = plainTypes.has(type);
  return (rows: readonly Row[]): string => {
    let literal = '{';
    for (let index = 0; index < rows.length; index += 1) {
      if (index > 0) literal += ',';
      const cell = read(rows[index] as Row);
      if (cell === null) literal += 'NULL';
      else if (plain) literal += cell;
      else literal += quoted(String(cell));
    }
    return `${literal}}`;
  };
}

const special = /["\\]/g;

function quoted(text: string): string {
  return text.includes('"') || text.includes('\\')
    ? `"${text.replace(special, '\\$&')}"`
    : `"${text}"`;
}

/** One table's share of the statement that writes a batch. */
type Writer<Row> = {
  readonly text: (firstParameter: number) => string;
  readonly encoders: readonly ((rows: readonly Row[]) => string)[];
};

const arraysOf = <Row>(columns: Columns<Row>, first: number) =>
  Object.values(columns)
    .map(([type], index) => `$${first + index}::${type}[]`)
    .join(', ');

/** `insert … select from unnest` for a table. */
function inserter<Row>(table: string, columns: Columns<Row>): Writer<Row> {
  return {
    text: (first) =>
      `insert into ${table} (${Object.keys(columns)}) select * from unnest(${arraysOf(columns, first)})`,
    encoders: Object.values(columns).map(encoder),
  };
}

/** `update … from unnest` by key for a table. */
function updater<Row>(table: string, keys: Columns<Row>, columns: Columns<Row>): Writer<Row> {
  const all = { ...keys, ...columns };
  const sets = Object.keys(columns).map((column) => `${column} = v.${column}`);
  const match = Object.keys(keys).map((column) => `t.${column} = v.${column}`);
  return {
    text: (first) =>
      `update ${table} t set ${sets.join(', ')}
       from unnest(${arraysOf(all, first)}) as v (${Object.keys(all)}) where ${match.join(' and ')}`,
    encoders: Object.values(all).map(encoder),
  };
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

/** A statement with its values, ready to be sent. */
export type WriteStatement = {
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
};

/** Statements by name: one for each set of tables that batches write together. */
const texts = new Map<string, string>();

/**
 * One statement that writes all tables of a batch. A row that cannot be put into words throws
 * here, before anything is sent.
 */
export function writeStatement(changes: Changes): WriteStatement {
  const { inserts } = changes;
  const values: string[] = [];
  const parts: (readonly [Writer<never>, number])[] = [];
  let tables = '';
  const add = <Row>(letter: string, writer: Writer<Row>, rows: readonly Row[]) => {
    if (rows.length === 0) return;
    tables += letter;
    parts.push([writer, values.length + 1]);
    for (const encode of writer.encoders) values.push(encode(rows));
  };
  add('m', insert.members, inserts.members);
  add('a', insert.accounts, inserts.members);
  add('A', update.accounts, changes.updated('members'));
  add('e', insert.entries, inserts.entries);
  add('l', insert.lots, inserts.lots);
  add('L', update.lots, changes.updated('lots'));
  add('o', insert.allocations, inserts.allocations);
  add('c', insert.checkIns, inserts.checkIns);
  add('t', insert.activities, inserts.activities);
  add('r', insert.redemptions, inserts.redemptions);
  add('R', update.rewards, changes.updated('rewards'));
  add('v', insert.events, inserts.events);
  add('k', insert.receipts, inserts.receipts);
  // A letter a table: PostgreSQL cuts names off at 63 bytes, and two would become one.
  const name = `engine.write:${tables}`;
  let text = texts.get(name);
  if (text === undefined) {
    const clauses = parts.map(([writer, first], at) => `w${at} as (${writer.text(first)})`);
    text = `with ${clauses.join(',\n')} select`;
    texts.set(name, text);
  }
  return { name, text, values };
}

/** Waits for all; throws the first failure only when none is left running. */
export async function settled(sent: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(sent);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
