import { z } from 'zod';
import { idempotencyKey, memberRef, positivePoints } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { moveOrder, type OrderOutcome, unitsLeft } from './order-steps.ts';
import { CodeNotFound, CodeNotUsable } from './redemptions.refusals.ts';

/** The code by its number: what it says is kept in no receipt (S57). */
const input = z.object({
  member: memberRef,
  redemptionId: positivePoints,
  codeId: positivePoints,
  idempotencyKey,
});

export type UseRewardCodeInput = z.infer<typeof input>;

export const useRewardCodeRefusals = [CodeNotFound, CodeNotUsable];

/** Marks one code of an order as used, once; the order is when all of its units are. */
export const useRewardCode: Operation<UseRewardCodeInput, OrderOutcome> = {
  name: 'useRewardCode',
  input,
  touches: ({ member, redemptionId }) => ({ member, redemption: redemptionId }),
  decide(facts, { codeId }, now) {
    const { member } = facts;
    const { order } = facts.orders;
    const code = order && facts.orders.codes(order).find(({ id }) => id === codeId);
    if (member === undefined || order === undefined || code === undefined) throw new CodeNotFound();
    if (code.state !== 'ASSIGNED') throw new CodeNotUsable(code.state);
    facts.changes.update('codes', code, { state: 'USED', usedAt: now });
    const to = unitsLeft(facts, order) === 0 ? 'USED' : order.state;
    return moveOrder(facts, member, order, { to });
  },
};
