import { z } from 'zod';
import { idempotencyKey, instant, memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import { acceptOccurrence, OccurredInFuture, OccurredTooLongAgo } from '../programs/occurrence.ts';
import { type CheckInOutcome, recordCheckIn } from './record-check-in.ts';

const input = z.object({
  member: memberRef,
  /** When the member was there; the moment of recording when absent. */
  occurredAt: instant.optional(),
  idempotencyKey,
});

export type CheckInInput = z.infer<typeof input>;

export const checkInRefusals = [
  MemberNotFound,
  OccurredInFuture,
  OccurredTooLongAgo,
  BalanceOutOfRange,
];

/** Checks a member in, once a local day. */
export const checkIn: Operation<CheckInInput, CheckInOutcome> = {
  name: 'checkIn',
  input,
  touches: ({ member, occurredAt }) => ({
    member,
    checkInAt: occurredAt ?? null,
    earnsBy: 'CHECK_IN',
    earnsAt: occurredAt ?? null,
  }),
  decide(facts, { occurredAt = facts.now }, now) {
    const member = requireMember(facts);
    return recordCheckIn(facts, member, acceptOccurrence(facts.program, occurredAt, now));
  },
};
