import { z } from 'zod';
import { isFor } from '../earning/audience.ts';
import type { Facts } from '../engine/facts.ts';
import { idempotencyKey, keyText, memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { MemberState, TaskPeriodRow } from '../engine/rows.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { isLocalDate, type LocalDate } from '../platform/calendar.ts';
import type { Refusal } from '../platform/refusal.ts';
import type { EntrySummary } from '../points/ledger.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import { factTime } from '../programs/fact-time.ts';
import { type Task, targetOf } from '../rules/task-definition.ts';
import { oneInForce } from '../rules/versioned.ts';
import { effectiveTierKey, type TierStep } from '../tiers/member-tier.ts';
import { claimEnd } from './claim-time.ts';
import { calendarStart, ONCE } from './periods.ts';
import { payTask, taskOf } from './settle.ts';
import {
  TaskAlreadyClaimed,
  TaskClaimClosed,
  TaskNotCompleted,
  TaskNotFound,
  TaskPaidByItself,
} from './tasks.refusals.ts';

const input = z.object({
  member: memberRef,
  key: keyText,
  /** First date of the period; the newest that can be claimed when absent. */
  periodStart: z
    .string()
    .refine(isLocalDate, 'must be a date of the calendar, YYYY-MM-DD')
    .optional(),
  idempotencyKey,
});

export type ClaimTaskInput = z.infer<typeof input>;
export type ClaimTaskOutcome = {
  readonly memberId: number;
  readonly key: string;
  readonly entries: EntrySummary[];
  readonly withheld: EntrySummary[];
  readonly tier?: TierStep;
  readonly position: number;
};

export const claimTaskRefusals = [
  MemberNotFound,
  TaskNotFound,
  TaskNotCompleted,
  TaskPaidByItself,
  TaskAlreadyClaimed,
  TaskClaimClosed,
  BalanceOutOfRange,
];

/** Pays a completed task that is claimed by hand; dated as the claim. */
export const claimTask: Operation<ClaimTaskInput, ClaimTaskOutcome> = {
  name: 'claimTask',
  input,
  touches: ({ member, key, periodStart = null }) => ({
    member,
    lots: true,
    earnsBy: null,
    task: { key, periodStart },
  }),
  decide(facts, { key, periodStart }, now) {
    const member = requireMember(facts);
    const { memberId } = member;
    // Which one is chosen here, where it is known what commands before this one took.
    const rows = facts.taskPeriods;
    const isOpen = ({ completedAt, settlement }: TaskPeriodRow) =>
      completedAt !== null && !settlement.paid;
    const row = rows.find((one) => whyNot(facts, one, key) === undefined) ?? rows.find(isOpen);
    const closest = row ?? rows[0];
    if (closest === undefined) throw whyNotStarted(facts, member, { key, periodStart });
    const refusal = whyNot(facts, closest, key);
    if (refusal !== undefined) throw refusal;
    return { memberId, key, ...payTask(facts, member, closest, now, false) };
  },
};

/** Why a period cannot be claimed now; undefined when it can. */
function whyNot(facts: Facts, row: TaskPeriodRow, key: string): Refusal | undefined {
  const { completedDate, settlement, progress, target } = row;
  if (settlement.paid) return new TaskAlreadyClaimed(settlement.settledAt);
  const { definition } = taskOf(facts, row);
  if (definition.claim === 'AUTOMATIC') return new TaskPaidByItself();
  if (completedDate === null) {
    const { memberId } = settlement;
    return new TaskNotCompleted({ memberId, key }, Math.min(progress, target), target);
  }
  const closedAt = claimEnd(facts.program, definition, completedDate);
  return closedAt !== null && closedAt <= facts.now ? new TaskClaimClosed(closedAt) : undefined;
}

type Wanted = Pick<ClaimTaskInput, 'key' | 'periodStart'>;

/** Of a task nothing was done for yet: whether the member may know of it. */
function whyNotStarted(facts: Facts, member: MemberState, { key, periodStart }: Wanted) {
  const { program, now } = facts;
  const task = oneInForce(
    program.tasks.filter((one) => one.key === key),
    now,
  );
  if (task === undefined) return new TaskNotFound();
  const tierKey = effectiveTierKey(facts, member.tierKey, now);
  const time = factTime(program, now);
  const { audience } = task.definition;
  if (!isFor(audience, member, { tierKey, time })) return new TaskNotFound();
  if (task.definition.claim === 'AUTOMATIC') return new TaskPaidByItself();
  const { memberId } = member;
  const wrong = periodStart === undefined ? undefined : whyNoPeriod(task.definition, periodStart);
  return new TaskNotCompleted({ memberId, key }, 0, targetOf(task.definition), wrong);
}

/** Why no period of a task begins on a date; undefined when one may. */
function whyNoPeriod(task: Task, date: LocalDate): string | undefined {
  const start = calendarStart(task, date);
  if (start === ONCE) return 'The task is done once: leave `periodStart` out.';
  if (start === undefined) return `The member began no period of the task on ${date}.`;
  if (start === date) return undefined;
  return `No period of the task begins on ${date}: the one that holds it begins on ${start}.`;
}
