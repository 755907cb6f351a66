import { z } from 'zod';
import { type EarnedWithTier, earn, toldOf } from '../earning/earn.ts';
import type { KnownActivity } from '../engine/engine.sql.ts';
import {
  idempotencyKey,
  instant,
  keyText,
  memberRef,
  positivePoints,
  quantity,
  shortText,
} from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { limits } from '../limits.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { earlier } from '../platform/calendar.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import { factTime } from '../programs/fact-time.ts';
import { acceptOccurrence, OccurredInFuture, OccurredTooLongAgo } from '../programs/occurrence.ts';
import { triggerKey } from '../rules/versioned.ts';
import { ActivityReferenceReused } from './activities.refusals.ts';

const input = z.object({
  // First, so that it is named when it is wrong: a reference may be made from it.
  idempotencyKey,
  member: memberRef,
  type: keyText,
  /** The caller's id of the fact, unique within the type: a repeat pays nothing (S24). */
  reference: shortText,
  /** How much of it there was, e.g. the amount of a purchase in the smallest unit of money. */
  value: quantity.optional(),
  /** How many items it had; they can be returned one by one. 1 when absent. */
  units: positivePoints.optional(),
  /** What else rules may ask of it: `channel` → `app`. */
  attributes: z
    .record(keyText, shortText)
    .refine((given) => Object.keys(given).length <= limits.activityAttributesMax, {
      message: `may have at most ${limits.activityAttributesMax} entries`,
    })
    .optional(),
  /** When it happened; the moment of recording when absent. */
  occurredAt: instant.optional(),
});

export type RecordActivityInput = z.infer<typeof input>;
export type RecordActivityOutcome = EarnedWithTier & {
  readonly memberId: number;
  readonly type: string;
  readonly reference: string;
  readonly alreadyRecorded: boolean;
  /** Recorded before, with another value, number of items or time than this command says. */
  readonly differs?: true;
  /** The event's position (of the member's newest event when nothing was done). */
  readonly position: number;
};

export const recordActivityRefusals = [
  MemberNotFound,
  OccurredInFuture,
  OccurredTooLongAgo,
  ActivityReferenceReused,
  BalanceOutOfRange,
];

/** Records that a member did something elsewhere, and pays what the rule for its type says. */
export const recordActivity: Operation<RecordActivityInput, RecordActivityOutcome> = {
  name: 'recordActivity',
  input,
  touches: ({ member, type, reference, occurredAt }) => ({
    member,
    activity: { type, reference },
    earnsBy: triggerKey({ on: 'ACTIVITY', type }),
    earnsAt: occurredAt ?? null,
  }),
  decide(facts, input, now) {
    const { type, reference, value = null, units = 1, attributes = {} } = input;
    const { occurredAt = now } = input;
    const { program } = facts;
    const member = requireMember(facts);
    const { memberId } = member;
    const known = facts.activity;
    if (known !== undefined) {
      if (known.memberId !== memberId) throw new ActivityReferenceReused();
      const position = member.eventPosition;
      const nothing = {
        ...(differs(known, input) && { differs: true as const }),
        ...{ entries: [], withheld: [], position },
      };
      return { memberId, type, reference, alreadyRecorded: true, ...nothing };
    }
    const time = factTime(program, acceptOccurrence(program, occurredAt, now));
    const source = { sourceType: 'ACTIVITY' as const, sourceId: `${type}:${reference}` };
    const numbers = value === null ? { units } : { value, units };
    const fact = { trigger: { on: 'ACTIVITY' as const, type }, time, numbers, attributes };
    const paid = earn(facts, member, fact, {
      source,
      explanation: { activity: type, value, ...(units !== 1 && { units }) },
    });
    const points = paid.entries.reduce((sum, entry) => sum + entry.amount, 0);
    facts.addActivity({
      programId: program.id,
      type,
      reference,
      memberId,
      value,
      units,
      returnedUnits: 0,
      recordedAt: now,
      points,
      ...time,
    });
    const payload = {
      activity: type,
      reference,
      value,
      units,
      ...(input.attributes !== undefined && { attributes }),
      ...toldOf(paid),
    };
    const position = facts.emit(member, 'activity.recorded', time.occurredAt, payload);
    return { memberId, type, reference, alreadyRecorded: false, position, ...paid };
  },
};

/** Whether a repeat tells something else; what was dated ahead was judged as of its recording. */
function differs(known: KnownActivity, given: RecordActivityInput): boolean {
  const { value = null, units = 1, occurredAt } = given;
  if (known.value !== value || known.units !== units) return true;
  if (occurredAt === undefined) return false;
  return earlier(occurredAt, known.recordedAt).getTime() !== known.occurredAt.getTime();
}
