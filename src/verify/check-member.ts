/** What one member's rows must give; each check yields what differs, first things first. */
import { cycleOf } from '../checkin/place-day.ts';
import { emptyStreak, extendStreak, type Streak } from '../checkin/streak.ts';
import { checkParts } from './check-challenges.ts';
import { checkCounters } from './check-counters.ts';
import { checkLocalDate } from './check-dates.ts';
import { checkLots, checkRefunds } from './check-lots.ts';
import { checkRedemptions } from './check-redemptions.ts';
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
  yield* checkRefunds(rows);
  yield* checkLotTimes(rows, account);
  yield* checkDates(rows);
  yield* checkStreak(program, rows, account);
  yield* checkCheckIns(program, rows);
  yield* checkRedemptions(rows);
  yield* checkParts(rows);
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

function add<Key>(sums: Map<Key, number>, key: Key, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
