/**
 * Instants, zones and local dates. Pure: nothing here reads a clock.
 *
 * A local day begins when the wall clock of its zone first shows `dayStartMinutes` after midnight,
 * and lasts until the next one begins; [start, end). The offset counts on the wall clock, not in
 * elapsed time, because "the day starts at 04:00" is what people are told: on the day of a clock
 * change it still starts at 04:00. So the local date is the date of (wall clock − offset), save
 * where a clock change hits the day start itself. There, as Temporal's 'compatible' has it:
 * - shown twice: the day begins the first time and does not go back when the hour repeats;
 * - skipped: the day begins as much later as was skipped (02:30 in a gap of one hour is 03:30). So
 *   a date left out as a whole (Apia, 2011-12-30) is left out for every day start.
 */
import { Temporal } from 'temporal-polyfill';
import { assert } from './assert.ts';
import {
  dateOfDayNumber,
  datePartsOf,
  dateText,
  dayNumberOf,
  isCalendarDate,
  two,
  weekdayOf,
} from './civil-date.ts';
import { dateAt, neighbourOf, offsetSecondsAt, startOf } from './zone-days.ts';

/** A calendar date as 'YYYY-MM-DD', years 0001 to 9999. Compares and sorts as text. */
export type LocalDate = string;

/** How often something starts anew. */
export type Cadence = 'ALL_TIME' | 'DAILY' | 'WEEKLY' | 'MONTHLY';

/** Local dates [from, until); null is unbounded. */
export type Period = { from: LocalDate | null; until: LocalDate | null };

const ZONE_NAME_LENGTH_MAX = 64;

/**
 * Whether `zone` is a name of the IANA time zone database in its own spelling, old names such as
 * 'Asia/Calcutta' included. Refuses offsets ('+02:00'), other letter cases ('europe/rome') and ''.
 */
export function isTimeZone(zone: string): boolean {
  if (zone.length > ZONE_NAME_LENGTH_MAX || !/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone)) return false;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId === zone;
  } catch {
    return false;
  }
}

/** Whether `text` is a date that the calendar has, written 'YYYY-MM-DD'. */
export function isLocalDate(text: string): boolean {
  return datePartsOf(text) !== undefined;
}

/** The earlier of two instants. */
export const earlier = (a: Date, b: Date): Date => (b < a ? b : a);

/** The later of two instants. */
export const later = (a: Date, b: Date): Date => (b > a ? b : a);

/**
 * The local date that `at` belongs to in `zone`, days starting `dayStartMinutes` (0 to 1439) after
 * local midnight. RangeError for an unknown zone.
 */
export function localDateOf(at: Date, zone: string, dayStartMinutes: number): LocalDate {
  return dateAt(at.getTime(), zone, dayStartMinutes);
}

/** Seconds that local time in `zone` is ahead of UTC at `at`. RangeError for an unknown zone. */
export function utcOffsetSeconds(at: Date, zone: string): number {
  return offsetSecondsAt(at.getTime(), zone);
}

/**
 * The instant at which `date` begins in `zone`. A date that never existed there gives the start of
 * the next one that did. The instants of a date are exactly
 * [startOfLocalDate(date), startOfLocalDate(nextLocalDate(date))).
 */
export function startOfLocalDate(date: LocalDate, zone: string, dayStartMinutes: number): Date {
  return new Date(startOf(date, zone, dayStartMinutes));
}

/** The date `days` calendar days later; negative is earlier. Knows no zone. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfDayNumber(dayNumberOf(date) + days);
}

/** The month that a date lies in: `YYYY-MM`. Compares and sorts as text. */
export const monthOf = (date: LocalDate) => date.slice(0, 7);

/** The month (`YYYY-MM`) so many months later; negative is earlier. */
export function addMonths(month: string, months: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months;
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${two((count % 12) + 1)}`;
}

/** The last date of the month that `date` lies in. */
export const lastOfMonth = (date: LocalDate): LocalDate =>
  addDays(`${addMonths(monthOf(date), 1)}-01`, -1);

/** The date so many months later, or the last of a month that is too short for it (S5). */
export function dateMonthsLater(date: LocalDate, months: number): LocalDate {
  const month = addMonths(monthOf(date), months);
  const last = lastOfMonth(`${month}-01`);
  const sameDay = `${month}${date.slice(7)}`;
  return sameDay < last ? sameDay : last;
}

/** Calendar days from `a` to `b`; negative when `b` is the earlier. Knows no zone. */
export function daysBetween(a: LocalDate, b: LocalDate): number {
  return dayNumberOf(b) - dayNumberOf(a);
}

/** The next date that existed in `zone`, whatever the day start. */
export function nextLocalDate(date: LocalDate, zone: string): LocalDate {
  return neighbourOf(date, zone, 1);
}

/** The last date before `date` that existed in `zone`, whatever the day start. */
export function previousLocalDate(date: LocalDate, zone: string): LocalDate {
  return neighbourOf(date, zone, -1);
}

/**
 * The period of `cadence` that holds `date`: [from, until). Weeks start on `weekStartsOn`, 1 for
 * Monday to 7 for Sunday.
 */
export function periodOf(cadence: Cadence, date: LocalDate, weekStartsOn = 1): Period {
  assert(
    Number.isInteger(weekStartsOn) && weekStartsOn >= 1 && weekStartsOn <= 7,
    'weeks start on a day from 1 (Monday) to 7 (Sunday)',
  );
  const day = dayNumberOf(date);
  switch (cadence) {
    case 'ALL_TIME':
      return { from: null, until: null };
    case 'DAILY':
      return { from: date, until: dateOfDayNumber(day + 1) };
    case 'WEEKLY': {
      const from = day - ((weekdayOf(day) - weekStartsOn + 7) % 7);
      return { from: dateOfDayNumber(from), until: dateOfDayNumber(from + 7) };
    }
    case 'MONTHLY': {
      const year = Number(date.slice(0, 4));
      const month = Number(date.slice(5, 7));
      const until = month === 12 ? dateText(year + 1, 1, 1) : dateText(year, month + 1, 1);
      return { from: dateText(year, month, 1), until };
    }
  }
}

/**
 * Reads an instant such as '2026-03-29T01:30:00.250+01:00': ISO 8601 with seconds, up to nine
 * decimals and an explicit offset or 'Z'. Undefined for anything else: no offset, dates and times
 * that do not exist, leap seconds, offsets beyond 18 hours, years outside 1970 to 2100. What is
 * finer than a millisecond is cut off.
 */
export function parseInstant(text: string): Date | undefined {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const offsetHour = Number(match[9] ?? 0);
  const offsetMinute = Number(match[10] ?? 0);
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute);
  if (year < 1970 || year > 2100 || !isCalendarDate(year, month, day)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  if (offsetMinute > 59 || Math.abs(offset) > 18 * 60) return undefined;
  const millisecond = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const ms = Date.UTC(year, month - 1, day, hour, minute - offset, second, millisecond);
  // An offset can carry the last hours of 2100 or the first of 1970 over the edge.
  return ms >= 0 && ms < Date.UTC(2101, 0) ? new Date(ms) : undefined;
}

/** What `at.toISOString()` says, at a fifth of its cost: a command writes about ten instants. */
export function instantText(at: Date): string {
  const ms = at.getTime();
  if (!(ms >= 0 && ms < Date.UTC(2101, 0))) return at.toISOString();
  const second = Math.floor(ms / 1000);
  const minute = Math.floor(second / 60);
  const hour = Math.floor(minute / 60);
  const time = `${two(hour % 24)}:${two(minute % 60)}:${two(second % 60)}`;
  const thousandths = ms - second * 1000;
  const zeros = thousandths < 10 ? '00' : thousandths < 100 ? '0' : '';
  return `${dateOfDayNumber(Math.floor(hour / 24))}T${time}.${zeros}${thousandths}Z`;
}
