import { z } from 'zod';
import { idempotencyKey, instant, memberRef, positivePoints, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { HoldRow } from '../engine/rows.ts';
import { limits } from '../limits.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { InputError } from '../platform/refusal.ts';
import { InsufficientPoints } from '../points/points.refusals.ts';
import { expireHolds, pinPoints } from './hold-steps.ts';

const input = z.object({
  member: memberRef,
  points: positivePoints,
  /** What it is for, in the caller's words. */
  reason: shortText,
  /** When it ends by itself. */
  expiresAt: instant,
  idempotencyKey,
});

export type HoldPointsInput = z.infer<typeof input>;
export type HoldOutcome = {
  readonly memberId: number;
  readonly holdId: number;
  readonly position: number;
};

export const holdPointsRefusals = [MemberNotFound, InsufficientPoints];

/** Sets points aside: available no more, but still in the balance until they are captured (S41). */
export const holdPoints: Operation<HoldPointsInput, HoldOutcome> = {
  name: 'holdPoints',
  input,
  touches: ({ member }) => ({ member, lots: true, holds: true }),
  decide(facts, { points, reason, expiresAt }, now) {
    const member = requireMember(facts);
    const longest = new Date(now.getTime() + limits.holdMs);
    if (expiresAt <= now || expiresAt > longest) {
      throw new InputError('expiresAt', 'must lie in the future, at most a year ahead');
    }
    expireHolds(facts, member);
    const hold: HoldRow = {
      id: facts.holds.newId(),
      programId: facts.program.id,
      memberId: member.memberId,
      points,
      captured: 0,
      state: 'HELD',
      reason,
      createdAt: now,
      expiresAt,
      closedAt: null,
    };
    pinPoints(facts, member, hold);
    const payload = { holdId: hold.id, points };
    const position = facts.emit(member, 'points.held', now, payload);
    return { memberId: member.memberId, holdId: hold.id, position };
  },
};
