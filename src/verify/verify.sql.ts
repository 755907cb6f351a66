/** Keyset reads of what verify recomputes: every statement stays small, however much there is. */
import type { AllocationRow, HoldLotRow, LotRow, MemberState } from '../engine/rows.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { EntryWithLot } from './chain-proof.ts';
import type { DatedFact } from './check-dates.ts';
import type {
  VerifiedChange,
  VerifiedCheckIn,
  VerifiedCode,
  VerifiedRedemption,
} from './member-rows.ts';

const ROWS_PER_READ = 2_000;

/** A program and what its members' figures are computed by. */
export type VerifiedProgram = {
  readonly id: number;
  readonly key: string;
  readonly planId: number;
};

/** All programs, or the one of this key. */
export const loadPrograms = (pool: Pool, key: string | null) =>
  named<VerifiedProgram>(
    pool,
    'verify.loadPrograms',
    `select p.id, p.key, (select min(r.id) from rule r
              where r.program_id = p.id and r.kind = 'CHECK_IN_PLAN') as "planId"
     from program p where $1::text is null or p.key = $1 order by p.id`,
    [key],
  );

/** The next members of a program by id, also accounts that lost theirs, with their entry counts. */
export const nextMembers = (pool: Pool, programId: number, afterId: number, limit: number) =>
  named<{ memberId: number; entries: number }>(
    pool,
    'verify.nextMembers',
    `select k.id as "memberId", coalesce(a.entry_seq, 0) as entries from (
       (select id from member where program_id = $1 and id > $2 order by id limit $3)
       union
       (select member_id from account where program_id = $1 and member_id > $2
        order by member_id limit $3)) k
     left join account a on a.member_id = k.id order by k.id limit $3`,
    [programId, afterId, limit],
  );

/** The stored figures that the rows must give. */
export type AccountRow = Pick<
  MemberState,
  | 'programId'
  | 'balance'
  | 'debt'
  | 'held'
  | 'counters'
  | 'streakWeekDays'
  | 'streakMonthDays'
  | 'lifetimeEarned'
  | 'entrySeq'
  | 'headHash'
  | 'nextExpiryAt'
  | 'pendingUntil'
  | 'streakCurrent'
  | 'streakLongest'
  | 'streakTotalDays'
  | 'lastCheckInDate'
>;

type MemberAccountRow = AccountRow & {
  memberId: number;
  externalId: string | null;
  hasAccount: boolean;
};

export async function loadAccounts(client: PoolClient, memberIds: readonly number[]) {
  const rows = await named<MemberAccountRow>(
    client,
    'verify.loadAccounts',
    `select k.id as "memberId", m.external_id as "externalId", a.member_id is not null as "hasAccount",
            a.program_id as "programId", a.balance, a.debt, a.held, a.counters, a.lifetime_earned as "lifetimeEarned",
            a.entry_seq as "entrySeq", a.head_hash as "headHash",
            a.next_expiry_at as "nextExpiryAt", a.pending_until as "pendingUntil",
            a.streak_current as "streakCurrent", a.streak_longest as "streakLongest",
            a.streak_week_days as "streakWeekDays", a.streak_month_days as "streakMonthDays",
            a.streak_total_days as "streakTotalDays", a.last_check_in_date as "lastCheckInDate"
     from unnest($1::bigint[]) as k (id)
     left join member m on m.id = k.id left join account a on a.member_id = k.id order by k.id`,
    [memberIds],
  );
  return rows.map(({ memberId, externalId, hasAccount, ...account }) => ({
    ...{ memberId, externalId },
    account: hasAccount ? account : null,
  }));
}

type Cell = string | number;

/** A table read in the order of its key, of which the member is the first part. */
type Keyset<Row> = {
  readonly name: string;
  readonly select: string;
  readonly from: string;
  /** The key behind the member: column, type and a value before all others. */
  readonly key: readonly (readonly [column: string, type: string, first: Cell])[];
  /** The key of a row, without the member. */
  readonly keyOf: (row: Row) => readonly Cell[];
};

/** Prepares a read of all rows of some members, a bounded number at a time. */
export function keysetReader<Row extends { readonly memberId: number }>(keyset: Keyset<Row>) {
  const { name, select, from, key, keyOf } = keyset;
  const columns = ['member_id', ...key.map(([column]) => column)].join(', ');
  const after = key.map(([, type], index) => `$${index + 3}::${type}`).join(', ');
  const text = `select member_id as "memberId", ${select} from ${from}
    where member_id = any($1::bigint[]) and (${columns}) > ($2::bigint, ${after})
    order by ${columns} limit ${ROWS_PER_READ}`;
  return async (client: PoolClient, ids: readonly number[], onRow: (row: Row) => unknown) => {
    let place: readonly Cell[] = [0, ...key.map(([, , first]) => first)];
    for (;;) {
      const rows = await named<Row>(client, `verify.${name}`, text, [ids, ...place]);
      for (const row of rows) onRow(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_PER_READ) return;
      place = [last.memberId, ...keyOf(last)];
    }
  };
}

/** The columns of a `DatedFact`. */
const dated = `occurred_at as "occurredAt", local_date as "localDate", zone,
  day_start_minutes as "dayStartMinutes"`;

export const readEntries = keysetReader<EntryWithLot>({
  name: 'readEntries',
  select: `seq, program_id as "programId", kind, amount, ${dated},
    utc_offset_seconds as "utcOffsetSeconds", recorded_at as "recordedAt",
    source_type as "sourceType", source_id as "sourceId", purpose, rule_version as "ruleVersion",
    actor, idempotency_key as "idempotencyKey", explanation, hash,
    "lotSeq", "lotActivatesAt", "lotExpiresAt"`,
  from: `ledger_entry left join (select member_id, seq, seq as "lotSeq", activates_at as "lotActivatesAt",
    expires_at as "lotExpiresAt" from lot) made using (member_id, seq)`,
  key: [['seq', 'bigint', 0]],
  keyOf: ({ seq }) => [seq],
});

export const readLots = keysetReader<LotRow>({
  name: 'readLots',
  select: `seq, program_id as "programId", amount, remaining, held, reversed,
    activates_at as "activatesAt", expires_at as "expiresAt"`,
  from: 'lot',
  key: [['seq', 'bigint', 0]],
  keyOf: ({ seq }) => [seq],
});

export const readAllocations = keysetReader<AllocationRow>({
  name: 'readAllocations',
  select: 'debit_seq as "debitSeq", lot_seq as "lotSeq", amount, version',
  from: 'allocation',
  key: [
    ['debit_seq', 'bigint', 0],
    ['lot_seq', 'bigint', 0],
    ['version', 'bigint', -1],
  ],
  keyOf: ({ debitSeq, lotSeq, version }) => [debitSeq, lotSeq, version],
});

/** What open holds have pinned. */
export const readPinned = keysetReader<HoldLotRow>({
  name: 'readPinned',
  select: 'hold_id as "holdId", lot_seq as "lotSeq", amount',
  from: `(select p.* from hold_lot p join hold h on h.id = p.hold_id and h.state = 'HELD') pinned`,
  key: [
    ['hold_id', 'bigint', 0],
    ['lot_seq', 'bigint', 0],
  ],
  keyOf: ({ holdId, lotSeq }) => [holdId, lotSeq],
});

export const readCheckIns = keysetReader<VerifiedCheckIn>({
  name: 'readCheckIns',
  select: `plan_id as "planId", ${dated}, streak_day as "streakDay", points`,
  from: 'check_in',
  key: [
    ['plan_id', 'int', 0],
    ['local_date', 'date', '-infinity'],
  ],
  keyOf: ({ planId, localDate }) => [planId, localDate],
});

export const readRedemptions = keysetReader<VerifiedRedemption>({
  name: 'readRedemptions',
  select: `id, reward_id as "rewardId", kind, quantity, cancelled_units as "cancelledUnits", state,
    points, entry_seq as "entrySeq", ${dated}`,
  from: 'redemption',
  key: [['id', 'bigint', 0]],
  keyOf: ({ id }) => [id],
});

/** The histories of orders. */
export const readChanges = keysetReader<VerifiedChange>({
  name: 'readChanges',
  select: `redemption_id as "redemptionId", position, from_state as "fromState",
    to_state as "toState", units`,
  from: `(select r.member_id, c.* from redemption r
    join redemption_change c on c.redemption_id = r.id) moved`,
  key: [
    ['redemption_id', 'bigint', 0],
    ['position', 'bigint', 0],
  ],
  keyOf: ({ redemptionId, position }) => [redemptionId, position],
});

/** The codes that belong to orders. */
export const readCodes = keysetReader<VerifiedCode>({
  name: 'readCodes',
  select: `id, redemption_id as "redemptionId", reward_id as "rewardId", state`,
  from: `(select r.member_id, c.* from redemption r
    join reward_code c on c.redemption_id = r.id) given`,
  key: [
    ['redemption_id', 'bigint', 0],
    ['id', 'bigint', 0],
  ],
  keyOf: ({ redemptionId, id }) => [redemptionId, id],
});

/** The first coupon whose stock is not its free codes less what reservations will take of them. */
export const findStockDifference = async (pool: Pool, programId: number) => {
  const [found] = await named<{ rewardId: number; expected: number; found: number | null }>(
    pool,
    'verify.findStockDifference',
    `select w.id as "rewardId", k.stock as expected, w.stock as found
     from reward w cross join lateral (
       select (select count(*) from reward_code c
               where c.reward_id = w.id and c.state = 'AVAILABLE')
         - (select coalesce(sum(r.quantity - r.cancelled_units), 0) from redemption r
            where r.reward_id = w.id and r.state = 'RESERVED') as stock) k
     where w.program_id = $1 and w.kind = 'COUPON' and coalesce(w.stock, 0) <> k.stock
     order by w.id limit 1`,
    [programId],
  );
  return found;
};

/** An activity that an entry says it paid. */
export type PaidActivity = DatedFact & { readonly memberId: number; readonly points: number };

/** Activities by the source ids of their entries, `type:reference`; a type holds no colon. */
export const loadActivities = (client: PoolClient, programId: number, sourceIds: string[]) =>
  named<PaidActivity & { ordinal: number }>(
    client,
    'verify.loadActivities',
    `select k.ordinal, member_id as "memberId", points, ${dated}
     from unnest($2::text[]) with ordinality as k (source_id, ordinal)
     join activity a on a.program_id = $1 and a.type = split_part(k.source_id, ':', 1)
       and a.reference = substr(k.source_id, strpos(k.source_id, ':') + 1)`,
    [programId, sourceIds],
  );
