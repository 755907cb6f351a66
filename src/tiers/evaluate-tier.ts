import { z } from 'zod';
import { memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { holdDueTiers, type TierStep } from './member-tier.ts';

const input = z.object({ member: memberRef, idempotencyKey: z.undefined().optional() });

export type EvaluateTierInput = z.infer<typeof input>;
export type EvaluateTierOutcome = { readonly memberId: number; readonly tiers: TierStep[] };

/**
 * Holds what is due of a member's tier: evaluations, and tiers that came into force. Safe to run
 * late or twice (S46).
 */
export const evaluateMemberTier: Operation<EvaluateTierInput, EvaluateTierOutcome> = {
  name: 'evaluateTier',
  input,
  touches: ({ member }) => ({ member, earnsBy: null }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const tiers = holdDueTiers(facts, member);
    if (tiers.length > 0) facts.emit(member, 'tier.changed', now, { tiers });
    return { memberId: member.memberId, tiers };
  },
};
