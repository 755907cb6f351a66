/** The facts that a rule may be asked about: those of its triggers, on the dates it is for. */
import { addDays, daysBetween, type LocalDate } from '../platform/calendar.ts';
import { datePartsOf, dayNumberOf, weekdayOf } from '../platform/civil-date.ts';
import type { NumberFact } from './condition.ts';
import { type CalendarDay, domains, type World } from './condition-range.ts';
import type { BasePoints, TaskTrigger, Trigger } from './definition.ts';
import { LARGEST, type NumberSet } from './fact-sets.ts';

/** Local dates from the first to the last, both included; null: without end. */
export type Days = { readonly first: LocalDate | null; readonly last: LocalDate | null };

/** In four years every day of the year falls on some weekday; longer spans are as good as any. */
const DAYS_MAX = 1_461;

const absent: NumberSet = { ranges: [], absent: true };
const there = (fact: NumberFact): NumberSet => ({ ...domains[fact], absent: false });

type TriggerKind = (Trigger | TaskTrigger)['on'];

const numbersOf: Readonly<Record<TriggerKind, World['numbers']>> = {
  ACTIVITY: { ...domains, streakDay: absent, totalDays: absent },
  CHECK_IN: {
    ...domains,
    value: absent,
    units: absent,
    streakDay: there('streakDay'),
    totalDays: there('totalDays'),
  },
  ENROLMENT: {
    ...domains,
    value: absent,
    units: absent,
    streakDay: absent,
    totalDays: absent,
    memberDays: { ranges: [[0, 0]], absent: false },
  },
  // Its value is what the order cost, its units how many.
  REDEMPTION: {
    ...domains,
    value: there('value'),
    units: there('units'),
    streakDay: absent,
    totalDays: absent,
  },
};

/** The facts of a trigger on some dates. */
export const worldOf = (on: TriggerKind, days: Days): World => ({
  numbers: numbersOf[on],
  hasAttributes: on === 'ACTIVITY',
  dates: datesOf(days),
});

/** The same without what `points` pays nothing for. */
export const payingWorld = (world: World, points: BasePoints): World => ({
  ...world,
  numbers: { ...world.numbers, value: payingValues(points) ?? world.numbers.value },
});

/** The values that are worth a point; undefined: the value does not matter. */
function payingValues(points: BasePoints): NumberSet | undefined {
  if ('fixed' in points) return undefined;
  if ('table' in points) {
    const ranges = points.table
      .filter((row) => row.points > 0)
      .map(({ from, below }) => [from, below === null ? LARGEST : below - 1] as const)
      .filter(([from, to]) => from <= to);
    return { ranges, absent: false };
  }
  return { ranges: [[leastValue(points.perUnit), LARGEST]], absent: false };
}

/** The least value that is worth a point. */
export function leastValue({ points, unit, rounding }: PerUnit): number {
  if (rounding === 'UP') return 1;
  return Math.ceil(rounding === 'DOWN' ? unit / points : unit / points / 2);
}

type PerUnit = Extract<BasePoints, { perUnit: unknown }>['perUnit'];

/** The dates in both spans. */
export function bothDays(a: Days, b: Days): Days {
  const first = [a.first, b.first].filter((date) => date !== null).sort();
  const last = [a.last, b.last].filter((date) => date !== null).sort();
  return { first: first.at(-1) ?? null, last: last[0] ?? null };
}

/** Each of the dates; null when they are many, or none (which is told elsewhere). */
function datesOf({ first, last }: Days): CalendarDay[] | null {
  if (first === null || last === null || first > last) return null;
  const count = daysBetween(first, last) + 1;
  if (count > DAYS_MAX) return null;
  return Array.from({ length: count }, (_, index) => {
    const date = addDays(first, index);
    const { month = 0, day = 0 } = datePartsOf(date) ?? {};
    return { month, dayOfMonth: day, weekday: weekdayOf(dayNumberOf(date)) };
  });
}
