/** Steps on the working copy that move orders; each move is a row of their history and an event. */
import type { Facts } from '../engine/facts.ts';
import type { OrderRow } from '../engine/orders.sql.ts';
import type { EntryRow, MemberState, RewardRow } from '../engine/rows.ts';
import type { RedemptionState } from '../generated/prisma/enums.ts';
import { expireHolds } from '../holds/hold-steps.ts';
import { assert } from '../platform/assert.ts';
import { instantText } from '../platform/calendar.ts';
import { summarise } from '../points/ledger.ts';
import { refundPoints, toGiveBack } from '../points/refund.ts';
import { STOCK_MAX } from '../rewards/terms.ts';
import { RedemptionMoveRefused, RedemptionNotFound } from './redemptions.refusals.ts';
import { mayMove, movesFrom, stateAt } from './states.ts';

/** What every command about an order answers. */
export type OrderOutcome = {
  readonly memberId: number;
  readonly redemptionId: number;
  readonly position: number;
};

/** The order a command is about and its member, or the refusal that there is none. */
export function requireOrder(facts: Facts): {
  readonly member: MemberState;
  readonly order: OrderRow;
} {
  const { member } = facts;
  const { order } = facts.orders;
  if (member === undefined || order === undefined) throw new RedemptionNotFound();
  return { member, order };
}

/** What a command answers that finds nothing left to do. */
export const unchanged = (
  { memberId, eventPosition: position }: MemberState,
  { id: redemptionId }: OrderRow,
): OrderOutcome => ({ memberId, redemptionId, position });

/** The reward of an order that the command holds. */
export function rewardOf(facts: Facts): RewardRow {
  const { reward } = facts.orders;
  assert(reward !== undefined, 'the reward of an order is loaded with it');
  return reward;
}

/** Refuses a move that is none of the order's kind; a reservation that is over moves no more. */
export function requireMove(facts: Facts, order: OrderRow, to: RedemptionState): void {
  const from = stateAt(order, facts.now);
  if (!mayMove(order.kind, from, to)) {
    throw new RedemptionMoveRefused({ from, to, allowed: movesFrom(order.kind, from) });
  }
}

/** Whether the caller is the member whose order it is. */
export const isByMember = ({ caller }: Facts) => caller.actor === 'member';

type Move = {
  readonly to: RedemptionState;
  /** Units given back with it, and the lines that came of it. */
  readonly units?: number;
  readonly entries?: readonly EntryRow[];
  /** In the words of who did it; told to those who may read the order, and in no event. */
  readonly note?: string | undefined;
};

/** Moves an order: its row, its history, and the event that tells of it. */
export function moveOrder(
  facts: Facts,
  member: MemberState,
  order: OrderRow,
  { to, units = 0, entries = [], note }: Move,
): OrderOutcome {
  const { now } = facts;
  const { id, rewardId, state: from, quantity: unitsTotal, cancelledUnits } = order;
  const unitsLeft = unitsTotal - cancelledUnits - units;
  const position = facts.emit(member, 'redemption.moved', now, {
    ...{ redemptionId: id, rewardId, from, to, units, entries: summarise(entries) },
    // What tasks and boards counted comes off again (S50, S66).
    ...(units > 0 && { unitsLeft, unitsTotal, orderedAt: instantText(order.occurredAt) }),
  });
  facts.changes.update('redemptions', order, {
    state: to,
    cancelledUnits: order.cancelledUnits + units,
    updatedAt: now,
  });
  addChange(facts, id, position, { from, to, units, note });
  return { memberId: member.memberId, redemptionId: id, position };
}

/** Adds a row to an order's history. */
export function addChange(
  facts: Facts,
  redemptionId: number,
  position: number,
  {
    from,
    to,
    units = 0,
    note = null,
  }: {
    readonly from: RedemptionState | null;
    readonly to: RedemptionState;
    readonly units?: number;
    readonly note?: string | null | undefined;
  },
): void {
  facts.changes.insert('redemptionChanges', {
    redemptionId,
    position,
    at: facts.now,
    actor: facts.caller.actor,
    fromState: from,
    toState: to,
    units,
    note,
  });
}

/** Points of one unit: an order costs a whole number of them. */
export const unitPrice = ({ points, quantity }: Pick<OrderRow, 'points' | 'quantity'>) =>
  points / quantity;

/** Units of an order that were neither given back nor used. */
export function unitsLeft(facts: Facts, order: OrderRow): number {
  const used = facts.orders.codes(order).filter(({ state }) => state === 'USED').length;
  return order.quantity - order.cancelledUnits - used;
}

/**
 * Gives back units of an order: their points to the lots that paid, their place in stock and in
 * limits; codes that were shown become void and leave no place in stock (S35, S56, S57). The order
 * ends when no unit is left: as `end` says, or USED when those that stay were used.
 */
export function giveBack(
  facts: Facts,
  member: MemberState,
  order: OrderRow,
  units: number,
  end: { readonly state: RedemptionState; readonly note?: string | undefined },
): OrderOutcome {
  const { id, quantity, cancelledUnits, rewardId } = order;
  const left = unitsLeft(facts, order);
  assert(units > 0 && units <= left, 'no more units are given back than are left');
  const reward = rewardOf(facts);
  const price = unitPrice(order);
  const points = units * price;
  const parts = toGiveBack(facts.orders.spent(order), cancelledUnits * price, points);
  expireHolds(facts, member);
  const entries = refundPoints(facts, member, parts, {
    sourceType: 'REDEMPTION',
    sourceId: String(id),
    purpose: `REFUND:${cancelledUnits}`,
    ruleVersion: null,
    explanation: { of: order.entrySeq, reward: rewardId, title: reward.title, price, units },
  });
  const wasReserved = order.state === 'RESERVED';
  if (reward.stock !== null && (wasReserved || order.kind !== 'COUPON')) {
    const stock = Math.min(STOCK_MAX, reward.stock + units);
    facts.changes.update('rewards', reward, { stock });
  }
  const shown = facts.orders.codes(order).filter(({ state }) => state === 'ASSIGNED');
  for (const code of shown.slice(Math.max(0, shown.length - units))) {
    facts.changes.update('codes', code, { state: 'VOID' });
  }
  // One whose time is over does not count already.
  if (stateAt(order, facts.now) !== 'EXPIRED') {
    facts.orders.noteUnits(member.memberId, rewardId, order.localDate, -units);
  }
  const over = units === left;
  const allBack = cancelledUnits + units === quantity;
  const to = !over ? order.state : allBack ? end.state : 'USED';
  return moveOrder(facts, member, order, { to, units, entries, note: end.note });
}
