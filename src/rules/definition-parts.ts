/** Pieces that definitions of several kinds of rules share. */
import { z } from 'zod';
import { keyText } from '../engine/inputs.ts';
import { isLocalDate } from '../platform/calendar.ts';
import { listOf, wholeNumber, without } from './shapes.ts';

export const localDate = z
  .string()
  .refine(isLocalDate, 'must be a date of the calendar, YYYY-MM-DD');
const days = wholeNumber(0, 3_650);

/** When points expire, from the local date of their fact (S30). Null instead: never. */
export const expiry = z
  .strictObject({
    /** Calendar days after the local date of the fact. */
    days: days.default(0),
    /** Or calendar months, or years, clamped to the last day of the month reached (S5). */
    months: wholeNumber(0, 120).optional(),
    years: wholeNumber(0, 10).optional(),
    /** Rounded up to the end of that day, month or year; INSTANT: the same local time that day. */
    until: z.enum(['INSTANT', 'END_OF_DAY', 'END_OF_MONTH', 'END_OF_YEAR']),
  })
  .refine((given) => given.until !== 'INSTANT' || countsOf(given).length > 0, {
    path: ['days'],
    message: 'must be at least 1 for INSTANT: points that expire as they are earned are none',
  })
  .superRefine((given, context) => {
    const [first, second] = countsOf(given);
    if (second === undefined) return;
    const message = `there are ${first} already: points live for days, months or years`;
    context.addIssue({ code: 'custom', path: [second], message });
  });
export type Expiry = z.output<typeof expiry>;

/** The units in which a life is counted. */
export const lifeUnits = ['days', 'months', 'years'] as const;
type Counts = { readonly [Unit in (typeof lifeUnits)[number]]?: number | undefined };
const countsOf = (given: Counts) => lifeUnits.filter((unit) => (given[unit] ?? 0) > 0);

/** When points can be spent: at once, from the start of a later day, or once confirmed (S27). */
export const activation = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('AT_ONCE') }, without('days', 'AT_ONCE')),
  z.strictObject({
    mode: z.literal('AFTER_DAYS'),
    /** Local days from the fact's own to the one on which they become active. */
    days: wholeNumber(1, 3_650),
  }),
  z.strictObject({ mode: z.literal('ON_CONFIRMATION') }, without('days', 'ON_CONFIRMATION')),
]);
export type Activation = z.output<typeof activation>;

/** Whom a rule is for: members to whom everything given here applies. */
export const audience = z
  .strictObject({
    /** Keys of tiers; the member has one of them at the time of the fact (S49). */
    tiers: listOf(keyText, 1, 50).optional(),
    /** The member has any of these tags. */
    tags: listOf(keyText, 1, 50).optional(),
    /** Enrolled on this local date or later. */
    memberSinceFrom: localDate.optional(),
    /** Enrolled before this local date. */
    memberSinceBefore: localDate.optional(),
  })
  .refine((given) => Object.values(given).some((value) => value !== undefined), {
    message: 'must say at least one thing; leave it out to mean everybody',
  });
export type Audience = z.output<typeof audience>;
