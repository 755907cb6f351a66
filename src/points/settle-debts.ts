import { z } from 'zod';
import { memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { expireHolds } from '../holds/hold-steps.ts';
import { requireMember } from '../members/member-steps.ts';
import { settleDebts } from './ledger.ts';

const input = z.object({ member: memberRef, idempotencyKey: z.undefined().optional() });

export type SettleDebtsInput = z.infer<typeof input>;
export type SettleDebtsOutcome = { readonly memberId: number; readonly repaid: number };

/**
 * Repays what a member owes from points that became active since they were earned (S27, S33)
 * or that no hold sets aside any more. Safe
 * to run late or twice: what is owed is not available meanwhile.
 */
export const settleMemberDebts: Operation<SettleDebtsInput, SettleDebtsOutcome> = {
  name: 'settleDebts',
  input,
  touches: ({ member }) => ({ member, lots: true }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const before = member.debt;
    expireHolds(facts, member);
    settleDebts(facts, member);
    const repaid = before - member.debt;
    if (repaid > 0) facts.emit(member, 'points.repaid', now, { points: repaid });
    return { memberId: member.memberId, repaid };
  },
};
