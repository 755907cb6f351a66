/**
 * How far a member is with a task: a pure function of the facts that count, whatever the order in
 * which they came (S50). Incremental updates and `verify` both use it.
 */
import { limits } from '../limits.ts';
import { addDays, type LocalDate } from '../platform/calendar.ts';
import type { Task } from '../rules/task-definition.ts';
import { targetOf } from '../rules/task-definition.ts';
import type { Versioned } from '../rules/versioned.ts';
import { calendarStart } from './periods.ts';

/** A fact as it counts for one task of one member. */
export type Contribution = {
  readonly source: string;
  /** Version of the task by which it was taken. */
  readonly version: number;
  readonly occurredAt: Date;
  readonly localDate: LocalDate;
  readonly amount: number;
};

/** One period of a task. */
export type Period = {
  readonly periodStart: LocalDate;
  /** Of its first fact: a period is judged to its end by the terms it began with. */
  readonly version: number;
  readonly progress: number;
  readonly target: number;
  readonly completedAt: Date | null;
  readonly completedDate: LocalDate | null;
};

/** By version of the task. */
export type UnlockedAt = (version: number) => Date | null | undefined;

type Definitions = ReadonlyMap<number, Versioned<Task>>;

/** Facts in the order in which they happened. */
const inOrder = (a: Contribution, b: Contribution) =>
  compare(a.localDate, b.localDate) ||
  a.occurredAt.getTime() - b.occurredAt.getTime() ||
  compare(a.source, b.source);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Whether anything of a fact is left, and it happened after what must come first. */
function counts(
  versions: Definitions,
  { amount, occurredAt, version }: Contribution,
  unlockedAt: UnlockedAt,
): boolean {
  if (amount === 0 || !versions.has(version)) return false;
  const since = unlockedAt(version);
  return since === null || (since !== undefined && occurredAt > since);
}

/**
 * The periods that the facts give, oldest first. `unlockedAt`: when everything was completed that
 * must come first by a version; only later facts count (undefined: not yet; null: nothing must).
 * Facts that were taken back in full count for nothing, and open no period.
 */
export function periodsOf(
  versions: Definitions,
  contributions: readonly Contribution[],
  unlockedAt: UnlockedAt,
): Period[] {
  const counting = contributions.filter((fact) => counts(versions, fact, unlockedAt)).sort(inOrder);
  const byStart = new Map<LocalDate, Contribution[]>();
  let own: { start: LocalDate; end: LocalDate } | undefined;
  for (const fact of counting) {
    const definition = versions.get(fact.version)?.definition;
    if (definition === undefined) continue;
    let start = calendarStart(definition, fact.localDate);
    if (start === undefined) {
      const days = definition.period.every === 'DAYS' ? definition.period.days : 1;
      if (own === undefined || fact.localDate >= own.end) {
        own = { start: fact.localDate, end: addDays(fact.localDate, days) };
      }
      start = own.start;
    }
    const facts = byStart.get(start);
    if (facts === undefined) byStart.set(start, [fact]);
    else facts.push(fact);
  }
  return [...byStart].flatMap(([periodStart, facts]) =>
    periodOfFacts(versions, periodStart, facts),
  );
}

function periodOfFacts(
  versions: Definitions,
  periodStart: LocalDate,
  facts: readonly Contribution[],
): Period[] {
  const task = versions.get(facts[0]?.version ?? 0);
  if (task === undefined) return [];
  const target = targetOf(task.definition);
  const isComposite = task.definition.of !== undefined;
  const parts = new Set<string>();
  let progress = 0;
  let reached: Contribution | undefined;
  for (const fact of facts) {
    if (isComposite) {
      // A part that was completed several times in the period counts once.
      const part = taskOfPart(fact.source);
      if (parts.has(part)) continue;
      parts.add(part);
    }
    progress = Math.min(limits.pointsMax, progress + fact.amount);
    if (progress >= target) reached ??= fact;
  }
  const completedAt = reached?.occurredAt ?? null;
  const completedDate = reached?.localDate ?? null;
  return [{ periodStart, version: task.version, progress, target, completedAt, completedDate }];
}

/** How a part's completion is named among the facts of its composites: `TASK:<rule>:<period>`. */
export const partSource = (ruleId: number, periodStart: LocalDate) =>
  `TASK:${ruleId}:${periodStart}`;
const taskOfPart = (source: string) => source.split(':', 2).join(':');

/**
 * What is stored of a period after its facts gave `found` (undefined: none are left). A completion
 * that is not to be taken back stays with its time (S50); undefined: nothing is left to store.
 */
export function settledPeriod(
  versions: Definitions,
  stored: Period | undefined,
  found: Period | undefined,
): Period | undefined {
  const keeps =
    stored !== undefined &&
    stored.completedAt !== null &&
    found?.completedAt == null &&
    versions.get(stored.version)?.definition.rollback === false;
  const base = found ?? (stored && { ...stored, progress: 0 });
  if (base === undefined) return undefined;
  const { completedAt, completedDate } = keeps ? stored : (found ?? noCompletion);
  return { ...base, completedAt, completedDate };
}

const noCompletion = { completedAt: null, completedDate: null };

export const isSame = (a: Period, b: Period) =>
  a.version === b.version &&
  a.progress === b.progress &&
  a.target === b.target &&
  a.completedDate === b.completedDate &&
  a.completedAt?.getTime() === b.completedAt?.getTime();

/**
 * What stored periods become with new facts, by the facts alone; undefined where the others have to
 * be looked at, too: which of them reached the target, whose version judges, where periods begin.
 * What it answers is what `periodsOf` would: most facts come last, and move a sum.
 */
export function advanced(
  versions: Definitions,
  stored: readonly Period[],
  facts: readonly Contribution[],
  unlockedAt: UnlockedAt,
): Period[] | undefined {
  const next = new Map<LocalDate, Period>();
  for (const fact of facts) {
    const definition = versions.get(fact.version)?.definition;
    if (definition === undefined || definition.of !== undefined) return undefined;
    if (!counts(versions, fact, unlockedAt)) continue;
    const start = calendarStart(definition, fact.localDate);
    const known =
      start === undefined
        ? ownPeriod(definition, stored, fact.localDate)
        : stored.find(({ periodStart }) => periodStart === start);
    const period = known && withFact(next.get(known.periodStart) ?? known, fact);
    if (period === undefined) return undefined;
    next.set(period.periodStart, period);
  }
  return [...next.values()];
}

/** The period of a member's own that holds a date. */
function ownPeriod(
  { period }: Task,
  stored: readonly Period[],
  date: LocalDate,
): Period | undefined {
  const days = period.every === 'DAYS' ? period.days : 1;
  return stored.find(
    ({ periodStart, progress }) =>
      progress > 0 && periodStart <= date && date < addDays(periodStart, days),
  );
}

/** A period with one more fact; undefined when that may change more than its sum. */
function withFact(period: Period, fact: Contribution): Period | undefined {
  const { version, target, completedAt, completedDate } = period;
  // The version is that of the first fact, which either of the two may be.
  if (fact.version !== version) return undefined;
  const progress = Math.min(limits.pointsMax, period.progress + fact.amount);
  if (progress < target) return { ...period, progress };
  if (period.progress < target || completedAt === null || completedDate === null) return undefined;
  const isLater =
    compare(fact.localDate, completedDate) || fact.occurredAt.getTime() - completedAt.getTime();
  return isLater > 0 ? { ...period, progress } : undefined;
}
