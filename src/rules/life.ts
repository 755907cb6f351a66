/** How long points live, in dates of the calendar. */
import {
  addDays,
  addMonths,
  dateMonthsLater,
  daysBetween,
  type LocalDate,
  lastOfMonth,
} from '../platform/calendar.ts';
import type { Expiry } from './definition-parts.ts';

/** The local date that `expiry` counts to from a fact's own, before any rounding up. */
function dateReached({ days, months = 0, years = 0 }: Expiry, date: LocalDate): LocalDate {
  const all = 12 * years + months;
  return all === 0 ? addDays(date, days) : dateMonthsLater(date, all);
}

/** The last local date of points of a fact; INSTANT: the one in the course of which they expire. */
export function lastDateOf(expiry: Expiry, date: LocalDate): LocalDate {
  const reached = dateReached(expiry, date);
  if (expiry.until === 'END_OF_MONTH') return lastOfMonth(reached);
  return expiry.until === 'END_OF_YEAR' ? `${reached.slice(0, 4)}-12-31` : reached;
}

/** Whole days that points live at least, whatever the date of their fact. */
export function leastDays(expiry: Expiry): number {
  const day = expiry.until === 'INSTANT' ? 0 : 1;
  // A fact whose days end with a month or year gets no more than these.
  if (expiry.days > 0) return expiry.days + day;
  const lives = monthEnds.map((date) => daysBetween(date, lastDateOf(expiry, date)) + day);
  return Math.min(...lives);
}

/** A life of calendar months is shortest from the last day of one; leap years come every four. */
const monthEnds = Array.from({ length: 48 }, (_, index) =>
  lastOfMonth(`${addMonths('2027-01', index)}-01`),
);
