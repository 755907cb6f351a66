/**
 * What is wrong with a definition that its schema accepts, found when it is published (ADR 9):
 * mistakes of which no operator could want the result. Messages name no field.
 */
import type { LocalDate } from '../platform/calendar.ts';
import {
  audienceProblems,
  capProblems,
  conditionProblems,
  count,
  dateProblems,
  repeated,
} from './common-checks.ts';
import type {
  BasePoints,
  Campaign,
  CheckInPlan,
  Definitions,
  EarningRule,
  PointsPolicy,
  RuleKind,
  TableRow,
  Task,
  Tiers,
  Trigger,
} from './definition.ts';
import type { Problem } from './shapes.ts';
import { taskProblems } from './task-checks.ts';

export type { Problem } from './shapes.ts';

/** What else is in force, or scheduled, while the definition is. */
export type OtherRules = {
  /** Without the one that is published. */
  readonly campaigns: readonly { readonly key: string; readonly definition: Campaign }[];
  readonly tiers: Tiers | null;
  /** Without the one that is published; of each task the newest. */
  readonly tasks: readonly { readonly key: string; readonly definition: Task }[];
  /** Key of the rule that is published. */
  readonly key: string;
  /** The program's local date. */
  readonly today: LocalDate;
};

type Check<Definition> = (definition: Definition, others: OtherRules) => Problem[];

const checks: { readonly [Kind in RuleKind]: Check<Definitions[Kind]> } = {
  EARNING: earningProblems,
  CAMPAIGN: campaignProblems,
  CHECK_IN_PLAN: planProblems,
  TIERS: tierProblems,
  POINTS_POLICY: policyProblems,
  TASK: (task, others) => [...taskProblems(task, others), ...lifeProblems(task)],
};

/** Everything that must be put right before the definition can be published; empty: nothing. */
export function publishProblems<Kind extends RuleKind>(
  kind: Kind,
  definition: Definitions[Kind],
  others: OtherRules,
): Problem[] {
  return checks[kind](definition, others);
}

function earningProblems(rule: EarningRule, others: OtherRules): Problem[] {
  const { points, budget } = rule;
  const problems = [
    ...conditionProblems(rule.condition, [rule.trigger]),
    ...dateProblems('', rule, others.today),
    ...audienceProblems(rule.audience, others.tiers),
    ...pointsProblems(points, rule.trigger),
    ...capProblems(rule.caps),
    ...lifeProblems(rule),
  ];
  if (budget !== null && 'fixed' in points && budget < points.fixed) {
    const message = `${count(budget)} is less than one award of ${count(points.fixed)} points`;
    problems.push({ field: 'budget', message });
  }
  return problems;
}

function pointsProblems(points: BasePoints, trigger: Trigger): Problem[] {
  if ('fixed' in points) return [];
  const form = 'table' in points ? 'table' : 'perUnit';
  const problems = 'table' in points ? tableProblems(points.table) : [];
  if (trigger.on === 'ACTIVITY') return problems;
  const message = `${trigger.on} has no value to pay for: use fixed points`;
  return [{ field: `points.${form}`, message }, ...problems];
}

/** A table says what each value pays, from 0 to without end; values that pay 0 have a row, too. */
function tableProblems(table: readonly TableRow[]): Problem[] {
  const problems = table.flatMap((row, index) => {
    const field = `points.table.${index}`;
    const before = table[index - 1];
    const start = before === undefined ? firstRowProblem(row) : joinProblem(before, row);
    const found: Problem[] =
      start === undefined ? [] : [{ field: `${field}.from`, message: start }];
    if (row.below === null || row.below > row.from) return found;
    const message = `${valuesFrom(row.from, row.below)} are none: the row is empty`;
    return [...found, { field: `${field}.below`, message }];
  });
  const last = table.length - 1;
  const end = table[last]?.below ?? null;
  if (end !== null) {
    const message = `values from ${count(end)} on ${wouldPayNothing}`;
    problems.push({ field: `points.table.${last}.below`, message });
  }
  if (table.every((row) => row.points === 0)) {
    const message = 'every row pays 0: the rule would pay nothing';
    problems.push({ field: 'points.table', message });
  }
  return problems;
}

const valuesFrom = (from: number, below: number) =>
  `values from ${count(from)} to below ${count(below)}`;
const wouldPayNothing = 'would pay nothing: if that is meant, add a row of 0 points';

const firstRowProblem = ({ from }: TableRow) =>
  from === 0 ? undefined : `${valuesFrom(0, from)} ${wouldPayNothing}`;

/** What is wrong where `row` follows `before`. */
function joinProblem(before: TableRow, row: TableRow): string | undefined {
  if (row.from < before.from) {
    return `${count(row.from)} comes after ${count(before.from)}: put the rows in order`;
  }
  if (before.below === null) {
    return `values from ${count(row.from)} on are in the row before, too: it has no end`;
  }
  if (row.from < before.below) {
    return `${valuesFrom(row.from, before.below)} are in the row before, too`;
  }
  // After an empty row only that is reported.
  if (row.from === before.below || before.below <= before.from) return undefined;
  return `${valuesFrom(before.below, row.from)} ${wouldPayNothing}`;
}

/** Points must be active for some time before they expire, whatever the date of their fact. */
function lifeProblems({
  activation,
  expiry,
}: Pick<EarningRule, 'activation' | 'expiry'>): Problem[] {
  if (expiry === null || activation.mode !== 'AFTER_DAYS') return [];
  // A fact on the last day of a month or year gives no more whole days than these.
  const days = expiry.until === 'INSTANT' ? expiry.days : expiry.days + 1;
  if (days > activation.days) return [];
  const missing = activation.days + 1 - days;
  const message =
    `points become active after ${activation.days} days, but some would have expired by then: ` +
    `make it at least ${expiry.days + missing} days`;
  return [{ field: 'expiry.days', message }];
}

function campaignProblems(campaign: Campaign, others: OtherRules): Problem[] {
  const { when } = campaign;
  return [
    ...conditionProblems(campaign.condition, campaign.triggers),
    ...('birthday' in when ? [] : dateProblems('when.', when, others.today)),
    ...audienceProblems(campaign.audience, others.tiers),
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
        'part their dates or their triggers';
      return { field: 'exclusive', message };
    });
}

/** Whether both can apply to one fact, by their dates and triggers. A birthday can be any day. */
function meet(a: Campaign, b: Campaign): boolean {
  const haveDate =
    'birthday' in a.when ||
    'birthday' in b.when ||
    (a.when.firstDate <= b.when.lastDate && b.when.firstDate <= a.when.lastDate);
  const isSame = (one: Trigger, other: Trigger) =>
    one.on === 'ACTIVITY' && other.on === 'ACTIVITY'
      ? one.type === other.type
      : one.on === other.on;
  const haveTrigger =
    a.triggers.length === 0 ||
    b.triggers.length === 0 ||
    a.triggers.some((one) => b.triggers.some((other) => isSame(one, other)));
  return haveDate && haveTrigger;
}

const cycleLengths = {
  WEEK: { days: 7, words: 'a week has 7' },
  MONTH: { days: 31, words: 'a month has at most 31' },
  EVER: { days: Number.MAX_SAFE_INTEGER, words: '' },
} as const;

function planProblems({ milestones }: CheckInPlan): Problem[] {
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
  return [...tooLong, ...twice];
}

function tierProblems({ levels }: Tiers): Problem[] {
  const problems: Problem[] = repeated(levels, ({ key }) => key).map(({ item, index, first }) => ({
    field: `levels.${index}.key`,
    message: `${item.key} is the key of levels.${first}, too`,
  }));
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

function policyProblems({ caps, adjustmentReasons }: PointsPolicy): Problem[] {
  const twice = repeated(adjustmentReasons, (reason) => reason).map(({ item, index }) => ({
    field: `adjustmentReasons.${index}`,
    message: `${item} is in the list already`,
  }));
  return [...capProblems(caps), ...twice];
}
