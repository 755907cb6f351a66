import { z } from 'zod';
import { idempotencyKey, memberRef, positivePoints, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import {
  isByMember,
  moveOrder,
  type OrderOutcome,
  requireMove,
  requireOrder,
  rewardOf,
  unchanged,
} from './order-steps.ts';
import { NotByMember, RedemptionMoveRefused, RedemptionNotFound } from './redemptions.refusals.ts';
import { confirmedState, whyNotByMember } from './states.ts';

const input = z.object({
  member: memberRef,
  redemptionId: positivePoints,
  /** The order's reward: its codes may be given out. */
  rewardId: positivePoints,
  note: shortText.optional(),
  idempotencyKey,
});

export type ConfirmRedemptionInput = z.infer<typeof input>;

export const confirmRedemptionRefusals = [RedemptionNotFound, NotByMember, RedemptionMoveRefused];

/**
 * Confirms a reservation: it does not end by itself any more; a coupon gets its codes. Repeating it
 * on an order that stands where a confirmation leads changes nothing.
 */
export const confirmRedemption: Operation<ConfirmRedemptionInput, OrderOutcome> = {
  name: 'confirmRedemption',
  input,
  touches: ({ member, redemptionId, rewardId }) => ({
    member,
    redemption: redemptionId,
    reward: rewardId,
  }),
  decide(facts, { note }) {
    const { member, order } = requireOrder(facts);
    const { memberCancels } = rewardOf(facts);
    const why = isByMember(facts) ? whyNotByMember('CONFIRM', order, memberCancels) : undefined;
    if (why !== undefined) throw new NotByMember(why);
    const to = confirmedState(order.kind);
    if (order.state === to) return unchanged(member, order);
    requireMove(facts, order, to);
    if (to === 'ISSUED') facts.orders.assignCodes(order, order.quantity - order.cancelledUnits);
    return moveOrder(facts, member, order, { to, note });
  },
};
