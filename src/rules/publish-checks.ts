/**
 * What is wrong with a definition that its schema accepts, found when it is published (ADR 9):
 * mistakes of which no operator could want the result. Messages name no field.
 */
import { badgeProblems } from './badge-checks.ts';
import {
  audienceProblems,
  capProblems,
  conditionProblems,
  count,
  dateProblems,
  laterTierProblems,
  newcomerProblems,
  repeated,
} from './common-checks.ts';
import type {
  Badge,
  Campaign,
  CheckInPlan,
  Definitions,
  EarningRule,
  PointsPolicy,
  RuleKind,
  Task,
  Tiers,
} from './definition.ts';
import { earningProblems, lifeProblems } from './earning-checks.ts';
import { daysOf, type Other, type OtherRules } from './other-rules.ts';
import type { Problem } from './shapes.ts';
import { taskProblems } from './task-checks.ts';
import { triggerKey } from './versioned.ts';

export type { OtherRules } from './other-rules.ts';
export type { Problem } from './shapes.ts';

type Check<Definition> = (definition: Definition, others: OtherRules) => Problem[];

const checks: { readonly [Kind in RuleKind]: Check<Definitions[Kind]> } = {
  EARNING: earningProblems,
  CAMPAIGN: campaignProblems,
  CHECK_IN_PLAN: planProblems,
  TIERS: tierProblems,
  POINTS_POLICY: policyProblems,
  TASK: (task, others) => [...taskProblems(task, others), ...lifeProblems(task)],
  BADGE: badgeProblems,
};

/** Everything that must be put right before the definition can be published; empty: nothing. */
export function publishProblems<Kind extends RuleKind>(
  kind: Kind,
  definition: Definitions[Kind],
  others: OtherRules,
): Problem[] {
  return checks[kind](definition, others);
}

function campaignProblems(campaign: Campaign, others: OtherRules): Problem[] {
  const { when, triggers, audience } = campaign;
  const days = daysOf('birthday' in when ? {} : when, others);
  const twice = repeated(triggers, triggerKey).map(({ index, first }) => ({
    field: `triggers.${index}`,
    message: `triggers.${first} is the same`,
  }));
  return [
    ...twice,
    ...conditionProblems(campaign.condition, triggers, days),
    ...('birthday' in when ? [] : dateProblems('when.', when, others)),
    ...audienceProblems(audience, others.tiers),
    ...laterTierProblems(audience, others.laterTiers, days),
    ...newcomerProblems(audience, triggers, others.tiers, days),
    ...exclusiveProblems(campaign, others.campaigns),
  ];
}

/** Exclusive campaigns never meet: which of two should count, nobody could tell a member. */
function exclusiveProblems(campaign: Campaign, campaigns: OtherRules['campaigns']): Problem[] {
  if (!campaign.exclusive) return [];
  return campaigns
    .filter(({ definition }) => definition.exclusive && meet(campaign, definition))
    .map(({ key, definition: { when } }) => {
      const dates = 'birthday' in when ? 'birthdays' : `${when.firstDate} to ${when.lastDate}`;
      const message =
        `campaign ${key} (${dates}) is exclusive, too, and meets this one: ` +
        'part their dates, their triggers, or their audiences by tiers';
      return { field: 'exclusive', message };
    });
}

/**
 * Whether both can apply to one fact, by their dates, triggers and tiers. A birthday can be any
 * day; a member may have any tags, but one tier at a time.
 */
function meet(a: Campaign, b: Campaign): boolean {
  const haveDate =
    'birthday' in a.when ||
    'birthday' in b.when ||
    (a.when.firstDate <= b.when.lastDate && b.when.firstDate <= a.when.lastDate);
  const haveTrigger =
    a.triggers.length === 0 ||
    b.triggers.length === 0 ||
    a.triggers.some((one) => b.triggers.some((other) => triggerKey(one) === triggerKey(other)));
  const [tiers, others] = [a.audience?.tiers, b.audience?.tiers];
  const haveTier =
    tiers === undefined || others === undefined || tiers.some((tier) => others.includes(tier));
  return haveDate && haveTrigger && haveTier;
}

const cycleLengths = {
  WEEK: { days: 7, words: 'a week has 7' },
  MONTH: { days: 31, words: 'a month has at most 31' },
  EVER: { days: Number.MAX_SAFE_INTEGER, words: '' },
} as const;

function planProblems({ ladder, milestones }: CheckInPlan, { earning }: OtherRules): Problem[] {
  const isPaid =
    ladder.some((points) => points > 0) ||
    milestones.length > 0 ||
    earning.some(({ definition }) => definition.trigger.on === 'CHECK_IN');
  const unpaid = isPaid
    ? []
    : [{ field: 'ladder', message: 'every day pays 0, and nothing else pays for check-ins' }];
  const tooLong = milestones.flatMap(({ days, cycle }, index) => {
    const length = cycleLengths[cycle];
    if (days <= length.days) return [];
    const message = `${days} days are never reached: ${length.words}`;
    return [{ field: `milestones.${index}.days`, message }];
  });
  const twice = repeated(milestones, ({ days, cycle }) => `${cycle} ${days}`).map(
    ({ index, first }) => ({
      field: `milestones.${index}.days`,
      message: `milestones.${first} has the same days and cycle`,
    }),
  );
  return [...unpaid, ...tooLong, ...twice];
}

type Kinds = 'earning' | 'campaigns' | 'tasks' | 'badges';

/** Rules whose audiences name tiers that are not among `levels`, in words. */
export function strandedRules(
  levels: readonly { readonly key: string }[],
  { earning, campaigns, tasks, badges }: Pick<OtherRules, Kinds>,
): string[] {
  const keys = levels.map(({ key }) => key);
  const words = (kind: string, rules: readonly Other<EarningRule | Campaign | Task | Badge>[]) =>
    rules.flatMap(({ key, definition }) => {
      const gone = (definition.audience?.tiers ?? []).filter((tier) => !keys.includes(tier));
      return gone.length === 0 ? [] : [`${kind} ${key} is for ${gone.join(' and ')} members`];
    });
  return [
    ...new Set([
      ...words('earning rule', earning),
      ...words('campaign', campaigns),
      ...words('task', tasks),
      ...words('badge', badges),
    ]),
  ];
}

function tierProblems({ levels }: Tiers, others: OtherRules): Problem[] {
  const problems: Problem[] = repeated(levels, ({ key }) => key).map(({ item, index, first }) => ({
    field: `levels.${index}.key`,
    message: `${item.key} is the key of levels.${first}, too`,
  }));
  for (const words of strandedRules(levels, others)) {
    problems.push({ field: 'levels', message: `${words}: keep that level, or retire it first` });
  }
  for (const [index, { threshold }] of levels.entries()) {
    const field = `levels.${index}.threshold`;
    const before = levels[index - 1];
    if (before === undefined && threshold !== 0) {
      const message = `${count(threshold)} must be 0: everybody has a tier`;
      problems.push({ field, message });
    }
    if (before !== undefined && threshold <= before.threshold) {
      const other = `${count(before.threshold)}, the threshold of ${before.key} before it`;
      const message = `${count(threshold)} is not above ${other}`;
      problems.push({ field, message });
    }
  }
  return problems;
}

function policyProblems(policy: PointsPolicy): Problem[] {
  const twice = (['adjustmentReasons', 'expiryNoticeDays'] as const).flatMap((field) =>
    repeated<string | number>(policy[field], String).map(({ item, index }) => ({
      field: `${field}.${index}`,
      message: `${item} is in the list already`,
    })),
  );
  return [...capProblems(policy.caps), ...twice];
}
