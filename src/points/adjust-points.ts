import { z } from 'zod';
import type { Facts } from '../engine/facts.ts';
import {
  idempotencyKey,
  instant,
  keyText,
  memberRef,
  shortText,
  signedPoints,
} from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { AdjustmentRow, MemberState } from '../engine/rows.ts';
import { expireHolds } from '../holds/hold-steps.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { InputError } from '../platform/refusal.ts';
import { factTime } from '../programs/fact-time.ts';
import { oneInForce } from '../rules/versioned.ts';
import { chooseLots, creditPoints, debitPoints, type EntrySummary, summarise } from './ledger.ts';
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
  /** The correction; empty while it waits for a second person. */
  readonly entries: EntrySummary[];
  /** The request, if the program's limit made one necessary. */
  readonly adjustmentId: number | null;
  readonly position: number;
};

export const adjustPointsRefusals = [MemberNotFound, InsufficientPoints, BalanceOutOfRange];

/**
 * Corrects a balance by hand, with a reason. Above the program's limit it only asks: a second
 * person has to approve (S42). Counts neither as earned nor on boards.
 */
export const adjustPoints: Operation<AdjustPointsInput, AdjustPointsOutcome> = {
  name: 'adjustPoints',
  input: input.refine(({ amount, expiresAt }) => amount > 0 || expiresAt === undefined, {
    path: ['expiresAt'],
    message: 'only points that are added can expire',
  }),
  touches: ({ member, amount }) => ({ member, lots: amount < 0, asks: true }),
  decide(facts, { amount, reason, note = null, expiresAt = null }, now) {
    const member = requireMember(facts);
    if (expiresAt !== null && expiresAt <= now) {
      throw new InputError('expiresAt', 'must lie in the future');
    }
    const policy = oneInForce(facts.program.policies, now)?.definition;
    const reasons = policy?.adjustmentReasons ?? [];
    if (reasons.length > 0 && !reasons.includes(reason)) {
      throw new InputError('reason', `must be one of ${reasons.join(', ')}`);
    }
    const correction = { amount, reason, note, expiresAt };
    const limit = policy?.adjustmentLimit ?? null;
    if (limit === null || Math.abs(amount) <= limit) {
      return bookAdjustment(facts, member, correction, null);
    }
    if (amount < 0) {
      expireHolds(facts, member);
      chooseLots(facts, member, -amount); // Nobody is asked for what cannot be taken.
    }
    const { memberId } = member;
    const adjustmentId = facts.newAdjustmentId();
    const request: AdjustmentRow = {
      id: adjustmentId,
      programId: facts.program.id,
      memberId,
      state: 'PENDING',
      requestedBy: facts.caller.actor,
      requestedAt: now,
      decidedBy: null,
      decidedAt: null,
      ...correction,
    };
    facts.changes.insert('adjustments', request);
    auditAdjustment(facts, request, 'requestAdjustment', null);
    const position = facts.emit(member, 'adjustment.requested', now, { adjustmentId });
    return { memberId, entries: [], adjustmentId, position };
  },
};

/** Leaves the audit row of a request or of its decision (S42). */
export function auditAdjustment(
  { changes, program, caller, now }: Facts,
  { id, amount, reason, state }: AdjustmentRow,
  action: 'requestAdjustment' | 'decideAdjustment',
  before: { readonly state: string } | null,
): void {
  changes.insert('audits', {
    programId: program.id,
    actor: caller.actor,
    action,
    target: `adjustment:${id}`,
    before: before && { state: before.state },
    after: { state, amount, reason },
    at: now,
  });
}

type Correction = Pick<AdjustmentRow, 'amount' | 'reason' | 'note' | 'expiresAt'>;

/** Writes a correction to the ledger. */
export function bookAdjustment(
  facts: Facts,
  member: MemberState,
  { amount, reason, note, expiresAt }: Correction,
  request: AdjustmentRow | null,
): AdjustPointsOutcome {
  const { now, program } = facts;
  const time = factTime(program, now);
  const adjustmentId = request?.id ?? null;
  const source = {
    sourceType: 'ADJUSTMENT' as const,
    sourceId: `${member.memberId}:${member.entrySeq + 1}`,
    purpose: 'CORRECTION',
    ruleVersion: null,
    explanation: {
      reason,
      note,
      ...(request !== null && {
        adjustment: request.id,
        requestedBy: request.requestedBy,
        decidedBy: request.decidedBy,
      }),
    },
  };
  if (amount < 0) expireHolds(facts, member);
  const entry =
    amount > 0
      ? creditPoints(facts, member, 'ADJUSTMENT', amount, time, source, {
          activatesAt: now,
          expiresAt,
        })
      : debitPoints(facts, member, 'ADJUSTMENT', -amount, time, source);
  const entries = summarise([entry]);
  const position = facts.emit(member, 'points.adjusted', now, { reason, entries });
  return { memberId: member.memberId, entries, adjustmentId, position };
}
