/**
 * Steps on the working copy. This file alone writes entries, lots, allocations and balances;
 * every change of points is a new entry (S23).
 */
import type { Facts } from '../engine/facts.ts';
import type { EntryKind, EntryRow, FactTime, Json, LotRow, MemberState } from '../engine/rows.ts';
import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import { entryHash } from './chain.ts';
import {
  type Allocation,
  allocate,
  freeOf,
  isActive,
  isExpired,
  isSpendable,
  type LotLife,
} from './lots.ts';
import { BalanceOutOfRange, InsufficientPoints } from './points.refusals.ts';

export { type EntrySummary, lifeTold, summarise } from './summary.ts';

export type SourceType =
  | 'CHECK_IN'
  | 'MILESTONE'
  | 'ACTIVITY'
  | 'ENROLMENT'
  | 'TASK'
  | 'ADJUSTMENT'
  | 'REDEMPTION'
  | 'CHALLENGE'
  | 'LOT'
  | 'ENTRY'
  | 'HOLD'
  | 'SETTLEMENT';

/** What an entry is about; (source type, source id, purpose) is unique in a program (S24). */
export type EntrySource = {
  readonly sourceType: SourceType;
  readonly sourceId: string;
  readonly purpose: string;
  readonly ruleVersion: string | null;
  readonly explanation: { [key: string]: Json };
};

/** A lot that waits for its confirmation is pending for as long as anybody can tell. */
const unknownActivation = new Date('9999-12-31T00:00:00Z');

/**
 * Adds points: an entry and the lot they are spent from. Those that can be spent repay what is owed
 * first; pending ones do once they are active (S27, S33).
 */
export function creditPoints(
  facts: Facts,
  member: MemberState,
  kind: 'EARN' | 'ADJUSTMENT' | 'PRIZE',
  amount: number,
  time: FactTime,
  source: EntrySource,
  life: LotLife,
): EntryRow {
  assert(Number.isSafeInteger(amount) && amount > 0, 'a credit is a positive whole number');
  const repaid = isActive(life, facts.now) ? Math.min(member.debt, amount) : 0;
  const entry = appendEntry(facts, member, kind, amount, time, told(source, life, repaid), life);
  const lot = openLot(facts, member, entry.seq, amount, life);
  if (repaid > 0) repayDebts(facts, member, lot);
  return entry;
}

/** Makes the lot of a credit, and keeps the account's shortcuts to its life. */
export function openLot(
  facts: Facts,
  member: MemberState,
  seq: number,
  amount: number,
  life: LotLife,
): LotRow {
  const lot: LotRow = {
    memberId: member.memberId,
    seq,
    programId: member.programId,
    amount,
    remaining: amount,
    held: 0,
    reversed: 0,
    ...life,
  };
  facts.addLot(lot);
  const activatesAt = life.activatesAt ?? unknownActivation;
  facts.changes.update('members', member, {
    nextExpiryAt: pick(Math.min, member.nextExpiryAt, life.expiresAt),
    pendingUntil:
      activatesAt > facts.now
        ? pick(Math.max, member.pendingUntil, activatesAt)
        : member.pendingUntil,
  });
  return lot;
}

/** Covers what is owed from lots that became active since, or got points back (S33). */
export function settleDebts(facts: Facts, member: MemberState): void {
  for (const lot of member.debt > 0 ? spendableLots(facts, member) : []) {
    repayDebts(facts, member, lot);
  }
}

/** Points that await their confirmation say so for ever: the lot will not. So does a repayment. */
function told(source: EntrySource, { activatesAt }: LotLife, repaid: number): EntrySource {
  if (repaid > 0) return withRepaid(source, repaid);
  return activatesAt === null
    ? { ...source, explanation: { ...source.explanation, awaits: true } }
    : source;
}

/** A line that says how many of its points repay what is owed (S33). */
export const withRepaid = (source: EntrySource, repaid: number): EntrySource =>
  repaid === 0 ? source : { ...source, explanation: { ...source.explanation, debtRepaid: repaid } };

/** Covers what is owed from a lot, oldest debt first (S33). */
function repayDebts(facts: Facts, member: MemberState, lot: LotRow): void {
  for (const debt of facts.debts(member)) {
    const repaid = Math.min(debt.open, freeOf(lot));
    if (repaid === 0) continue;
    takeFrom(facts, lot, debt.seq, repaid);
    facts.changeDebt(member, debt, -repaid);
  }
}

/** Takes points from the member's spendable lots, soonest to expire first (S28, S40). */
export function debitPoints(
  facts: Facts,
  member: MemberState,
  kind: 'SPEND' | 'ADJUSTMENT',
  amount: number,
  time: FactTime,
  source: EntrySource,
): EntryRow {
  assert(Number.isSafeInteger(amount) && amount > 0, 'a debit names a positive whole number');
  const allocations = chooseLots(facts, member, amount);
  const entry = appendEntry(facts, member, kind, -amount, time, source, null);
  for (const { lot, taken } of allocations) takeFrom(facts, lot, entry.seq, taken);
  return entry;
}

/** The lots that `amount` is taken from; refuses what cannot be spent in full (S28, S40). */
export function chooseLots(facts: Facts, member: MemberState, amount: number): Allocation[] {
  settleDebts(facts, member);
  const spendable = spendableLots(facts, member);
  const { allocations, missing } = allocate(spendable, amount);
  if (missing > 0) throw new InsufficientPoints(amount - missing, amount);
  return allocations;
}

/** Lots that can be spent now, in the order they are. */
export const spendableLots = (facts: Facts, member: MemberState): LotRow[] =>
  facts.lots(member).filter((lot) => isSpendable(lot, facts.now));

/** Removes what is left of each lot that has expired, one entry a lot (S29). */
export function expireLots(
  facts: Facts,
  member: MemberState,
  time: (at: Date) => FactTime,
): EntryRow[] {
  const expired = facts.lots(member).filter((lot) => freeOf(lot) > 0 && isExpired(lot, facts.now));
  const entries = expired.map((lot) => {
    const rest = freeOf(lot); // What a hold has pinned expires when it is released.
    const before = lot.amount - lot.remaining;
    const seq = member.entrySeq + 1; // What was given back to it since may expire alike.
    const at = time(lot.expiresAt ?? facts.now);
    const source = {
      sourceType: 'LOT' as const,
      sourceId: `${lot.memberId}:${lot.seq}`,
      purpose: `EXPIRY:${before}:${seq}`,
      ruleVersion: null,
      explanation: { lot: lot.seq, amount: lot.amount },
    };
    const entry = appendEntry(facts, member, 'EXPIRY', -rest, at, source, null);
    takeFrom(facts, lot, entry.seq, rest);
    return entry;
  });
  const open = facts.lots(member).filter((lot) => lot.remaining > 0 && lot.expiresAt !== null);
  const next = open[0]?.expiresAt ?? null; // Lots are in order of expiry.
  facts.changes.update('members', member, { nextExpiryAt: next });
  return entries;
}

/** Writes a line. `earned` is what it adds to the points ever earned. */
export function appendEntry(
  facts: Facts,
  member: MemberState,
  kind: EntryKind,
  amount: number,
  time: FactTime,
  source: EntrySource,
  life: LotLife | null,
  earned = kind === 'EARN' ? amount : 0,
): EntryRow {
  const balance = member.balance + amount;
  const lifetimeEarned = member.lifetimeEarned + earned;
  if (balance > limits.pointsMax || lifetimeEarned > limits.pointsMax) {
    throw new BalanceOutOfRange(member.balance, amount);
  }
  assert(balance >= 0 || kind === 'REVERSAL' || member.debt > 0, 'below zero only as a debt');
  const unhashed = {
    memberId: member.memberId,
    seq: member.entrySeq + 1,
    programId: member.programId,
    kind,
    amount,
    recordedAt: facts.now,
    actor: facts.caller.actor,
    idempotencyKey: facts.caller.idempotencyKey,
    ...time,
    ...source,
  };
  const hash = entryHash(member.headHash, unhashed, life);
  const entry: EntryRow = { hash, life, ...unhashed };
  facts.changes.insert('entries', entry);
  facts.changes.update('members', member, {
    balance,
    lifetimeEarned,
    entrySeq: entry.seq,
    headHash: entry.hash,
  });
  return entry;
}

/** Allocates points of a lot to a debit. */
export function takeFrom(facts: Facts, lot: LotRow, debitSeq: number, amount: number): void {
  assert(amount > 0 && amount <= freeOf(lot), 'a lot gives no more than it holds');
  facts.changes.update('lots', lot, { remaining: lot.remaining - amount });
  facts.changes.insert('allocations', {
    memberId: lot.memberId,
    debitSeq,
    lotSeq: lot.seq,
    amount,
    version: facts.versionOf(lot.memberId),
  });
}

/** Gives back to a lot what a debit took from it; `refundSeq` is the line that says so (S35). */
export function giveBackTo(
  facts: Facts,
  member: MemberState,
  lot: LotRow,
  refundSeq: number,
  amount: number,
): void {
  assert(amount > 0 && lot.remaining + amount <= lot.amount, 'a lot gets back what it gave');
  facts.changes.update('lots', lot, { remaining: lot.remaining + amount });
  facts.reopenLot(lot);
  facts.changes.insert('allocations', {
    memberId: lot.memberId,
    debitSeq: refundSeq,
    lotSeq: lot.seq,
    amount: -amount,
    version: facts.versionOf(lot.memberId),
  });
  const nextExpiryAt = pick(Math.min, member.nextExpiryAt, lot.expiresAt);
  facts.changes.update('members', member, { nextExpiryAt });
}

/** The earlier or later of two instants, either of which may be missing. */
function pick(
  which: (a: number, b: number) => number,
  a: Date | null,
  b: Date | null,
): Date | null {
  if (a === null || b === null) return a ?? b;
  return new Date(which(a.getTime(), b.getTime()));
}
