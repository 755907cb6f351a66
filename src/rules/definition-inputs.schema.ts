/** Rule definitions as inputs: field by field what the schemas of definition.ts take. */
import { builder } from '../graphql/builder.ts';
import { assert } from '../platform/assert.ts';
import { BadgeInput } from './badge-inputs.schema.ts';
import type { RuleKind } from './definition.ts';
import {
  AfterReversalEnum,
  CampaignLayerEnum,
  CombinationEnum,
  LadderEndEnum,
  MilestoneCycleEnum,
  ReversalPolicyEnum,
  RoundingEnum,
  TierBasisEnum,
  TierDowngradeEnum,
  TierEvaluationEnum,
} from './definition-enums.schema.ts';
import { kindsByField } from './definition-json.ts';
import {
  ActivationInput,
  AudienceInput,
  CapInput,
  ConditionInput,
  ExpiryInput,
  TriggerInput,
} from './definition-parts.schema.ts';
import { TaskInput } from './task-inputs.schema.ts';

const PerUnitInput = builder.inputType('PerUnitInput', {
  description: 'Points for each unit of the value: 1 point for each 1,000 cents.',
  fields: (t) => ({
    points: t.field({ type: 'SafeInt', required: true, description: 'Points, 1 or more …' }),
    unit: t.field({ type: 'SafeInt', required: true, description: '… for each so much of it.' }),
    rounding: t.field({ type: RoundingEnum, required: true, description: 'Of the fraction.' }),
  }),
});

const TableRowInput = builder.inputType('TableRowInput', {
  description: 'A row of a table: what values in [from, below) pay.',
  fields: (t) => ({
    from: t.field({ type: 'SafeInt', required: true, description: 'The first value of the row.' }),
    below: t.field({
      type: 'SafeInt',
      description: 'The first value that is above the row; without end when absent.',
    }),
    points: t.field({ type: 'SafeInt', required: true, description: 'Points, 0 or more.' }),
  }),
});

const BasePointsInput = builder.inputType('BasePointsInput', {
  description: 'What one fact pays, before multipliers: one of three forms.',
  isOneOf: true,
  fields: (t) => ({
    fixed: t.field({ type: 'SafeInt', description: 'The same for all, 1 or more.' }),
    perUnit: t.field({ type: PerUnitInput, description: 'By the activity’s value.' }),
    table: t.field({
      type: [TableRowInput],
      description: 'By the activity’s value, 1 to 100 rows from 0 up without gaps.',
    }),
  }),
});

const EarningRuleInput = builder.inputType('EarningRuleInput', {
  description: 'What an activity, a check-in or an enrolment pays.',
  fields: (t) => ({
    trigger: t.field({ type: TriggerInput, required: true, description: 'What it pays for.' }),
    title: t.string({ description: 'For people, up to 500 characters; members may see it.' }),
    condition: t.field({
      type: ConditionInput,
      description: 'Facts that do not fulfil it are not paid; all are when absent.',
    }),
    audience: t.field({ type: AudienceInput, description: 'Whom it pays; all when absent.' }),
    firstDate: t.field({ type: 'Date', description: 'First local date of facts it pays.' }),
    lastDate: t.field({ type: 'Date', description: 'Last local date of facts it pays.' }),
    points: t.field({ type: BasePointsInput, required: true, description: 'What it pays.' }),
    priority: t.int({
      description:
        'Higher goes first: into caps, and within its group. −1000 to 1000; 0 when absent.',
    }),
    exclusiveGroup: t.string({
      description: 'Of the rules of a group only the first that applies pays.',
    }),
    activation: t.field({ type: ActivationInput, description: 'AT_ONCE when absent.' }),
    expiry: t.field({ type: ExpiryInput, description: 'Its points never expire when absent.' }),
    caps: t.field({
      type: [CapInput],
      description: 'For each member, by this rule alone: 0 to 10.',
    }),
    budget: t.field({
      type: 'SafeInt',
      description:
        'Points it may pay in all, to everybody and over all versions; no end if absent.',
    }),
  }),
});

const BirthdayInput = builder.inputType('BirthdayInput', {
  description: 'Around each member’s birthday, which itself is always included.',
  fields: (t) => ({
    daysBefore: t.int({ required: true, description: 'Local days before it, 0 to 31.' }),
    daysAfter: t.int({ required: true, description: 'Local days after it, 0 to 31.' }),
  }),
});

const CampaignTimeInput = builder.inputType('CampaignTimeInput', {
  description: 'When a campaign runs: either both dates, or birthday.',
  fields: (t) => ({
    firstDate: t.field({ type: 'Date', description: 'The first local date.' }),
    lastDate: t.field({ type: 'Date', description: 'The last local date, included.' }),
    birthday: t.field({ type: BirthdayInput, description: 'Around each member’s birthday.' }),
  }),
});

const CampaignInput = builder.inputType('CampaignInput', {
  description: 'A multiplier of what other rules pay.',
  fields: (t) => ({
    title: t.string({ description: 'For people, up to 500 characters.' }),
    when: t.field({ type: CampaignTimeInput, required: true, description: 'When it runs.' }),
    triggers: t.field({
      type: [TriggerInput],
      description: 'What it multiplies, up to 50; everything when absent.',
    }),
    condition: t.field({
      type: ConditionInput,
      description: 'Facts that fulfil it; all if absent.',
    }),
    audience: t.field({ type: AudienceInput, description: 'For whom; everybody when absent.' }),
    percent: t.int({ required: true, description: '101 to 10000; 200 is double.' }),
    layer: t.field({ type: CampaignLayerEnum, description: 'CAMPAIGN when absent.' }),
    exclusive: t.boolean({
      description:
        'It never counts together with another exclusive one: publishing refuses two that meet. ' +
        'Dates, triggers or audiences by tiers part them. False when absent.',
    }),
    budget: t.field({
      type: 'SafeInt',
      description:
        'Points it may add in all, to everybody and over all versions; no end if absent.',
    }),
  }),
});

const MilestoneInput = builder.inputType('MilestoneInput', {
  description: 'Check-ins on so many days of one cycle pay points, once.',
  fields: (t) => ({
    days: t.int({ required: true, description: 'Days, 1 to 366.' }),
    points: t.field({ type: 'SafeInt', required: true, description: 'Points, 1 or more.' }),
    cycle: t.field({ type: MilestoneCycleEnum, required: true, description: 'The cycle.' }),
  }),
});

const CheckInPlanInput = builder.inputType('CheckInPlanInput', {
  description: 'What check-ins pay.',
  fields: (t) => ({
    ladder: t.field({
      type: ['SafeInt'],
      required: true,
      description: 'Points of day 1, 2, 3 … of a run: 1 to 366 of them.',
    }),
    ladderEnd: t.field({ type: LadderEndEnum, description: 'HOLD when absent.' }),
    milestones: t.field({ type: [MilestoneInput], description: 'Up to 100.' }),
    combination: t.field({ type: CombinationEnum, description: 'ADD when absent.' }),
    expiry: t.field({ type: ExpiryInput, description: 'Its points never expire when absent.' }),
  }),
});

const TierLevelInput = builder.inputType('TierLevelInput', {
  description: 'A tier.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Its short name: silver.' }),
    name: t.string({ required: true, description: 'Its name for people, up to 500 characters.' }),
    threshold: t.field({
      type: 'SafeInt',
      required: true,
      description: 'It is reached at exactly so many points of the basis; 0 for the first.',
    }),
    percent: t.int({
      description: 'Multiplies what its members earn, 100 to 1000; 100 (nothing) when absent.',
    }),
  }),
});

const TiersInput = builder.inputType('TiersInput', {
  description: 'The tiers of the program.',
  fields: (t) => ({
    basis: t.field({ type: TierBasisEnum, required: true, description: 'What counts.' }),
    levels: t.field({
      type: [TierLevelInput],
      required: true,
      description: '1 to 20, lowest first, with rising thresholds.',
    }),
    evaluation: t.field({ type: TierEvaluationEnum, description: 'YEARLY when absent.' }),
    downgrade: t.field({ type: TierDowngradeEnum, description: 'BALANCE_BASED when absent.' }),
    graceDays: t.int({
      description: 'Local days from the end of a period to its evaluation, 0 to 366; 0 if absent.',
    }),
    afterReversal: t.field({ type: AfterReversalEnum, description: 'AT_EVALUATION when absent.' }),
    countPending: t.boolean({
      description: 'Whether points that cannot be spent yet count; true when absent.',
    }),
  }),
});

const PointsPolicyInput = builder.inputType('PointsPolicyInput', {
  description: 'What holds for all points of the program.',
  fields: (t) => ({
    caps: t.field({
      type: [CapInput],
      description: 'For each member, by all rules together: up to 10.',
    }),
    reversal: t.field({ type: ReversalPolicyEnum, description: 'ALLOW_DEBT when absent.' }),
    reversalFreesCaps: t.boolean({
      description: 'Whether reversed points make room under caps again; false when absent.',
    }),
    adjustmentReasons: t.stringList({
      description: 'Reason codes that adjustments may have, up to 100; any when absent.',
    }),
    adjustmentLimit: t.field({
      type: 'SafeInt',
      description: 'Adjustments of more points, up or down, need a second person; none if absent.',
    }),
    expiryNoticeDays: t.intList({
      description:
        'Notice is given so many local days before points expire: up to 20, 1 to 365. It appears ' +
        'in points.expiryNotices of the member and as the event points.expiring.',
    }),
    refundGraceDays: t.int({
      description:
        'Refunded points that have expired live so many days more, 0 to 365; 0 if absent.',
    }),
  }),
});

export const RuleDefinitionInput = builder.inputType('RuleDefinitionInput', {
  description: 'What a rule says: one of the kinds. Null means the same as leaving a field out.',
  isOneOf: true,
  fields: (t) => ({
    earning: t.field({ type: EarningRuleInput, description: 'What a fact pays.' }),
    campaign: t.field({ type: CampaignInput, description: 'A multiplier for some time.' }),
    checkInPlan: t.field({ type: CheckInPlanInput, description: 'What check-ins pay.' }),
    tiers: t.field({ type: TiersInput, description: 'The tiers of the program.' }),
    pointsPolicy: t.field({ type: PointsPolicyInput, description: 'What holds for all points.' }),
    task: t.field({ type: TaskInput, description: 'Something for members to do.' }),
    badge: t.field({ type: BadgeInput, description: 'Something that members are awarded.' }),
  }),
});

/** The kind of rule that an input means, and its definition as the schemas of definition.ts read it. */
export function definitionOf(input: typeof RuleDefinitionInput.$inferInput): {
  kind: RuleKind;
  definition: unknown;
} {
  const [field] = Object.keys(input) as (keyof typeof kindsByField)[];
  assert(field !== undefined, 'exactly one field is given');
  return { kind: kindsByField[field], definition: plain(input[field]) };
}

/** Without nulls at any depth. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, part]) => part !== null && part !== undefined);
  return Object.fromEntries(given.map(([name, part]) => [name, plain(part)]));
}
