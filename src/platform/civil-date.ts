/**
 * Dates without a zone, as texts and as day numbers, for calendar.ts, which is what to use. Plain
 * integers, because Temporal takes 6 to 10 µs for what happens several times in every request; the
 * tests hold the two equal.
 */

// The calendar repeats itself every 400 years.
const DAYS_PER_ERA = 146_097;
// From 0000-03-01 to 1970-01-01.
const DAYS_BEFORE_1970 = 719_468;
const DAY_NUMBER_MIN = dayNumberOfParts(1, 1, 1);
const DAY_NUMBER_MAX = dayNumberOfParts(9999, 12, 31);

/** A date's parts; `month` and `day` from 1. */
export type DateParts = { year: number; month: number; day: number };

/** Whether the calendar has this date, years 1 to 9999. */
export function isCalendarDate(year: number, month: number, day: number): boolean {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= last;
}

/** The parts of a text 'YYYY-MM-DD', or undefined when it is not one or no such date exists. */
export function datePartsOf(text: string): DateParts | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  return isCalendarDate(year, month, day) ? { year, month, day } : undefined;
}

/** Days from 1970-01-01 to the date; RangeError for a text that is no date. */
export function dayNumberOf(date: string): number {
  const parts = datePartsOf(date);
  if (parts === undefined) throw new RangeError(`not a local date: ${date.slice(0, 40)}`);
  return dayNumberOfParts(parts.year, parts.month, parts.day);
}

/** The date of a day number as 'YYYY-MM-DD'; RangeError outside the years 0001 to 9999. */
export function dateOfDayNumber(dayNumber: number): string {
  if (!(dayNumber >= DAY_NUMBER_MIN && dayNumber <= DAY_NUMBER_MAX)) {
    throw new RangeError('a local date outside the years 0001 to 9999');
  }
  const days = dayNumber + DAYS_BEFORE_1970;
  const era = Math.floor(days / DAYS_PER_ERA);
  const dayOfEra = days - era * DAYS_PER_ERA;
  const leapDays =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return dateText(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

/** A whole number with two digits. */
export const two = (value: number) => (value < 10 ? `0${value}` : `${value}`);

/** 'YYYY-MM-DD' of parts that are known to be a date; RangeError after the year 9999. */
export function dateText(year: number, month: number, day: number): string {
  if (year > 9999) throw new RangeError('a local date outside the years 0001 to 9999');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** The weekday of a day number: 1 for Monday to 7 for Sunday. */
export function weekdayOf(dayNumber: number): number {
  // 1970-01-01 was a Thursday; the second modulo makes earlier days positive.
  return ((((dayNumber + 3) % 7) + 7) % 7) + 1;
}

/** Years run from March here, so that the leap day comes last and months follow one formula. */
function dayNumberOfParts(year: number, month: number, day: number): number {
  const yearFromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(yearFromMarch / 400);
  const yearOfEra = yearFromMarch - era * 400;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_BEFORE_1970;
}
