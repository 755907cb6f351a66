import { z } from 'zod';
import { keyText, memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { isLocalDate } from '../platform/calendar.ts';
import { payTask, takeBackTask, taskOf } from './settle.ts';

const input = z.object({
  member: memberRef,
  key: keyText,
  periodStart: z.string().refine(isLocalDate, 'must be a date of the calendar, YYYY-MM-DD'),
  /** No subscriber is told. */
  quiet: z.boolean(),
  idempotencyKey: z.undefined().optional(),
});

export type SettleTaskInput = z.infer<typeof input>;

/**
 * Makes what was paid for a period of a task fit its completion. Safe to run late, twice, or on two
 * nodes: it looks at both under the member's lock, and finds nothing to do the second time.
 */
export const settleTask: Operation<SettleTaskInput, { readonly memberId: number }> = {
  name: 'settleTask',
  input,
  touches: ({ member, key, periodStart }) => ({
    member,
    lots: true,
    earnsBy: null,
    task: { key, periodStart },
  }),
  decide(facts, { quiet }) {
    const member = requireMember(facts);
    const { memberId } = member;
    const [row] = facts.taskPeriods;
    if (row === undefined) return { memberId };
    const { completedAt, settlement } = row;
    const byHand = taskOf(facts, row).definition.claim === 'BY_HAND';
    if (completedAt !== null && !settlement.paid && !byHand) {
      payTask(facts, member, row, completedAt, quiet);
    }
    if (completedAt === null && settlement.paid) takeBackTask(facts, member, row, quiet);
    return { memberId };
  },
};
