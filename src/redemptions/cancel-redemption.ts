import { z } from 'zod';
import { idempotencyKey, memberRef, positivePoints, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { BalanceOutOfRange, TooManyUnits } from '../points/points.refusals.ts';
import {
  giveBack,
  isByMember,
  type OrderOutcome,
  requireMove,
  requireOrder,
  rewardOf,
  unchanged,
  unitsLeft,
} from './order-steps.ts';
import { NotByMember, RedemptionMoveRefused, RedemptionNotFound } from './redemptions.refusals.ts';
import { stateAt, whyNotByMember } from './states.ts';

const input = z.object({
  member: memberRef,
  redemptionId: positivePoints,
  /** The order's reward: stock goes back to it. */
  rewardId: positivePoints,
  /** How many units; all that are left when absent. */
  units: positivePoints.optional(),
  reason: shortText.optional(),
  idempotencyKey,
});
const expireInput = input.pick({ member: true, redemptionId: true, rewardId: true }).extend({
  idempotencyKey: z.undefined().optional(),
});

export type CancelRedemptionInput = z.infer<typeof input>;
export type ExpireRedemptionInput = z.infer<typeof expireInput>;

export const cancelRedemptionRefusals = [
  RedemptionNotFound,
  NotByMember,
  RedemptionMoveRefused,
  TooManyUnits,
  BalanceOutOfRange,
];

const touches = ({ member, redemptionId, rewardId }: CancelRedemptionInput) => ({
  member,
  redemption: redemptionId,
  reward: rewardId,
  lots: true,
  refunds: true,
});

/** Gives back an order or some of its units: points, stock and room in limits (S35, S56, S58). */
export const cancelRedemption: Operation<CancelRedemptionInput, OrderOutcome> = {
  name: 'cancelRedemption',
  input,
  touches,
  decide(facts, { units, reason }) {
    const { member, order } = requireOrder(facts);
    const { memberCancels } = rewardOf(facts);
    const why = isByMember(facts) ? whyNotByMember('CANCEL', order, memberCancels) : undefined;
    if (why !== undefined) throw new NotByMember(why);
    requireMove(facts, order, 'CANCELLED');
    const left = unitsLeft(facts, order);
    const back = units ?? left;
    if (back > left) throw new TooManyUnits(left, back, 'units of the order are left to cancel');
    return giveBack(facts, member, order, back, { state: 'CANCELLED', note: reason });
  },
};

/**
 * Ends a reservation that was not confirmed in time (S55). Safe to run late or twice: it cannot be
 * confirmed any more from its instant on, and what has moved is left alone.
 */
export const expireRedemption: Operation<ExpireRedemptionInput, OrderOutcome> = {
  name: 'expireRedemption',
  input: expireInput,
  touches,
  decide(facts) {
    const { member, order } = requireOrder(facts);
    if (order.state === 'RESERVED' && stateAt(order, facts.now) === 'EXPIRED') {
      return giveBack(facts, member, order, unitsLeft(facts, order), { state: 'EXPIRED' });
    }
    return unchanged(member, order);
  },
};
