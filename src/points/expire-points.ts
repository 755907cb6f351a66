import { z } from 'zod';
import { memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { factTime } from '../programs/fact-time.ts';
import { type EntrySummary, expireLots, summarise } from './ledger.ts';

const input = z.object({ member: memberRef, idempotencyKey: z.undefined().optional() });

export type ExpirePointsInput = z.infer<typeof input>;
export type ExpirePointsOutcome = { readonly memberId: number; readonly entries: EntrySummary[] };

/**
 * Books the expiry of a member's lots whose time has come. Safe to run late or twice: an expired
 * lot cannot be spent before it is booked (S30), and has nothing left afterwards.
 */
export const expirePoints: Operation<ExpirePointsInput, ExpirePointsOutcome> = {
  name: 'expirePoints',
  input,
  touches: ({ member }) => ({ member, lots: true }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const entries = summarise(expireLots(facts, member, (at) => factTime(facts.program, at)));
    if (entries.length > 0) facts.emit(member, 'points.expired', now, { entries });
    return { memberId: member.memberId, entries };
  },
};
