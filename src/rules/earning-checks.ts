/** What is wrong with an earning rule that its schema accepts. Messages name no field. */
import {
  audienceProblems,
  capProblems,
  conditionProblems,
  count,
  dateProblems,
  laterTierProblems,
  newcomerProblems,
} from './common-checks.ts';
import { canMatch } from './condition-range.ts';
import type { BasePoints, EarningRule, TableRow, Trigger } from './definition.ts';
import { lifeUnits } from './definition-parts.ts';
import { leastDays } from './life.ts';
import { daysOf, type OtherRules } from './other-rules.ts';
import type { Problem } from './shapes.ts';
import { triggerKey } from './versioned.ts';
import { type Days, leastValue, payingWorld, worldOf } from './worlds.ts';

/** What is wrong with an earning rule. */
export function earningProblems(rule: EarningRule, others: OtherRules): Problem[] {
  const { points, budget, trigger, audience } = rule;
  const days = daysOf(rule, others);
  const problems = [
    ...conditionProblems(rule.condition, [trigger], days),
    ...unpaidProblems(rule, days),
    ...dateProblems('', rule, others),
    ...audienceProblems(audience, others.tiers),
    ...laterTierProblems(audience, others.laterTiers, days),
    ...newcomerProblems(audience, [trigger], others.tiers, days),
    ...pointsProblems(points, trigger),
    ...capProblems(rule.caps),
    ...lifeProblems(rule),
    ...shadowProblems(rule, days, others),
  ];
  if (budget !== null && 'fixed' in points && budget < points.fixed) {
    const message = `${count(budget)} is less than one award of ${count(points.fixed)} points`;
    problems.push({ field: 'budget', message });
  }
  return problems;
}

/** A condition that only values fulfil which are worth no point. */
function unpaidProblems({ condition, points, trigger }: EarningRule, days: Days): Problem[] {
  if (condition === undefined || 'fixed' in points || trigger.on !== 'ACTIVITY') return [];
  const world = worldOf('ACTIVITY', days);
  if (!canMatch(condition, world) || canMatch(condition, payingWorld(world, points))) return [];
  const least = 'table' in points ? undefined : leastValue(points.perUnit);
  const hint = least === undefined ? '' : `: a point takes ${count(least)}`;
  return [{ field: 'condition', message: `every value that fulfils it pays 0 points${hint}` }];
}

/** A rule of a group before which another always comes. */
function shadowProblems(rule: EarningRule, days: Days, others: OtherRules): Problem[] {
  const { exclusiveGroup: group, priority } = rule;
  if (group === undefined) return [];
  const first = others.earning.find(({ definition: other, isOlder, startsAt, endsAt }) => {
    const isFirst = other.priority > priority || (other.priority === priority && isOlder);
    const isThere = startsAt <= others.startsAt && others.endsAt <= endsAt;
    return isFirst && isThere && other.exclusiveGroup === group && alwaysTakes(other, rule, days);
  });
  if (first === undefined) return [];
  const message =
    `earning rule ${first.key} (priority ${first.definition.priority}) of this group always ` +
    'applies first, so this rule would never pay: give it a higher priority';
  return [{ field: 'exclusiveGroup', message }];
}

/**
 * Whether one rule takes every fact to which the other can apply. One with a budget or caps does
 * not: without room it leaves its group to the next.
 */
export function alwaysTakes(other: EarningRule, rule: EarningRule, days: Days): boolean {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return (
    triggerKey(other.trigger) === triggerKey(rule.trigger) &&
    other.budget === null &&
    other.caps.length === 0 &&
    (other.condition === undefined || same(other.condition, rule.condition)) &&
    (other.audience === undefined || same(other.audience, rule.audience)) &&
    (other.firstDate === undefined || other.firstDate <= (days.first ?? '')) &&
    (other.lastDate === undefined || other.lastDate >= (days.last ?? '9999'))
  );
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
export function lifeProblems({
  activation,
  expiry,
}: Pick<EarningRule, 'activation' | 'expiry'>): Problem[] {
  if (expiry === null || activation.mode !== 'AFTER_DAYS') return [];
  if (leastDays(expiry) > activation.days) return [];
  const unit = lifeUnits.find((name) => (expiry[name] ?? 0) > 0) ?? 'days';
  let least = expiry[unit] ?? 0;
  while (leastDays({ ...expiry, [unit]: least }) <= activation.days) least += 1;
  const message =
    `points become active after ${activation.days} days, but some would have expired by then: ` +
    `make it at least ${least} ${least === 1 ? unit.slice(0, -1) : unit}`;
  return [{ field: `expiry.${unit}`, message }];
}
