/** Steps on the working copy that pin points of lots and let them go again (S41). */
import type { Facts } from '../engine/facts.ts';
import type { HoldRow, HoldState, LotRow, MemberState } from '../engine/rows.ts';
import { assert } from '../platform/assert.ts';
import { chooseLots } from '../points/ledger.ts';

/** Pins points of the lots that would be spent next; they stay in the balance. */
export function pinPoints(facts: Facts, member: MemberState, hold: HoldRow): void {
  for (const { lot, taken } of chooseLots(facts, member, hold.points)) {
    facts.changes.update('lots', lot, { held: lot.held + taken });
    facts.changes.insert('holdLots', {
      holdId: hold.id,
      memberId: member.memberId,
      lotSeq: lot.seq,
      amount: taken,
    });
  }
  facts.changes.update('members', member, { held: member.held + hold.points });
  facts.changes.insert('holds', hold);
}

/** Ends a hold: all it pinned is free again. Gives the lots and how much of each it was. */
export function unpinPoints(
  facts: Facts,
  member: MemberState,
  hold: HoldRow,
  end: { readonly state: Exclude<HoldState, 'HELD'>; readonly captured?: number },
): { readonly lot: LotRow; readonly amount: number }[] {
  assert(hold.state === 'HELD', 'a hold ends once');
  const pinned = facts.holds.lots(hold).map(({ lotSeq, amount }) => {
    const lot = facts.lots(member).find(({ seq }) => seq === lotSeq);
    assert(lot !== undefined && lot.held >= amount, 'a pinned lot is open');
    facts.changes.update('lots', lot, { held: lot.held - amount });
    return { lot, amount };
  });
  facts.changes.update('members', member, { held: member.held - hold.points });
  facts.changes.update('holds', hold, { ...end, closedAt: facts.now });
  // As they are spent: the lots of a member are in that order.
  const order = facts.lots(member);
  return pinned.sort((a, b) => order.indexOf(a.lot) - order.indexOf(b.lot));
}

/** Whether it still holds: at exactly its end it is over, whatever jobs have run (S7). */
export const isOpen = (hold: HoldRow, now: Date) => hold.state === 'HELD' && hold.expiresAt > now;

/** Ends the member's holds whose time is over, so that their points can be spent at once. */
export function expireHolds(facts: Facts, member: MemberState): HoldRow[] {
  const over = facts.holds.open(member).filter((hold) => !isOpen(hold, facts.now));
  for (const hold of over) unpinPoints(facts, member, hold, { state: 'EXPIRED' });
  return over;
}
