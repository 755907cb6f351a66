/**
 * Steps on the working copy. This file alone writes entries, lots, allocations and balances;
 * every change of points is a new entry (S23).
 */
import type { Facts } from '../engine/facts.ts';
import type { EntryKind, EntryRow, FactTime, Json, LotRow, MemberState } from '../engine/rows.ts';
import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import { entryHash } from './chain.ts';
import { allocate, isExpired, isSpendable, type LotLife } from './lots.ts';
import { BalanceOutOfRange, InsufficientPoints } from './points.refusals.ts';

/** What an entry is about; (source type, source id, purpose) is unique in a program (S24). */
export type EntrySource = {
  readonly sourceType: 'CHECK_IN' | 'ACTIVITY' | 'ADJUSTMENT' | 'REDEMPTION' | 'LOT';
  readonly sourceId: string;
  readonly purpose: string;
  readonly ruleVersion: string | null;
  readonly explanation: { [key: string]: Json };
};

/** Adds points: an entry and the lot they are spent from. */
export function creditPoints(
  facts: Facts,
  member: MemberState,
  kind: 'EARN' | 'ADJUSTMENT',
  amount: number,
  time: FactTime,
  source: EntrySource,
  life: LotLife,
): EntryRow {
  assert(Number.isSafeInteger(amount) && amount > 0, 'a credit is a positive whole number');
  const entry = appendEntry(facts, member, kind, amount, time, source, life);
  facts.addLot({
    memberId: member.memberId,
    seq: entry.seq,
    programId: member.programId,
    amount,
    remaining: amount,
    ...life,
  });
  facts.changes.update('members', member, {
    nextExpiryAt: pick(Math.min, member.nextExpiryAt, life.expiresAt),
    pendingUntil:
      life.activatesAt > facts.now
        ? pick(Math.max, member.pendingUntil, life.activatesAt)
        : member.pendingUntil,
  });
  return entry;
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
  const spendable = facts.lots(member).filter((lot) => isSpendable(lot, facts.now));
  const allocations = allocate(spendable, amount);
  if (allocations === undefined) {
    throw new InsufficientPoints(sumRemaining(spendable), amount);
  }
  const entry = appendEntry(facts, member, kind, -amount, time, source, null);
  for (const { lot, taken } of allocations) takeFrom(facts, lot, entry, taken);
  return entry;
}

/** Removes what is left of each lot that has expired, one entry a lot (S29). */
export function expireLots(
  facts: Facts,
  member: MemberState,
  time: (at: Date) => FactTime,
): EntryRow[] {
  const expired = facts
    .lots(member)
    .filter((lot) => lot.remaining > 0 && isExpired(lot, facts.now));
  const entries = expired.map((lot) => {
    const entry = appendEntry(
      facts,
      member,
      'EXPIRY',
      -lot.remaining,
      time(lot.expiresAt ?? facts.now),
      {
        sourceType: 'LOT',
        sourceId: `${lot.memberId}:${lot.seq}`,
        purpose: 'EXPIRY',
        ruleVersion: null,
        explanation: { lot: lot.seq, amount: lot.amount },
      },
      null,
    );
    takeFrom(facts, lot, entry, lot.remaining);
    return entry;
  });
  const open = facts.lots(member).filter((lot) => lot.remaining > 0 && lot.expiresAt !== null);
  const next = open[0]?.expiresAt ?? null; // Lots are in order of expiry.
  facts.changes.update('members', member, { nextExpiryAt: next });
  return entries;
}

function appendEntry(
  facts: Facts,
  member: MemberState,
  kind: EntryKind,
  amount: number,
  time: FactTime,
  source: EntrySource,
  life: LotLife | null,
): EntryRow {
  const balance = member.balance + amount;
  const lifetimeEarned = member.lifetimeEarned + (kind === 'EARN' ? amount : 0);
  if (balance > limits.pointsMax || lifetimeEarned > limits.pointsMax) {
    throw new BalanceOutOfRange(member.balance, amount);
  }
  assert(balance >= 0, 'a balance is never negative');
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
  const entry: EntryRow = { hash: entryHash(member.headHash, unhashed, life), ...unhashed };
  facts.changes.insert('entries', entry);
  facts.changes.update('members', member, {
    balance,
    lifetimeEarned,
    entrySeq: entry.seq,
    headHash: entry.hash,
  });
  return entry;
}

function takeFrom(facts: Facts, lot: LotRow, debit: EntryRow, amount: number): void {
  assert(amount > 0 && amount <= lot.remaining, 'a lot gives no more than it holds');
  facts.changes.update('lots', lot, { remaining: lot.remaining - amount });
  facts.changes.insert('allocations', {
    memberId: lot.memberId,
    debitSeq: debit.seq,
    lotSeq: lot.seq,
    amount,
  });
}

const sumRemaining = (lots: readonly LotRow[]) => lots.reduce((sum, lot) => sum + lot.remaining, 0);

/** The earlier or later of two instants, either of which may be missing. */
function pick(
  which: (a: number, b: number) => number,
  a: Date | null,
  b: Date | null,
): Date | null {
  if (a === null || b === null) return a ?? b;
  return new Date(which(a.getTime(), b.getTime()));
}

/** An entry as events and outcomes carry it. */
export type EntrySummary = {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly occurredAt: string;
  readonly sourceType: string;
  readonly purpose: string;
  readonly ruleVersion: string | null;
  readonly explanation: { [key: string]: Json };
};

export const summarise = (entries: readonly EntryRow[]): EntrySummary[] =>
  entries.map((entry) => ({
    seq: entry.seq,
    kind: entry.kind,
    amount: entry.amount,
    occurredAt: entry.occurredAt.toISOString(),
    sourceType: entry.sourceType,
    purpose: entry.purpose,
    ruleVersion: entry.ruleVersion,
    explanation: entry.explanation,
  }));
