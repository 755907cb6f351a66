/** What may be meant and may be a mistake: told when a rule is drafted or published, not refused. */
import { limits } from '../limits.ts';
import type { LocalDate } from '../platform/calendar.ts';
import { count } from './common-checks.ts';
import type {
  Badge,
  Campaign,
  CheckInPlan,
  Definitions,
  EarningRule,
  RuleKind,
  TableRow,
  TaskTrigger,
  Tiers,
  Trigger,
} from './definition.ts';
import { alwaysTakes } from './earning-checks.ts';
import { daysOf, type OtherRules } from './other-rules.ts';
import type { Problem } from './shapes.ts';
import { triggerKey } from './versioned.ts';

/** Members within a period that a version of a task judges: so many at the most, over all. */
export type Keepers = { readonly version: number; readonly members: number };

/** What the program has come to besides its rules. */
export type Situation = {
  /** Points that the rule's budget has paid out. */
  readonly spent: number;
  /** Tags of the audience that no member has. */
  readonly strangeTags: readonly string[];
  /** Types of activities it is about that nobody has recorded. */
  readonly strangeTypes: readonly string[];
  /** Members within a period of the task that an earlier version judges. */
  readonly keepers: readonly Keepers[];
  /** The start on the local clock: 2026-11-22 18:03. */
  readonly starts: string;
  /** It is after the start of its local date. */
  readonly startsMidway: boolean;
  /** Until then another version of the rule judges. */
  readonly hasBefore: boolean;
};

type Warn<Definition> = (
  definition: Definition,
  others: OtherRules,
  situation: Situation,
) => Problem[];

const kinds: { readonly [Kind in RuleKind]: Warn<Definitions[Kind]> } = {
  EARNING: earningWarnings,
  CAMPAIGN: campaignWarnings,
  CHECK_IN_PLAN: planWarnings,
  TIERS: tierWarnings,
  POINTS_POLICY: () => [],
  TASK: (task, others, situation) => [
    ...typeWarnings('trigger', task.trigger, situation),
    ...lateStart('', task.firstDate, others, situation),
    ...tagWarnings(situation),
    ...keeperWarnings(situation),
  ],
  BADGE: badgeWarnings,
};

export const warningsOf = <Kind extends RuleKind>(
  kind: Kind,
  definition: Definitions[Kind],
  others: OtherRules,
  situation: Situation,
): Problem[] => kinds[kind](definition, others, situation);

function earningWarnings(rule: EarningRule, others: OtherRules, situation: Situation): Problem[] {
  const { points, caps } = rule;
  const cut = caps.flatMap((cap, index) => {
    if (!('fixed' in points) || points.fixed <= cap.points) return [];
    const period = cap.period.toLowerCase();
    const most = `${count(cap.points)} a ${period}`;
    const message = `one award of ${count(points.fixed)} is more than ${most}: it is always cut`;
    return [{ field: `caps.${index}.points`, message }];
  });
  return [
    ...typeWarnings('trigger', rule.trigger, situation),
    ...cut,
    ...('table' in points ? fallingRows(points.table) : []),
    ...besides(rule, others),
    ...overshadowed(rule, others),
    ...lateStart('', rule.firstDate, others, situation),
    ...budgetWarnings(rule.budget, situation),
    ...tagWarnings(situation),
  ];
}

function badgeWarnings(badge: Badge, others: OtherRules, situation: Situation): Problem[] {
  const { criterion, countsPast, firstDate } = badge;
  const trigger = 'activities' in criterion ? activityOf(criterion.activities) : undefined;
  return [
    ...typeWarnings('criterion.activities', trigger, situation),
    ...(countsPast ? [] : lateStart('', firstDate, others, situation)),
    ...tagWarnings(situation),
  ];
}

const activityOf = ({ type }: { readonly type: string }) => ({ on: 'ACTIVITY', type }) as const;

const fallingRows = (table: readonly TableRow[]): Problem[] =>
  table.flatMap(({ points }, index) => {
    const before = table[index - 1];
    if (before === undefined || before.points <= points) return [];
    const other = `the ${count(before.points)} of the row before`;
    const message = `${count(points)} is less than ${other}: larger values pay less`;
    return [{ field: `points.table.${index}.points`, message }];
  });

/** Rules that pay for the same facts; those of one group do not add up. */
function besides({ trigger, exclusiveGroup: group }: EarningRule, { earning }: OtherRules) {
  const keys = earning
    .filter(({ definition }) => triggerKey(definition.trigger) === triggerKey(trigger))
    .filter(({ definition }) => group === undefined || definition.exclusiveGroup !== group)
    .map(({ key }) => key);
  if (keys.length === 0) return [];
  const what = trigger.on === 'ACTIVITY' ? trigger.type : trigger.on;
  const names = [...new Set(keys)].join(', ');
  const message =
    `${names} pays for ${what}, too: what they pay adds up ` +
    '(in one exclusiveGroup, one pays alone)';
  return [{ field: 'trigger', message }];
}

/** Rules of the group that would not pay any more: this one always comes first. */
function overshadowed(rule: EarningRule, others: OtherRules): Problem[] {
  const { exclusiveGroup: group, priority } = rule;
  if (group === undefined) return [];
  return others.earning
    .filter(({ definition: other, isOlder }) => {
      const isLater = other.priority < priority || (other.priority === priority && !isOlder);
      return isLater && other.exclusiveGroup === group;
    })
    .filter(({ definition: other }) => alwaysTakes(rule, other, daysOf(other, others)))
    .map(({ key }) => {
      const message = `${key} of this group pays nothing while this rule is in force`;
      return { field: 'exclusiveGroup', message };
    });
}

/** Facts of the first date that happened before the rule starts. */
function lateStart(
  prefix: string,
  firstDate: LocalDate | undefined,
  { days }: OtherRules,
  { starts, startsMidway, hasBefore }: Situation,
): Problem[] {
  if (firstDate === undefined || days.first === null || hasBefore) return [];
  if (firstDate > days.first || (firstDate === days.first && !startsMidway)) return [];
  const message = `facts before ${starts} are not judged by it: it starts then`;
  return [{ field: `${prefix}firstDate`, message }];
}

function budgetWarnings(budget: number | null, { spent }: Situation): Problem[] {
  if (budget === null || spent === 0 || spent < budget) return [];
  const message = `${count(spent)} are paid out already, over all versions: nothing is left`;
  return [{ field: 'budget', message }];
}

const tagWarnings = ({ strangeTags }: Situation): Problem[] =>
  strangeTags.map((tag) => ({
    field: 'audience.tags',
    message: `no member has the tag ${tag} yet`,
  }));

/** A name that is mistyped, or of what is still to come. */
function typeWarnings(
  field: string,
  trigger: TaskTrigger | Trigger | undefined,
  { strangeTypes }: Situation,
): Problem[] {
  if (trigger?.on !== 'ACTIVITY' || !strangeTypes.includes(trigger.type)) return [];
  const message = `no activity of the type ${trigger.type} was recorded in the program yet`;
  return [{ field, message }];
}

const keeperWarnings = ({ keepers }: Situation): Problem[] =>
  keepers.map(({ version, members }) => {
    const most = members >= limits.taskKeepersMax ? ' or more' : '';
    const who = members === 1 ? '1 member keeps' : `${count(members)}${most} members keep`;
    const message = `${who} version ${version} for the period they have begun`;
    return { field: 'period', message };
  });

function campaignWarnings(campaign: Campaign, others: OtherRules, situation: Situation) {
  const paid = others.earning.map(({ definition }) => triggerKey(definition.trigger));
  const unpaid = campaign.triggers.flatMap((trigger, index) => {
    if (trigger.on === 'CHECK_IN' || paid.includes(triggerKey(trigger))) return [];
    const what = trigger.on === 'ACTIVITY' ? trigger.type : 'ENROLMENT';
    const message = `no earning rule pays for ${what}: there is nothing to multiply`;
    return [{ field: `triggers.${index}`, message }];
  });
  const message =
    'without triggers it multiplies everything: check-ins, their milestones, and what ' +
    'newcomers get, too';
  const all = campaign.triggers.length === 0 ? [{ field: 'triggers', message }] : [];
  const firstDate = 'birthday' in campaign.when ? undefined : campaign.when.firstDate;
  return [
    ...campaign.triggers.flatMap((one, at) => typeWarnings(`triggers.${at}`, one, situation)),
    ...unpaid,
    ...all,
    ...lateStart('when.', firstDate, others, situation),
    ...budgetWarnings(campaign.budget, situation),
    ...tagWarnings(situation),
  ];
}

/** Days of which a later one pays less. */
function planWarnings({ ladder }: CheckInPlan): Problem[] {
  return ladder.flatMap((points, index) => {
    const before = ladder[index - 1];
    if (before === undefined || before <= points) return [];
    const other = `the ${count(before)} of the day before`;
    const message = `day ${index + 1} pays ${count(points)}, less than ${other}`;
    return [{ field: `ladder.${index}`, message }];
  });
}

function tierWarnings({ levels }: Tiers): Problem[] {
  return levels.flatMap(({ key, percent }, index) => {
    const before = levels[index - 1];
    if (before === undefined || before.percent <= percent) return [];
    const other = `the ${before.percent}% of ${before.key} below it`;
    const message = `${key} earns ${percent}%, less than ${other}`;
    return [{ field: `levels.${index}.percent`, message }];
  });
}
