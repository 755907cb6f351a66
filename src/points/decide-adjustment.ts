import { z } from 'zod';
import { idempotencyKey, memberRef, positivePoints } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { type AdjustPointsOutcome, auditAdjustment, bookAdjustment } from './adjust-points.ts';
import {
  AdjustmentDecided,
  AdjustmentExpired,
  AdjustmentNotFound,
  BalanceOutOfRange,
  InsufficientPoints,
  SecondPersonRequired,
} from './points.refusals.ts';

const input = z.object({
  member: memberRef,
  adjustmentId: positivePoints,
  approve: z.boolean(),
  idempotencyKey,
});

export type DecideAdjustmentInput = z.infer<typeof input>;

export const decideAdjustmentRefusals = [
  MemberNotFound,
  AdjustmentNotFound,
  AdjustmentDecided,
  AdjustmentExpired,
  SecondPersonRequired,
  InsufficientPoints,
  BalanceOutOfRange,
];

/**
 * Approves or rejects a correction above the limit. Who asked for it never approves it (S42), but
 * may take it back.
 */
export const decideAdjustment: Operation<DecideAdjustmentInput, AdjustPointsOutcome> = {
  name: 'decideAdjustment',
  input,
  touches: ({ member, adjustmentId }) => ({ member, lots: true, adjustment: adjustmentId }),
  decide(facts, { approve }, now) {
    const member = requireMember(facts);
    const { adjustment: request } = facts;
    if (request === undefined) throw new AdjustmentNotFound();
    if (request.state !== 'PENDING') throw new AdjustmentDecided(request.state);
    const { actor } = facts.caller;
    if (approve) {
      if (actor === request.requestedBy) throw new SecondPersonRequired();
      const { expiresAt } = request;
      if (expiresAt !== null && expiresAt <= now) throw new AdjustmentExpired(expiresAt);
    }
    facts.changes.update('adjustments', request, {
      state: approve ? 'APPROVED' : 'REJECTED',
      decidedBy: actor,
      decidedAt: now,
    });
    auditAdjustment(facts, request, 'decideAdjustment', { state: 'PENDING' });
    if (approve) return bookAdjustment(facts, member, request, request);
    const position = facts.emit(member, 'adjustment.rejected', now, { adjustmentId: request.id });
    return { memberId: member.memberId, entries: [], adjustmentId: request.id, position };
  },
};
