import { z } from 'zod';
import { idempotencyKey, memberRef, positivePoints, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
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
    if (order.state === 'RESERVED') throw new RedemptionMoveRefused('RESERVED', state);
    requireMove(facts, order, state);
    if (state === 'FAILED') {
      const left = unitsLeft(facts, order);
      // Nothing of it may have been used: what was had did not fail.
      const isWhole = left === order.quantity - order.cancelledUnits;
      if (!isWhole) throw new RedemptionMoveRefused(order.state, state);
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
