/**
 * What an operator can set, by kind: the definitions that rule versions hold as JSON (ADR 9).
 * A schema refuses what no rule could mean; publish-checks.ts refuses what nobody would want.
 * Dates are local dates of the program; points, values and budgets are whole numbers.
 */
import { z } from 'zod';
import { exact, keyText, positivePoints, quantity, shortText } from '../engine/inputs.ts';
import { badge } from './badge-definition.ts';
import { condition } from './condition.ts';
import { activation, audience, expiry, localDate } from './definition-parts.ts';
import {
  choice,
  listOf,
  type Problem,
  plainWords,
  problemsOf,
  wholeNumber,
  without,
} from './shapes.ts';
import { task } from './task-definition.ts';

export type { Badge, BadgeCriterion } from './badge-definition.ts';
export {
  type Activation,
  type Audience,
  activation,
  audience,
  type Expiry,
  expiry,
} from './definition-parts.ts';
export type { Task, TaskTrigger } from './task-definition.ts';

/** Points up to which something pays. */
const limitOf = (what: string) =>
  exact.refine((value) => value > 0, {
    error: ({ input }) =>
      `a ${what} of ${input} would pay nothing: leave the ${what} out or retire the rule`,
  });

/** Points in all, to everybody. */
const budget = limitOf('budget');

/** The most that one member gets in a local day, week or month (S37). */
export const cap = z.strictObject({
  /** Its window follows the local date of the fact. */
  period: z.enum(['DAY', 'WEEK', 'MONTH']),
  /** Points in one such period; what would be above is cut off. */
  points: limitOf('cap'),
});
export type Cap = z.output<typeof cap>;

const caps = listOf(cap, 0, 10).default([]);

/** What a rule is about: activities of a type, check-ins, or enrolments. */
export const trigger = z.discriminatedUnion('on', [
  z.strictObject({
    on: z.literal('ACTIVITY'),
    /** The type that activities are recorded with: `purchase`. */
    type: keyText,
  }),
  z.strictObject({ on: z.literal('CHECK_IN') }, without('type', 'CHECK_IN')),
  z.strictObject({ on: z.literal('ENROLMENT') }, without('type', 'ENROLMENT')),
]);
export type Trigger = z.output<typeof trigger>;

/** A row of a table: values in [from, below) pay `points`; null has no upper end. */
export const tableRow = z.strictObject({
  from: quantity,
  below: quantity.nullable().default(null),
  points: quantity,
});
export type TableRow = z.output<typeof tableRow>;

/** What one fact pays, before multipliers: the same for all, by its value, or by a table. */
export const basePoints = choice(
  {
    fixed: z.strictObject({ fixed: positivePoints }),
    perUnit: z.strictObject({
      perUnit: z.strictObject({
        /** Points for each `unit` of the value: 1 point for each 1,000 cents. */
        points: positivePoints,
        unit: positivePoints,
        /** How the award's fraction is rounded, once, after the multipliers; NEAREST: half up. */
        rounding: z.enum(['DOWN', 'UP', 'NEAREST']),
      }),
    }),
    table: z.strictObject({ table: listOf(tableRow, 1, 100) }),
  },
  'must be `fixed`, `perUnit` or `table`',
);
export type BasePoints = z.output<typeof basePoints>;

/** What an activity, a check-in or an enrolment pays. */
export const earningRule = z.strictObject({
  trigger,
  /** For people; members may see it. */
  title: shortText.optional(),
  /** Facts that do not fulfil it are not paid. */
  condition: condition.optional(),
  /** Whom it pays; everybody when left out. */
  audience: audience.optional(),
  /** First and last local date of facts it pays, both included. */
  firstDate: localDate.optional(),
  lastDate: localDate.optional(),
  points: basePoints,
  /** Higher goes first: into caps, and within its group. */
  priority: wholeNumber(-1_000, 1_000).default(0),
  /** Of the rules of one group only the first that applies pays. Without a group they add up. */
  exclusiveGroup: keyText.optional(),
  activation: activation.default({ mode: 'AT_ONCE' }),
  /** Null: its points never expire. */
  expiry: expiry.nullable().default(null),
  /** For each member, by this rule alone. */
  caps,
  /** Points it may pay in all, to everybody (S38). Null: no end. */
  budget: budget.nullable().default(null),
});
export type EarningRule = z.output<typeof earningRule>;

/** When a campaign runs: between two local dates, both included, or around a member's birthday. */
export const campaignTime = choice(
  {
    birthday: z.strictObject({
      /** Local days before and after the birthday, which itself is always included. */
      birthday: z.strictObject({ daysBefore: wholeNumber(0, 31), daysAfter: wholeNumber(0, 31) }),
    }),
    firstDate: z.strictObject({ firstDate: localDate, lastDate: localDate }),
  },
  'must be `firstDate` and `lastDate`, or `birthday`',
);
export type CampaignTime = z.output<typeof campaignTime>;

/** A multiplier of what other rules pay. */
export const campaign = z.strictObject({
  title: shortText.optional(),
  when: campaignTime,
  /** What it multiplies; everything when empty. */
  triggers: listOf(trigger, 0, 50).default([]),
  condition: condition.optional(),
  audience: audience.optional(),
  /** 200 is double. */
  percent: wholeNumber(101, 10_000, ': 200 is double'),
  /** Its place in the order base → tier → campaigns → boosts (S39). */
  layer: z.enum(['CAMPAIGN', 'BOOST']).default('CAMPAIGN'),
  /** At most one exclusive campaign counts for a fact. */
  exclusive: z.boolean().default(false),
  /** Points it may add in all, to everybody (S38). Null: no end. */
  budget: budget.nullable().default(null),
});
export type Campaign = z.output<typeof campaign>;

/** Check-ins on `days` days of one cycle pay `points`, once (S16). */
export const milestone = z.strictObject({
  days: wholeNumber(1, 366),
  points: positivePoints,
  /** When counting begins anew; EVER: never. */
  cycle: z.enum(['WEEK', 'MONTH', 'EVER']),
});
export type Milestone = z.output<typeof milestone>;

/** What check-ins pay. */
export const checkInPlan = z.strictObject({
  /** Points of day 1, 2, 3 … of a run. */
  ladder: listOf(quantity, 1, 366),
  /** After its last day: that day's points again and again, or from day 1 anew (S19). */
  ladderEnd: z.enum(['HOLD', 'LOOP']).default('HOLD'),
  milestones: listOf(milestone, 0, 100).default([]),
  /** The day's points and others of the same check-in: all, the largest, or only the others. */
  combination: z.enum(['ADD', 'MAX', 'REPLACE']).default('ADD'),
  /** Null: its points never expire. */
  expiry: expiry.nullable().default(null),
});
export type CheckInPlan = z.output<typeof checkInPlan>;

/** A tier: reached at exactly `threshold` (S45). */
export const level = z.strictObject({
  key: keyText,
  name: shortText,
  /** Points of the basis. */
  threshold: quantity,
  /** Its multiplier of what its members earn; 100 changes nothing. */
  percent: wholeNumber(100, 1_000, ': 200 is double').default(100),
});
export type Level = z.output<typeof level>;

/** The tiers of a program, lowest first. */
export const tiers = z.strictObject({
  /** The points that count: all ever earned, of this month and the 11 before, of this year. */
  basis: z.enum(['LIFETIME', 'ROLLING_12_MONTHS', 'CALENDAR_YEAR']),
  levels: listOf(level, 1, 20),
  /** How often a tier may be lost; it is reached at once (S46). */
  evaluation: z.enum(['MONTHLY', 'YEARLY']).default('YEARLY'),
  /** How far an evaluation lowers when the basis is too low: not, by one, to what it reaches. */
  downgrade: z.enum(['NEVER', 'ONE_DOWN', 'BALANCE_BASED']).default('BALANCE_BASED'),
  /** Local days from the end of a period to its evaluation. */
  graceDays: wholeNumber(0, 366).default(0),
  /** When a reversal that lowers the basis is heeded (S47). */
  afterReversal: z.enum(['NOW', 'AT_EVALUATION']).default('AT_EVALUATION'),
  /** Whether points that are not active yet count (S27). */
  countPending: z.boolean().default(true),
});
export type Tiers = z.output<typeof tiers>;

/** What holds for all points of a program. */
export const pointsPolicy = z.strictObject({
  /** For each member, by all rules together. */
  caps,
  /** Where a reversal takes what is no longer left of its lot (S33). */
  reversal: z.enum(['ONLY_LOT', 'WITHIN_BALANCE', 'ALLOW_DEBT']).default('ALLOW_DEBT'),
  /** Whether reversed points make room under caps again (S37). */
  reversalFreesCaps: z.boolean().default(false),
  /** Reason codes that adjustments may have; any when empty (S42). */
  adjustmentReasons: listOf(keyText, 0, 100).default([]),
  /** Adjustments of more points, up or down, need a second person. Null: none does. */
  adjustmentLimit: positivePoints.nullable().default(null),
  /** Notice is given so many local days before points expire (S32). */
  expiryNoticeDays: listOf(wholeNumber(1, 365), 0, 20).default([]),
  /** Refunded points that have expired live so many days more (S35). 0: they stay expired. */
  refundGraceDays: wholeNumber(0, 365).default(0),
});
export type PointsPolicy = z.output<typeof pointsPolicy>;

/** Definitions by the kind of their rule. */
export const definitionSchemas = {
  EARNING: earningRule,
  CAMPAIGN: campaign,
  CHECK_IN_PLAN: checkInPlan,
  TIERS: tiers,
  POINTS_POLICY: pointsPolicy,
  TASK: task,
  BADGE: badge,
} as const;

export type RuleKind = keyof typeof definitionSchemas;
export const ruleKinds = Object.keys(definitionSchemas) as readonly RuleKind[];
export type Definitions = { [Kind in RuleKind]: z.output<(typeof definitionSchemas)[Kind]> };

/** A definition with its defaults filled in, or everything that is wrong with it. */
export type Parsed<Definition> =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a definition from JSON that is parsed already. */
export function parseDefinition<Kind extends RuleKind>(
  kind: Kind,
  json: unknown,
): Parsed<Definitions[Kind]> {
  const parsed = definitionSchemas[kind].safeParse(json, { error: plainWords });
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error, 'definition') };
  return { ok: true, definition: parsed.data as Definitions[Kind] };
}
