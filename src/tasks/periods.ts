/** In which period of a task a fact lies, by its local date (S51). */
import { addDays, daysBetween, type LocalDate, periodOf } from '../platform/calendar.ts';
import type { Task } from '../rules/task-definition.ts';

/** First date of the one period of a task that is done once. */
export const ONCE: LocalDate = '1970-01-01';
/** A Monday: where periods of days are counted from when the task has no first date. */
const ANCHOR: LocalDate = '1970-01-05';

const cadences = { DAILY: 'DAILY', WEEKLY: 'WEEKLY', MONTHLY: 'MONTHLY' } as const;

/** First date of the period that holds a date; undefined: the member's own facts open periods. */
export function calendarStart(
  { period, firstDate }: Pick<Task, 'period' | 'firstDate'>,
  date: LocalDate,
): LocalDate | undefined {
  if (period.every === 'ONCE') return ONCE;
  if (period.every !== 'DAYS') return periodOf(cadences[period.every], date).from ?? ONCE;
  if (period.from === 'FIRST_ACT') return undefined;
  const anchor = firstDate ?? ANCHOR;
  const passed = daysBetween(anchor, date);
  const inside = ((passed % period.days) + period.days) % period.days;
  return addDays(date, -inside);
}

/** The date after a period's last one: [start, end). Null: it has no end. */
export function periodEnd(
  { period, lastDate }: Pick<Task, 'period' | 'lastDate'>,
  start: LocalDate,
): LocalDate | null {
  const close = lastDate === undefined ? null : addDays(lastDate, 1);
  if (period.every === 'ONCE') return close;
  const end =
    period.every === 'DAYS'
      ? addDays(start, period.days)
      : (periodOf(cadences[period.every], start).until ?? start);
  return close !== null && close < end ? close : end;
}
