import { z } from 'zod';
import {
  idempotencyKey,
  instant,
  keyText,
  memberRef,
  shortText,
  signedPoints,
} from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { InputError } from '../platform/refusal.ts';
import { factTime } from '../programs/fact-time.ts';
import { creditPoints, debitPoints, type EntrySummary, summarise } from './ledger.ts';
import { BalanceOutOfRange, InsufficientPoints } from './points.refusals.ts';

const input = z.object({
  member: memberRef,
  /** Points to add (positive) or to take (negative). */
  amount: signedPoints,
  /** Why, as a code of the operator's. */
  reason: keyText,
  /** Why, in words. */
  note: shortText.optional(),
  /** When the added points expire (absent: never); points taken have no such date. */
  expiresAt: instant.optional(),
  idempotencyKey,
});

export type AdjustPointsInput = z.infer<typeof input>;
export type AdjustPointsOutcome = {
  readonly memberId: number;
  readonly entries: EntrySummary[];
  readonly position: number;
};

export const adjustPointsRefusals = [MemberNotFound, InsufficientPoints, BalanceOutOfRange];

/** Corrects a balance by hand, with a reason (S42). Counts neither as earned nor on boards. */
export const adjustPoints: Operation<AdjustPointsInput, AdjustPointsOutcome> = {
  name: 'adjustPoints',
  input: input.refine(({ amount, expiresAt }) => amount > 0 || expiresAt === undefined, {
    path: ['expiresAt'],
    message: 'only points that are added can expire',
  }),
  touches: ({ member, amount }) => ({ member, lots: amount < 0 }),
  decide(facts, { amount, reason, note = null, expiresAt = null }, now) {
    const member = requireMember(facts);
    if (expiresAt !== null && expiresAt <= now) {
      throw new InputError('expiresAt', 'must lie in the future');
    }
    const time = factTime(facts.program, now);
    const source = {
      sourceType: 'ADJUSTMENT' as const,
      sourceId: `${member.memberId}:${member.entrySeq + 1}`,
      purpose: 'CORRECTION',
      ruleVersion: null,
      explanation: { reason, note },
    };
    const entry =
      amount > 0
        ? creditPoints(facts, member, 'ADJUSTMENT', amount, time, source, {
            activatesAt: now,
            expiresAt,
          })
        : debitPoints(facts, member, 'ADJUSTMENT', -amount, time, source);
    const entries = summarise([entry]);
    const position = facts.emit(member, 'points.adjusted', now, { reason, entries });
    return { memberId: member.memberId, entries, position };
  },
};
