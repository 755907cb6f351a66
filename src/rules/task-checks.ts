/** What is wrong with a task that its schema accepts, found when it is published (ADR 11). */
import { limits } from '../limits.ts';
import { daysBetween } from '../platform/calendar.ts';
import {
  audienceProblems,
  conditionProblems,
  count,
  dateProblems,
  laterTierProblems,
  repeated,
} from './common-checks.ts';
import { daysOf, type OtherRules } from './other-rules.ts';
import type { Problem } from './shapes.ts';
import { neededBy, partsOf, type Task, targetOf } from './task-definition.ts';

/** Everything that must be put right before a task can be published. */
export function taskProblems(task: Task, others: OtherRules): Problem[] {
  const days = daysOf(task, others);
  return [
    ...shapeProblems(task),
    ...conditionProblems(task.condition, triggersOf(task), days),
    ...dateProblems('', task, others),
    ...audienceProblems(task.audience, others.tiers),
    ...laterTierProblems(task.audience, others.laterTiers, days),
    ...windowProblems(task),
    ...reachProblems(task),
    ...keyProblems(task, others),
    ...numberProblems(others),
  ];
}

const triggersOf = ({ trigger }: Task) => (trigger === undefined ? [] : [trigger]);
const problem = (field: string, message: string): Problem => ({ field, message });

/** A trigger with a target, or a composite of other tasks. */
function shapeProblems({ trigger, condition, target, of, claim, claimDays }: Task): Problem[] {
  const problems: Problem[] = [];
  if (of === undefined) {
    if (trigger === undefined) {
      problems.push(problem('trigger', 'is missing: nothing would advance the task'));
    }
    if (target === undefined) problems.push(problem('target', 'is missing'));
  } else {
    const why = 'goes without `of`: a composite is advanced by its tasks alone';
    if (trigger !== undefined) problems.push(problem('trigger', why));
    if (condition !== undefined) problems.push(problem('condition', why));
    if (target !== undefined) problems.push(problem('target', why));
  }
  if (trigger?.on === 'CHECK_IN' && target !== undefined && 'value' in target) {
    problems.push(problem('target.value', 'check-ins have no value to add up: use a count'));
  }
  if (claim === 'AUTOMATIC' && claimDays !== null) {
    problems.push(problem('claimDays', 'is for tasks that are claimed BY_HAND'));
  }
  return problems;
}

const lengths = { DAILY: 1, WEEKLY: 7, MONTHLY: 31 } as const;

/** Days of a period at the most; undefined: it never begins anew. */
function lengthOf({ period }: Task): number | undefined {
  if (period.every === 'ONCE') return undefined;
  return period.every === 'DAYS' ? period.days : lengths[period.every];
}

/** A period that is longer than the time in which anything counts. */
function windowProblems(task: Task): Problem[] {
  const { firstDate, lastDate, period } = task;
  const length = lengthOf(task);
  if (firstDate === undefined || lastDate === undefined || firstDate > lastDate) return [];
  const window = daysBetween(firstDate, lastDate) + 1;
  // The shortest month: what fits into it is no mistake for sure.
  const shortest = period.every === 'MONTHLY' ? 28 : length;
  if (shortest === undefined || shortest <= window) return [];
  const message = `a period of ${shortest} days is longer than ${firstDate} to ${lastDate}`;
  return [problem('period', message)];
}

/** More check-ins than a period has days, more tasks than there are. */
function reachProblems(task: Task): Problem[] {
  const { trigger, of } = task;
  const target = targetOf(task);
  const length = lengthOf(task);
  if (trigger?.on === 'CHECK_IN' && length !== undefined && target > length) {
    const days = length === 1 ? '1 day' : `${length} days`;
    const message = `${count(target)} check-ins are never reached: a period has ${days}`;
    return [problem('target.count', message)];
  }
  if (of === undefined || 'all' in of || of.count <= of.any.length) return [];
  const message = `${of.count} of ${of.any.length} tasks are never reached`;
  return [problem('of.count', message)];
}

/** Tasks that there are not, named twice, or that need this one themselves. */
function keyProblems(task: Task, { key, tasks }: OtherRules): Problem[] {
  const parts = task.of !== undefined && 'any' in task.of ? 'of.any' : 'of.all';
  const byKey = new Map(tasks.map((other) => [other.key, other.definition]));
  const check = (field: string, keys: readonly string[]) => [
    ...repeated(keys, (one) => one).map(({ item, index }) =>
      problem(`${field}.${index}`, `${item} is in the list already`),
    ),
    ...keys.flatMap((one, index) => {
      const path = `${field}.${index}`;
      if (one === key) return [problem(path, `${one} is this task itself`)];
      if (!byKey.has(one)) {
        return [problem(path, `there is no task ${one} in force or scheduled in that time`)];
      }
      const way = wayTo(key, one, byKey);
      return way === undefined ? [] : [problem(path, `${way.join(' needs ')}: a circle`)];
    }),
  ];
  return [...check('requires', task.requires), ...check(parts, partsOf(task))];
}

/** How a task comes to need `key`: itself, what it needs, and so on; undefined: it does not. */
function wayTo(
  key: string,
  from: string,
  tasks: ReadonlyMap<string, Task>,
): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[from]];
  const seen = new Set<string>();
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    const last = way.at(-1) ?? from;
    if (last === key) return way;
    const definition = tasks.get(last);
    if (definition === undefined || seen.has(last)) continue;
    seen.add(last);
    for (const next of neededBy(definition)) ways.push([...way, next]);
  }
  return undefined;
}

function numberProblems({ tasks }: OtherRules): Problem[] {
  if (tasks.length < limits.programTasksMax) return [];
  const message = `a program has at most ${limits.programTasksMax} tasks in force: retire one`;
  return [problem('definition', message)];
}
