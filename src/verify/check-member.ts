/** What one member's rows must give; each check yields what differs, first things first. */
import { emptyStreak, extendStreak, type Streak } from '../checkin/streak.ts';
import { checkLocalDate } from './check-dates.ts';
import { compare, type Finding } from './difference.ts';
import type { MemberRows } from './member-rows.ts';
import type { AccountRow, VerifiedProgram } from './verify.sql.ts';

/** Compares everything stored about a member with what their rows give. */
export function* checkMember(program: VerifiedProgram, rows: MemberRows): Generator<Finding> {
  const { externalId, account, chain } = rows;
  if (externalId === null) yield { what: 'member', expected: 'a row', found: 'none' };
  if (account === null) {
    yield { what: 'account', expected: 'a row', found: 'none' };
    return;
  }
  yield* compare('account: program', program.id, account.programId);
  if (chain.broken !== undefined) yield chain.broken;
  yield* compare('last entry: seq', chain.seq, account.entrySeq, chain.seq);
  yield* compare('last entry: hash', chain.head, account.headHash, chain.seq);
  yield* checkBalance(rows, account);
  yield* checkLots(rows);
  yield* checkLotTimes(rows, account);
  yield* checkDates(rows);
  yield* checkStreak(program, rows, account);
  yield* checkCheckIns(program, rows);
  yield* checkRedemptions(rows);
  yield* checkActivities(rows);
}

function* checkBalance({ chain }: MemberRows, account: AccountRow): Generator<Finding> {
  let balance = 0;
  let earned = 0;
  for (const { kind, amount } of chain.entries) {
    balance += amount;
    if (kind === 'EARN') earned += amount;
  }
  yield* compare('balance', balance, account.balance);
  yield* compare('lifetime earned', earned, account.lifetimeEarned);
}

/** Credits have lots, debits take from lots in full, and no lot gives more than it holds. */
function* checkLots({ chain, lots, allocations }: MemberRows): Generator<Finding> {
  const allocatedTo = new Map<number, number>();
  const takenFrom = new Map<number, number>();
  for (const { debitSeq, lotSeq, amount } of allocations) {
    add(allocatedTo, debitSeq, amount);
    add(takenFrom, lotSeq, amount);
  }
  const lotOf = new Map(lots.map((lot) => [lot.seq, lot]));
  for (const { seq, amount } of chain.entries) {
    if (amount > 0) yield* compare(`lot ${seq}: amount`, amount, lotOf.get(seq)?.amount, seq);
    const debited = amount < 0 ? -amount : 0;
    const allocated = allocatedTo.get(seq) ?? 0;
    yield* compare(`entry ${seq}: points allocated`, debited, allocated, seq);
  }
  const credits = new Set(chain.entries.filter(({ amount }) => amount > 0).map(({ seq }) => seq));
  for (const { seq, amount, remaining } of lots) {
    if (!credits.has(seq)) yield* compare(`lot ${seq}: entry`, 'a credit', null);
    yield* compare(`lot ${seq}: remaining`, amount - (takenFrom.get(seq) ?? 0), remaining);
  }
  const debits = new Set(chain.entries.filter(({ amount }) => amount < 0).map(({ seq }) => seq));
  for (const { debitSeq, lotSeq } of allocations) {
    const name = `allocation of entry ${debitSeq} from lot ${lotSeq}`;
    if (!debits.has(debitSeq)) yield* compare(`${name}: entry`, 'a debit', null);
    if (!lotOf.has(lotSeq)) yield* compare(`${name}: lot`, 'one of the member', null);
  }
}

/** The account's shortcuts to its lots must not hide one that expires or is pending. */
function* checkLotTimes({ chain, lots }: MemberRows, account: AccountRow): Generator<Finding> {
  const recordedAt = new Map(chain.entries.map((entry) => [entry.seq, entry.recordedAt]));
  let expiry: Date | null = null;
  let pending: Date | null = null;
  for (const { seq, remaining, expiresAt, activatesAt } of lots) {
    if (remaining > 0 && expiresAt !== null && (expiry === null || expiresAt < expiry)) {
      expiry = expiresAt;
    }
    const wasPending = activatesAt > (recordedAt.get(seq) ?? activatesAt);
    if (wasPending && (pending === null || activatesAt > pending)) pending = activatesAt;
  }
  const { nextExpiryAt, pendingUntil } = account;
  if (expiry !== null && (nextExpiryAt === null || nextExpiryAt > expiry)) {
    yield* compare('next expiry', expiry, nextExpiryAt);
  }
  if (pending !== null && (pendingUntil === null || pendingUntil < pending)) {
    yield* compare('pending until', pending, pendingUntil);
  }
}

function* checkDates({ checkIns, redemptions, activities }: MemberRows): Generator<Finding> {
  for (const row of checkIns) yield* checkLocalDate(`check-in ${row.localDate}`, row);
  for (const row of redemptions) yield* checkLocalDate(`redemption ${row.id}`, row);
  for (const [sourceId, row] of activities) yield* checkLocalDate(`activity ${sourceId}`, row);
}

function* checkStreak(
  { planId }: VerifiedProgram,
  { checkIns }: MemberRows,
  account: AccountRow,
): Generator<Finding> {
  let streak: Streak = emptyStreak;
  for (const { planId: id, localDate, zone } of checkIns) {
    // By the zone the day was judged by: which dates a zone skips belongs to the fact (S2).
    if (id === planId) streak = extendStreak(streak, localDate, zone);
  }
  yield* compare('streak: current', streak.current, account.streakCurrent);
  yield* compare('streak: longest', streak.longest, account.streakLongest);
  yield* compare('streak: total days', streak.totalDays, account.streakTotalDays);
  yield* compare('streak: last date', streak.lastDate, account.lastCheckInDate);
}

function* checkCheckIns({ id }: VerifiedProgram, rows: MemberRows): Generator<Finding> {
  const paid = new Map<string, number>();
  const paidFor = new Map<string, number>();
  for (const { sourceType, sourceId, purpose, amount, streakDay } of rows.chain.entries) {
    if (sourceType !== 'CHECK_IN') continue;
    add(paid, sourceId, amount);
    if (purpose === 'BASE' && streakDay !== undefined) paidFor.set(sourceId, streakDay);
  }
  for (const { planId, localDate, points, streakDay } of rows.checkIns) {
    const sourceId = `${rows.memberId}:${planId}:${localDate}`;
    yield* compare(`check-in ${localDate}: points`, paid.get(sourceId) ?? 0, points);
    // A day that paid nothing has no entry to say which one it was.
    const day = paidFor.get(sourceId) ?? streakDay;
    yield* compare(`check-in ${localDate}: streak day`, day, streakDay);
    paid.delete(sourceId);
  }
  for (const [sourceId, points] of paid) {
    yield* compare(`check-in ${sourceId} of program ${id}: points`, points, null);
  }
}

function* checkRedemptions({ chain, redemptions }: MemberRows): Generator<Finding> {
  const spent = new Map(
    chain.entries
      .filter(({ sourceType, kind }) => sourceType === 'REDEMPTION' && kind === 'SPEND')
      .map((entry) => [entry.sourceId, entry]),
  );
  for (const { id, points, entrySeq } of redemptions) {
    const entry = spent.get(String(id));
    yield* compare(`redemption ${id}: points`, entry && -entry.amount, points, entry?.seq);
    yield* compare(`redemption ${id}: entry`, entry?.seq, entrySeq, entry?.seq);
    spent.delete(String(id));
  }
  for (const [id, { amount, seq }] of spent) {
    yield* compare(`redemption ${id}: points`, -amount, null, seq);
  }
}

function* checkActivities({ memberId, chain, activities }: MemberRows): Generator<Finding> {
  for (const { sourceType, sourceId, amount, seq } of chain.entries) {
    if (sourceType !== 'ACTIVITY') continue;
    const activity = activities.get(sourceId);
    yield* compare(`activity ${sourceId}: points`, amount, activity?.points, seq);
    yield* compare(`activity ${sourceId}: member`, memberId, activity?.memberId, seq);
  }
}

function add<Key>(sums: Map<Key, number>, key: Key, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
