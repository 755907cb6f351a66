import { z } from 'zod';
import { idempotencyKey, memberRef, positivePoints, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { OrderRow } from '../engine/orders.sql.ts';
import type { RedemptionState } from '../generated/prisma/enums.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import {
  giveBack,
  moveOrder,
  type OrderOutcome,
  requireMove,
  requireOrder,
  unitsLeft,
} from './order-steps.ts';
import { RedemptionMoveRefused, RedemptionNotFound } from './redemptions.refusals.ts';
import { movesFrom, stateAt } from './states.ts';

/** Where fulfilment takes an order. */
export const fulfilments = [
  'PREPARING',
  'SHIPPED',
  'DELIVERED',
  'ISSUED',
  'USED',
  'FAILED',
] as const;

const input = z.object({
  member: memberRef,
  redemptionId: positivePoints,
  /** The order's reward: what failed goes back to its stock. */
  rewardId: positivePoints,
  state: z.enum(fulfilments),
  note: shortText.optional(),
  idempotencyKey,
});

export type FulfilRedemptionInput = z.infer<typeof input>;

export const fulfilRedemptionRefusals = [
  RedemptionNotFound,
  RedemptionMoveRefused,
  BalanceOutOfRange,
];

/** Tells how fulfilment goes; what failed is given back in full (S54, S55). */
export const fulfilRedemption: Operation<FulfilRedemptionInput, OrderOutcome> = {
  name: 'fulfilRedemption',
  input,
  touches: ({ member, redemptionId, rewardId, state }) => ({
    member,
    redemption: redemptionId,
    ...(state === 'FAILED' && { reward: rewardId, lots: true, refunds: true }),
  }),
  decide(facts, { state, note }, now) {
    const { member, order } = requireOrder(facts);
    // A reservation is confirmed by its own command: codes and money are checked there.
    if (order.state === 'RESERVED') throw notConfirmed(order, state, now);
    requireMove(facts, order, state);
    if (state === 'FAILED') {
      const left = unitsLeft(facts, order);
      // Nothing of it may have been used: what was had did not fail.
      const isWhole = left === order.quantity - order.cancelledUnits;
      if (!isWhole) throw partlyUsed(order);
      return giveBack(facts, member, order, left, { state, note });
    }
    if (state === 'USED') {
      for (const code of facts.orders.codes(order)) {
        if (code.state === 'ASSIGNED') {
          facts.changes.update('codes', code, { state: 'USED', usedAt: now });
        }
      }
    }
    return moveOrder(facts, member, order, { to: state, note });
  },
};

function notConfirmed(order: OrderRow, to: RedemptionState, now: Date) {
  const from = stateAt(order, now);
  const allowed = movesFrom(order.kind, from);
  const because = 'This order is RESERVED: confirmRedemption or cancelRedemption comes first.';
  return new RedemptionMoveRefused({ from, to, allowed, ...(from === 'RESERVED' && { because }) });
}

function partlyUsed({ kind, state: from }: OrderRow) {
  const allowed = movesFrom(kind, from).filter((to) => to !== 'FAILED');
  const because = 'A code of this order was used: cancel what is left of it instead.';
  return new RedemptionMoveRefused({ from, to: 'FAILED', allowed, because });
}
