import { z } from 'zod';
import {
  idempotencyKey,
  instant,
  keyText,
  memberRef,
  quantity,
  shortText,
} from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { creditPoints, type EntrySummary, summarise } from '../points/ledger.ts';
import { lotLife } from '../points/lots.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import { factTime } from '../programs/fact-time.ts';
import { acceptOccurrence, OccurredInFuture, OccurredTooLongAgo } from '../programs/occurrence.ts';
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
  /** When it happened; the moment of recording when absent. */
  occurredAt: instant.optional(),
});

export type RecordActivityInput = z.infer<typeof input>;
export type RecordActivityOutcome = {
  readonly memberId: number;
  readonly type: string;
  readonly reference: string;
  readonly alreadyRecorded: boolean;
  readonly entries: EntrySummary[];
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
  touches: ({ member, type, reference }) => ({ member, activity: { type, reference } }),
  decide(facts, { type, reference, value = null, occurredAt = facts.now }, now) {
    const { program } = facts;
    const member = requireMember(facts);
    const { memberId } = member;
    const known = facts.activity;
    if (known !== undefined) {
      if (known.memberId !== memberId) throw new ActivityReferenceReused();
      const position = member.eventPosition;
      return { memberId, type, reference, alreadyRecorded: true, entries: [], position };
    }
    const time = factTime(program, acceptOccurrence(program, occurredAt, now));
    const rule = program.rules.get(type);
    const entries = [];
    if (rule !== undefined) {
      const source = {
        sourceType: 'ACTIVITY' as const,
        sourceId: `${type}:${reference}`,
        purpose: 'BASE',
        ruleVersion: `rule:${type}@${rule.version}`,
        explanation: { activity: type, version: rule.version, value },
      };
      const life = lotLife(time, now, rule);
      entries.push(creditPoints(facts, member, 'EARN', rule.points, time, source, life));
    }
    const points = rule?.points ?? 0;
    facts.addActivity({
      ...time,
      programId: program.id,
      type,
      reference,
      memberId,
      value,
      recordedAt: now,
      points,
    });
    const summaries = summarise(entries);
    const payload = { activity: type, reference, value, entries: summaries };
    const position = facts.emit(member, 'activity.recorded', time.occurredAt, payload);
    return { memberId, type, reference, alreadyRecorded: false, entries: summaries, position };
  },
};
