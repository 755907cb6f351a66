/** When points become active and when they expire, by the local dates of the program. */
import type { FactTime } from '../engine/rows.ts';
import { addDays, type LocalDate, periodOf, startOfLocalDate } from '../platform/calendar.ts';
import type { Activation, Expiry } from '../rules/definition.ts';

/**
 * The instant at which points of a fact expire; null: never. At that instant they are expired (S7,
 * S30). `days` are counted from the fact's local date, then:
 * - END_OF_DAY, END_OF_MONTH, END_OF_YEAR: the end of the local day, month or year reached;
 * - INSTANT: as long after the start of the day reached as the fact was after the start of its own.
 *   That is the same time by the clock, save on days of a clock change. A day reached that never
 *   existed (Apia, 2011-12-30) stands for the next one that did.
 */
export function expiresAt(expiry: Expiry | null, time: FactTime): Date | null {
  if (expiry === null) return null;
  const date = addDays(time.localDate, expiry.days);
  switch (expiry.until) {
    case 'INSTANT': {
      const sinceStart = time.occurredAt.getTime() - startOf(time.localDate, time).getTime();
      return new Date(startOf(date, time).getTime() + sinceStart);
    }
    case 'END_OF_DAY':
      return startOf(addDays(date, 1), time);
    case 'END_OF_MONTH':
      return endOfMonth(date, time);
    case 'END_OF_YEAR':
      return endOfMonth(`${date.slice(0, 4)}-12-31`, time);
  }
}

/**
 * The instant from which points of a fact can be spent; null while they await confirmation. AT_ONCE
 * is when it happened, or `now` if a clock that is ahead dated it later. AFTER_DAYS is the start of
 * the local day so many days later, which may have come already for a late fact.
 */
export function activatesAt(activation: Activation, time: FactTime, now: Date): Date | null {
  switch (activation.mode) {
    case 'AT_ONCE':
      return time.occurredAt < now ? time.occurredAt : now;
    case 'AFTER_DAYS':
      return startOf(addDays(time.localDate, activation.days), time);
    case 'ON_CONFIRMATION':
      return null;
  }
}

const startOf = (date: LocalDate, { zone, dayStartMinutes }: FactTime) =>
  startOfLocalDate(date, zone, dayStartMinutes);

function endOfMonth(date: LocalDate, time: FactTime): Date {
  const { until } = periodOf('MONTHLY', date);
  return startOf(until ?? date, time);
}
