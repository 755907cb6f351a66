import { z } from 'zod';
import { memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { evaluateTier, type TierStep } from './member-tier.ts';

const input = z.object({ member: memberRef, idempotencyKey: z.undefined().optional() });

export type EvaluateTierInput = z.infer<typeof input>;
export type EvaluateTierOutcome = { readonly memberId: number; readonly tier?: TierStep };

/** Holds the evaluations of a member's tier that are due. Safe to run late or twice (S46). */
export const evaluateMemberTier: Operation<EvaluateTierInput, EvaluateTierOutcome> = {
  name: 'evaluateTier',
  input,
  touches: ({ member }) => ({ member, earnsBy: null }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const tier = evaluateTier(facts, member);
    if (tier === undefined) return { memberId: member.memberId };
    facts.emit(member, 'tier.changed', now, { tier });
    return { memberId: member.memberId, tier };
  },
};
