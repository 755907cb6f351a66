/** What earlier commands of the same batch earned, which no table has yet. */
import { assert } from '../platform/assert.ts';
import { monthOf } from '../platform/calendar.ts';
import type { Changes } from './changes.ts';
import type { OriginRow, PendingPoints } from './history.sql.ts';
import type { Origin } from './operation.ts';
import type { EntryRow, LotRow, MemberState } from './rows.ts';

/** The member's EARN entries of this batch, with the lots they made. */
export function earnedInBatch(changes: Changes, { memberId }: MemberState): OriginRow[] {
  const { entries, lots } = changes.inserts;
  return entries
    .filter((entry) => entry.memberId === memberId && entry.kind === 'EARN')
    .map((entry) => {
      const lot = lots.find((row) => row.memberId === memberId && row.seq === entry.seq);
      assert(lot !== undefined, 'what was earned has its lot');
      return { ...entry, lot, expired: 0, lapsed: 0 };
    });
}

/** Whether a command goes back to this entry. */
export function isOrigin(origin: Origin, { seq, sourceType, sourceId }: OriginRow): boolean {
  if ('seq' in origin) return seq === origin.seq;
  const { type, reference } = origin.activity;
  return sourceType === 'ACTIVITY' && sourceId === `${type}:${reference}`;
}

/** Whether its points cannot be spent yet. */
const isPending = ({ activatesAt }: LotRow, now: Date) => activatesAt === null || activatesAt > now;

/** Pending points as loaded, as commands of the batch have changed them, and those it earned. */
export function pendingByNow(
  changes: Changes,
  member: MemberState,
  loaded: readonly PendingPoints[],
  lots: readonly LotRow[],
  now: Date,
): PendingPoints[] {
  const before = loaded.map((one) => {
    const lot = lots.find(({ seq }) => seq === one.seq);
    return lot === undefined ? one : pendingOf(lot, one.month);
  });
  const added = earnedInBatch(changes, member)
    .filter(({ lot }) => isPending(lot, now))
    .map(({ localDate, lot }) => pendingOf(lot, monthOf(localDate)));
  return [...before, ...added];
}

/** A lot as it counts towards nothing until it is active: spent or not, less what was reversed. */
function pendingOf({ seq, amount, reversed, activatesAt }: LotRow, month: string): PendingPoints {
  return { seq, month, points: amount - reversed, activatesAt };
}

/** What of an origin's lot has expired, and what of that reversals fell on, this batch included. */
export function expiredByNow({ inserts }: Changes, { lot, expired, lapsed }: OriginRow) {
  const ofMember = inserts.entries.filter(({ memberId }) => memberId === lot.memberId);
  const expiries = ofMember.filter((e) => e.kind === 'EXPIRY' && e.explanation.lot === lot.seq);
  const reversals = ofMember.filter((e) => e.kind === 'REVERSAL' && e.explanation.of === lot.seq);
  return {
    expired: expiries.reduce((sum, { amount }) => sum - amount, expired),
    lapsed: reversals.reduce((sum, e) => sum + Number(e.explanation.lapsed ?? 0), lapsed),
  };
}

/** What lines of this batch were to pay for a checked-in day by the plan (caps may have cut it). */
export function paidForDayInBatch({ inserts }: Changes, member: MemberState, date: string): number {
  return inserts.entries
    .filter((entry) => entry.memberId === member.memberId && isDayPay(entry))
    .filter(({ localDate }) => localDate === date)
    .reduce((sum, { amount, explanation }) => sum + Number(explanation.wanted ?? amount), 0);
}

const isDayPay = ({ sourceType, purpose }: Pick<EntryRow, 'sourceType' | 'purpose'>) =>
  sourceType === 'CHECK_IN' && !purpose.startsWith('RULE:');
