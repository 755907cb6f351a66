import type { Facts } from '../engine/facts.ts';
import type { Spent } from '../engine/held.ts';
import type { EntryRow, MemberState } from '../engine/rows.ts';
import { assert } from '../platform/assert.ts';
import { factTime } from '../programs/fact-time.ts';
import { oneInForce } from '../rules/versioned.ts';
import { expiresAt } from './expiry.ts';
import {
  appendEntry,
  type EntrySource,
  expireLots,
  giveBackTo,
  openLot,
  settleDebts,
  spendableLots,
  withRepaid,
} from './ledger.ts';
import { freeOf, isExpired } from './lots.ts';
import { pointsPolicyDefaults } from './reverse.ts';

/**
 * The parts of a debit that a refund of `points` gives back: the lot taken last comes first, behind
 * `before` points that earlier refunds gave back. Together all refunds are exactly the debit.
 */
export function toGiveBack(spent: readonly Spent[], before: number, points: number): Spent[] {
  const parts: Spent[] = [];
  let passed = before;
  let missing = points;
  for (const { lot, taken } of spent.toReversed()) {
    const skipped = Math.min(passed, taken);
    passed -= skipped;
    const back = Math.min(taken - skipped, missing);
    if (back > 0) parts.push({ lot, taken: back });
    missing -= back;
  }
  assert(missing === 0, 'a refund gives back no more than was taken');
  return parts;
}

/**
 * Gives back points of a debit to the lots that paid it, which keep their expiry (S35). What goes
 * to a lot that has expired meanwhile expires with it, or becomes a lot of the refund's own for the
 * days of grace that the points policy gives. What came back repays debts first. Answers the
 * refund's line and those of expiries that followed.
 */
export function refundPoints(
  facts: Facts,
  member: MemberState,
  parts: readonly Spent[],
  source: EntrySource,
): EntryRow[] {
  const { now, program } = facts;
  const time = factTime(program, now);
  const { refundGraceDays: days } =
    oneInForce(program.policies, now)?.definition ?? pointsPolicyDefaults;
  const isRenewed = ({ lot }: Spent) => days > 0 && isExpired(lot, now);
  const renewed = sumOf(parts.filter(isRenewed));
  const life =
    renewed === 0
      ? null
      : { activatesAt: now, expiresAt: expiresAt({ days, until: 'INSTANT' }, time) };
  const back = sumOf(parts) - sumOf(parts.filter(({ lot }) => isExpired(lot, now))) + renewed;
  const repaid = repaidBy(facts, member, back);
  const explanation = { ...source.explanation, ...(renewed > 0 && { renewed }) };
  const entry = appendEntry(
    facts,
    member,
    'REFUND',
    sumOf(parts),
    time,
    withRepaid({ ...source, explanation }, repaid),
    life,
  );
  for (const part of parts) {
    if (!isRenewed(part)) giveBackTo(facts, member, part.lot, entry.seq, part.taken);
  }
  if (life !== null) openLot(facts, member, entry.seq, renewed, life);
  settleDebts(facts, member);
  return [entry, ...expireLots(facts, member, (at) => factTime(program, at))];
}

/** What is owed that points which come back repay, beyond what can be spent without them. */
function repaidBy(facts: Facts, member: MemberState, back: number): number {
  if (member.debt === 0) return 0;
  const free = spendableLots(facts, member).reduce((sum, lot) => sum + freeOf(lot), 0);
  return Math.min(back, Math.max(0, member.debt - free));
}

const sumOf = (parts: readonly Spent[]) => parts.reduce((sum, { taken }) => sum + taken, 0);
