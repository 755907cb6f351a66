/** The words of rule definitions, as definition.ts has them. */
import { builder } from '../graphql/builder.ts';
import type { NumberFact } from './condition.ts';

export { RuleKindEnum } from '../graphql/refs.ts';

export const TriggerKindEnum = builder.enumType('TriggerKind', {
  description: 'What sets a rule off.',
  values: {
    ACTIVITY: { description: 'An activity of a type.' },
    CHECK_IN: { description: 'A check-in.' },
    ENROLMENT: { description: 'That somebody becomes a member.' },
  },
});

const facts = {
  VALUE: { value: 'value', description: 'Of an activity, in its own unit (cents, metres).' },
  UNITS: { value: 'units', description: 'Of an activity: how many items.' },
  WEEKDAY: { value: 'weekday', description: 'Of the local date: 1 Monday to 7 Sunday.' },
  HOUR: { value: 'hour', description: 'On the local clock: 0 to 23.' },
  DAY_OF_MONTH: { value: 'dayOfMonth', description: 'Of the local date: 1 to 31.' },
  MONTH: { value: 'month', description: 'Of the local date: 1 to 12.' },
  STREAK_DAY: { value: 'streakDay', description: 'Of a check-in: 1, 2, 3 … within its run.' },
  TOTAL_DAYS: {
    value: 'totalDays',
    description: 'Of a check-in: the member’s check-ins up to it, itself included.',
  },
  MEMBER_DAYS: { value: 'memberDays', description: 'Local days since enrolment: 0 on the day.' },
} as const satisfies Record<string, { value: NumberFact; description: string }>;

export const NumberFactEnum = builder.enumType('NumberFact', {
  description: 'A number that a fact may have.',
  values: facts,
});

export const ComparisonEnum = builder.enumType('Comparison', {
  description: 'How to compare. What a fact does not have fulfils no comparison, not even NE.',
  values: {
    EQ: { description: 'Equal.' },
    NE: { description: 'Not equal.' },
    LT: { description: 'Less; numbers only.' },
    LTE: { description: 'Less or equal; numbers only.' },
    GT: { description: 'Greater; numbers only.' },
    GTE: { description: 'Greater or equal; numbers only.' },
  },
});

export const ActivationModeEnum = builder.enumType('ActivationMode', {
  description: 'When points can be spent.',
  values: {
    AT_ONCE: { description: 'As soon as they are earned.' },
    AFTER_DAYS: { description: 'From the start of a later local day on.' },
    ON_CONFIRMATION: { description: 'Once somebody confirms them.' },
  },
});

export { CapPeriodEnum } from '../graphql/refs.ts';

export const RoundingEnum = builder.enumType('Rounding', {
  description: 'How an award’s fraction of a point is rounded, once, after the multipliers.',
  values: {
    DOWN: { description: 'To the point below.' },
    UP: { description: 'To the point above.' },
    NEAREST: { description: 'To the nearest point; halves go up.' },
  },
});

export const CampaignLayerEnum = builder.enumType('CampaignLayer', {
  description: 'A campaign’s place in the order base → tier → campaigns → boosts.',
  values: {
    CAMPAIGN: { description: 'Before the boosts.' },
    BOOST: { description: 'Last.' },
  },
});

export const LadderEndEnum = builder.enumType('LadderEnd', {
  description: 'What follows the last day of a ladder.',
  values: {
    HOLD: { description: 'That day’s points again and again.' },
    LOOP: { description: 'The first day’s points again, and so on.' },
  },
});

export const MilestoneCycleEnum = builder.enumType('MilestoneCycle', {
  description: 'When a milestone begins to count anew.',
  values: {
    WEEK: { description: 'On Mondays.' },
    MONTH: { description: 'On the first of every month.' },
    EVER: { description: 'Never.' },
  },
});

export const CombinationEnum = builder.enumType('CheckInCombination', {
  description: 'What a check-in pays when a milestone or another rule pays for it, too.',
  values: {
    ADD: { description: 'All of it.' },
    MAX: { description: 'The largest.' },
    REPLACE: { description: 'Not the points of its day, only the others.' },
  },
});

export const TierBasisEnum = builder.enumType('TierBasis', {
  description: 'The points that count towards tiers.',
  values: {
    LIFETIME: { description: 'All ever earned.' },
    ROLLING_12_MONTHS: { description: 'Earned in this month and the eleven before it.' },
    CALENDAR_YEAR: { description: 'Earned in this year.' },
  },
});

export const TierEvaluationEnum = builder.enumType('TierEvaluation', {
  description: 'How often a tier may be lost; one is reached at once.',
  values: {
    MONTHLY: { description: 'After the end of each month.' },
    YEARLY: { description: 'After the end of each year.' },
  },
});

export const TierDowngradeEnum = builder.enumType('TierDowngrade', {
  description: 'How far an evaluation lowers a member whose basis is too low.',
  values: {
    NEVER: { description: 'Not at all.' },
    ONE_DOWN: { description: 'By one tier.' },
    BALANCE_BASED: { description: 'To the tier that the basis reaches.' },
  },
});

export const AfterReversalEnum = builder.enumType('TierAfterReversal', {
  description: 'When a reversal that lowers the basis is heeded.',
  values: {
    NOW: { description: 'At once.' },
    AT_EVALUATION: { description: 'At the next evaluation.' },
  },
});

export const ReversalPolicyEnum = builder.enumType('ReversalPolicy', {
  description: 'Where a reversal takes points that are no longer left of what was earned.',
  values: {
    ONLY_LOT: { description: 'Nowhere: they are let go.' },
    WITHIN_BALANCE: { description: 'From other points of the member, as far as there are some.' },
    ALLOW_DEBT: { description: 'From other points, and from those still to be earned: a debt.' },
  },
});
