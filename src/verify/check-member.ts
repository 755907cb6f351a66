/** What one member's rows must give; each check yields what differs, first things first. */
import { cycleOf } from '../checkin/place-day.ts';
import { emptyStreak, extendStreak, type Streak } from '../checkin/streak.ts';
import { checkCounters } from './check-counters.ts';
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
  yield* checkLots(rows, account);
  yield* checkLotTimes(rows, account);
  yield* checkDates(rows);
  yield* checkStreak(program, rows, account);
  yield* checkCheckIns(program, rows);
  yield* checkRedemptions(rows);
  yield* checkActivities(rows);
  yield* checkCounters(rows, account);
}

function* checkBalance({ chain }: MemberRows, account: AccountRow): Generator<Finding> {
  let balance = 0;
  let earned = 0;
  for (const { kind, amount, explanation } of chain.entries) {
    balance += amount;
    if (kind === 'EARN') earned += amount;
    if (kind === 'REVERSAL') earned -= Number(explanation.reversed);
  }
  yield* compare('balance', balance, account.balance);
  yield* compare('lifetime earned', earned, account.lifetimeEarned);
}

/** Credits have lots, debits take from lots in full, and no lot gives more than it holds. */
function* checkLots(
  { chain, lots, allocations, pinned }: MemberRows,
  account: AccountRow,
): Generator<Finding> {
  const allocatedTo = new Map<number, number>();
  const takenFrom = new Map<number, number>();
  for (const { debitSeq, lotSeq, amount } of allocations) {
    add(allocatedTo, debitSeq, amount);
    add(takenFrom, lotSeq, amount);
  }
  const lotOf = new Map(lots.map((lot) => [lot.seq, lot]));
  let debt = 0;
  const reversed = new Map<number, number>();
  for (const { seq, amount, kind, explanation } of chain.entries) {
    if (kind === 'REVERSAL') add(reversed, Number(explanation.of), Number(explanation.reversed));
    if (amount > 0) yield* compare(`lot ${seq}: amount`, amount, lotOf.get(seq)?.amount, seq);
    const debited = amount < 0 ? -amount : 0;
    const allocated = allocatedTo.get(seq) ?? 0;
    // Only a reversal may leave a debt, and no more than it says.
    const owed = kind === 'REVERSAL' ? debited - allocated : 0;
    const mayOwe = owed >= 0 && owed <= Number(explanation.debt ?? 0);
    if (mayOwe) debt += owed;
    const expected = mayOwe ? debited - owed : debited;
    yield* compare(`entry ${seq}: points allocated`, expected, allocated, seq);
  }
  yield* compare('debt', debt, account.debt);
  const credits = new Set(chain.entries.filter(({ amount }) => amount > 0).map(({ seq }) => seq));
  const pinnedOf = new Map<number, number>();
  for (const { lotSeq, amount } of pinned) add(pinnedOf, lotSeq, amount);
  yield* compare('held', sumOf(pinned), account.held);
  for (const { seq, amount, remaining, held, reversed: back } of lots) {
    yield* compare(`lot ${seq}: held`, pinnedOf.get(seq) ?? 0, held);
    yield* compare(`lot ${seq}: reversed`, reversed.get(seq) ?? 0, back);
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
  // What awaited a confirmation was active from then on, not from an instant known before.
  const known = chain.entries.filter(({ explanation }) => explanation.awaits !== true);
  const recordedAt = new Map(known.map((entry) => [entry.seq, entry.recordedAt]));
  let expiry: Date | null = null;
  let pending: Date | null = null;
  for (const { seq, remaining, expiresAt, activatesAt } of lots) {
    if (remaining > 0 && expiresAt !== null && (expiry === null || expiresAt < expiry)) {
      expiry = expiresAt;
    }
    if (remaining === 0 || activatesAt === null) continue;
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
  const { lastDate } = streak;
  const inOne = (cycle: 'WEEK' | 'MONTH') =>
    checkIns.filter(
      ({ planId: id, localDate }) =>
        id === planId &&
        lastDate !== null &&
        cycleOf(cycle, localDate) === cycleOf(cycle, lastDate),
    ).length;
  yield* compare('streak: days of the week', inOne('WEEK'), account.streakWeekDays);
  yield* compare('streak: days of the month', inOne('MONTH'), account.streakMonthDays);
}

function* checkCheckIns({ id }: VerifiedProgram, rows: MemberRows): Generator<Finding> {
  const paid = new Map<string, number>();
  const paidFor = new Map<string, number>();
  for (const entry of rows.chain.entries) {
    const { kind, sourceType, sourceId, purpose, amount, localDate, explanation } = entry;
    if (kind === 'EARN' && sourceType === 'MILESTONE') {
      const [member, plan] = sourceId.split(':', 2);
      add(paid, `${member}:${plan}:${localDate}`, amount);
    }
    if (kind !== 'EARN' || sourceType !== 'CHECK_IN') continue;
    add(paid, sourceId, amount);
    const { streakDay } = explanation;
    if (purpose === 'BASE' && typeof streakDay === 'number') paidFor.set(sourceId, streakDay);
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
  const paid = new Map<string, number>();
  for (const { sourceType, sourceId, amount } of chain.entries) {
    if (sourceType === 'ACTIVITY') add(paid, sourceId, amount);
  }
  for (const [sourceId, points] of paid) {
    const activity = activities.get(sourceId);
    yield* compare(`activity ${sourceId}: points`, points, activity?.points);
    yield* compare(`activity ${sourceId}: member`, memberId, activity?.memberId);
  }
}

const sumOf = (rows: readonly { readonly amount: number }[]) =>
  rows.reduce((sum, { amount }) => sum + amount, 0);

function add<Key>(sums: Map<Key, number>, key: Key, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
