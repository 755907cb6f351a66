/** What a task is: something to do, a target, and what its completion pays (S50, S51; ADR 11). */
import { z } from 'zod';
import { keyText, positivePoints, quantity, shortText } from '../engine/inputs.ts';
import { condition } from './condition.ts';
import { activation, audience, expiry, localDate } from './definition-parts.ts';
import { choice, listOf, wholeNumber, without } from './shapes.ts';

/** Which facts advance it. */
export const taskTrigger = z.discriminatedUnion('on', [
  z.strictObject({
    on: z.literal('ACTIVITY'),
    /** The type that activities are recorded with: `share`. */
    type: keyText,
  }),
  z.strictObject({ on: z.literal('CHECK_IN') }, without('type', 'CHECK_IN')),
  z.strictObject({ on: z.literal('REDEMPTION') }, without('type', 'REDEMPTION')),
]);
export type TaskTrigger = z.output<typeof taskTrigger>;

const target = choice(
  {
    /** So many facts. */
    count: z.strictObject({ count: wholeNumber(1, 1_000_000) }),
    /** Facts whose values add up to so much: an activity's value, a redemption's points. */
    value: z.strictObject({ value: positivePoints }),
  },
  'must be `count` or `value`',
);

const keys = listOf(keyText, 1, 50);
const of = choice(
  {
    all: z.strictObject({ all: keys }),
    any: z.strictObject({ any: keys, count: wholeNumber(1, 50) }),
  },
  'must be `all`, or `any` and `count`',
);

const daysOnly = {
  error: ({ code }: z.core.$ZodRawIssue) =>
    code === 'unrecognized_keys' ? 'is for DAYS only' : undefined,
};

/** When it begins anew, by local dates (S51). */
const period = z.discriminatedUnion('every', [
  z.strictObject({ every: z.literal('ONCE') }, daysOnly),
  z.strictObject({ every: z.literal('DAILY') }, daysOnly),
  z.strictObject({ every: z.literal('WEEKLY') }, daysOnly),
  z.strictObject({ every: z.literal('MONTHLY') }, daysOnly),
  z.strictObject({
    every: z.literal('DAYS'),
    days: wholeNumber(2, 366),
    /** CALENDAR: counted from the first date, or else from Monday 1970-01-05, for everybody. */
    from: z.enum(['CALENDAR', 'FIRST_ACT']),
  }),
]);
export type TaskPeriod = z.output<typeof period>;

/** Something to do: facts of a trigger up to a target, or other tasks (`of`: a composite). */
export const task = z.strictObject({
  /** For members. */
  title: shortText,
  description: shortText.optional(),
  trigger: taskTrigger.optional(),
  /** Facts that do not fulfil it do not count. */
  condition: condition.optional(),
  target: target.optional(),
  /** A composite: progress is how many of these tasks were completed in its period. */
  of: of.optional(),
  period: period.default({ every: 'ONCE' }),
  /** Whom it is for, as of when the fact is counted; others do not see it. */
  audience: audience.optional(),
  /** Keys of tasks; only facts that happened after each was completed once count. */
  requires: listOf(keyText, 0, 20).default([]),
  /** First and last local date of facts that count, both included. */
  firstDate: localDate.optional(),
  lastDate: localDate.optional(),
  /** What a completion pays; no multiplier applies. 0: nothing, it is a step of another task. */
  points: quantity,
  activation: activation.default({ mode: 'AT_ONCE' }),
  /** Null: its points never expire. */
  expiry: expiry.nullable().default(null),
  /** AUTOMATIC: paid as it is completed. BY_HAND: the member claims it. */
  claim: z.enum(['AUTOMATIC', 'BY_HAND']).default('AUTOMATIC'),
  /** It can be claimed until the end of so many local days after its completion. Null: always. */
  claimDays: wholeNumber(0, 366).nullable().default(null),
  /** Whether a completion is taken back when its facts are (S50). */
  rollback: z.boolean().default(true),
});
export type Task = z.output<typeof task>;

/** What completes it: a number of facts, a value, or a number of other tasks. */
export function targetOf({ target: own, of: parts }: Task): number {
  if (parts !== undefined) return 'all' in parts ? parts.all.length : parts.count;
  if (own === undefined) return 1;
  return 'count' in own ? own.count : own.value;
}

/** Keys of the tasks that a composite is made of. */
export const partsOf = ({ of: parts }: Task): readonly string[] =>
  parts === undefined ? [] : 'all' in parts ? parts.all : parts.any;

/** Keys of all tasks that it looks at: what must come first, and its parts. */
export const neededBy = (definition: Task): readonly string[] => [
  ...definition.requires,
  ...partsOf(definition),
];
