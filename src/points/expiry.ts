/** When points become active and when they expire, by the local dates of the program. */
import type { FactTime } from '../engine/rows.ts';
import { addDays, type LocalDate, startOfLocalDate } from '../platform/calendar.ts';
import type { Activation, Expiry } from '../rules/definition.ts';
import { lastDateOf } from '../rules/life.ts';

/**
 * The instant at which points of a fact expire; null: never. At that instant they are expired (S7,
 * S30). `days`, `months` or `years` are counted from the fact's local date, then:
 * - END_OF_DAY, END_OF_MONTH, END_OF_YEAR: the end of the local day, month or year reached;
 * - INSTANT: as long after the start of the day reached as the fact was after the start of its own.
 *   That is the same time by the clock, save on days of a clock change. A day reached that never
 *   existed (Apia, 2011-12-30) stands for the next one that did.
 */
export function expiresAt(expiry: Expiry | null, time: FactTime): Date | null {
  if (expiry === null) return null;
  const last = lastDateOf(expiry, time.localDate);
  if (expiry.until !== 'INSTANT') return startOf(addDays(last, 1), time);
  const sinceStart = time.occurredAt.getTime() - startOf(time.localDate, time).getTime();
  return new Date(startOf(last, time).getTime() + sinceStart);
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
