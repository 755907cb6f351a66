import { z } from 'zod';
import { externalId, instant } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { addMember } from '../members/member-steps.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import { noLaterThanNow, OccurredInFuture } from '../programs/occurrence.ts';
import { type CheckInOutcome, recordCheckIn } from './record-check-in.ts';

const input = z.object({
  externalId,
  occurredAt: instant,
  /** Imports need none: the record itself tells a repeat. */
  idempotencyKey: z.undefined().optional(),
});

export type ImportCheckInInput = z.infer<typeof input>;

export const importCheckInRefusals = [OccurredInFuture, BalanceOutOfRange];

const noProfile = (displayName: string) => ({ displayName, birthday: null, tags: [] });

/** Takes over a check-in of any age from another system, enrolling whoever is not yet a member. */
export const importCheckIn: Operation<ImportCheckInInput, CheckInOutcome> = {
  name: 'importCheckIn',
  input,
  touches: ({ externalId, occurredAt }) => ({
    member: { externalId },
    enrols: true,
    checkInAt: occurredAt,
    earnsBy: 'CHECK_IN',
    earnsAt: occurredAt,
  }),
  decide(facts, { externalId, occurredAt }, now) {
    const at = noLaterThanNow(occurredAt, now);
    const member = facts.member ?? addMember(facts, externalId, noProfile(externalId));
    return recordCheckIn(facts, member, at);
  },
};
