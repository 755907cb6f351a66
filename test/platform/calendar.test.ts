import { describe, expect, it } from 'vitest';
import {
  addDays,
  type Cadence,
  daysBetween,
  isLocalDate,
  isTimeZone,
  localDateOf,
  nextLocalDate,
  parseInstant,
  periodOf,
  previousLocalDate,
  startOfLocalDate,
  utcOffsetSeconds,
} from '../../src/platform/calendar.ts';

const instantOf = (text: string) => new Date(text);
const hoursBetween = (a: Date, b: Date) => (b.getTime() - a.getTime()) / 3_600_000;

describe('time zones and dates', () => {
  it.each([
    ['Europe/Rome', true],
    ['UTC', true],
    ['Etc/GMT+2', true],
    ['America/Port-au-Prince', true],
    ['Asia/Calcutta', true],
    ['Asia/Kolkata', true],
    ['America/Argentina/ComodRivadavia', true],
    ['+02:00', false],
    ['-05', false],
    ['UTC+2', false],
    ['europe/rome', false],
    ['Europe/Atlantis', false],
    ['', false],
    ['Z', false],
    ['Europe/Rome ', false],
    ['../../etc/passwd', false],
    [`A${'/a'.repeat(5_000)}`, false],
  ])('isTimeZone(%j) is %s', (zone, expected) => {
    expect(isTimeZone(zone)).toBe(expected);
  });

  it.each([
    ['2026-03-29', true],
    ['2024-02-29', true],
    ['2000-02-29', true],
    ['2026-02-29', false],
    ['2100-02-29', false],
    ['2026-04-31', false],
    ['2026-13-01', false],
    ['2026-00-10', false],
    ['2026-01-00', false],
    ['0000-01-01', false],
    ['2026-3-29', false],
    ['2026-03-29T00:00', false],
    ['20260329', false],
    [' 2026-03-29', false],
    ['2026-03-29\n', false],
    ['', false],
  ])('isLocalDate(%j) is %s', (text, expected) => {
    expect(isLocalDate(text)).toBe(expected);
  });

  it('refuses what is no zone, no date, no day start', () => {
    const at = instantOf('2026-01-01T00:00:00Z');
    expect(() => localDateOf(at, 'Europe/Atlantis', 0)).toThrow(RangeError);
    expect(() => utcOffsetSeconds(at, 'Europe/Atlantis')).toThrow(RangeError);
    expect(() => localDateOf(new Date(Number.NaN), 'UTC', 0)).toThrow(RangeError);
    expect(() => localDateOf(at, 'UTC', 1_440)).toThrow(/0 to 1439/);
    expect(() => localDateOf(at, 'UTC', 0.5)).toThrow(/0 to 1439/);
    expect(() => startOfLocalDate('2026-02-29', 'UTC', 0)).toThrow(RangeError);
    expect(() => addDays('20260228', 1)).toThrow(RangeError);
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
  });
});

describe('local days', () => {
  it.each([
    // zone                 day start  date          begins (UTC)            hours  case
    ['Europe/Rome', 0, '2026-03-28', '2026-03-27T23:00:00Z', 24, 'an ordinary day'],
    ['Europe/Rome', 0, '2026-03-29', '2026-03-28T23:00:00Z', 23, 'spring forward'],
    ['Europe/Rome', 0, '2026-10-25', '2026-10-24T22:00:00Z', 25, 'fall back'],
    ['Europe/Rome', 240, '2026-03-28', '2026-03-28T03:00:00Z', 23, 'the change falls before 04:00'],
    ['Europe/Rome', 240, '2026-03-29', '2026-03-29T02:00:00Z', 24, 'so that day is ordinary'],
    ['Europe/Rome', 240, '2026-10-24', '2026-10-24T02:00:00Z', 25, 'and in autumn'],
    ['Europe/Rome', 150, '2026-03-29', '2026-03-29T01:30:00Z', 23, '02:30 is skipped: 03:30'],
    ['Europe/Rome', 150, '2026-10-25', '2026-10-25T00:30:00Z', 25, '02:30 comes twice: the first'],
    ['America/New_York', 0, '2026-03-08', '2026-03-08T05:00:00Z', 23, 'spring forward'],
    ['America/New_York', 0, '2026-11-01', '2026-11-01T04:00:00Z', 25, 'fall back'],
    ['Australia/Lord_Howe', 0, '2026-04-05', '2026-04-04T13:00:00Z', 24.5, 'half an hour back'],
    ['Australia/Lord_Howe', 0, '2026-10-04', '2026-10-03T13:30:00Z', 23.5, 'half an hour forward'],
    ['America/Sao_Paulo', 0, '2018-11-04', '2018-11-04T03:00:00Z', 23, 'no midnight: at 01:00'],
    ['America/Sao_Paulo', 0, '2018-02-17', '2018-02-17T02:00:00Z', 25, '23:00 comes twice'],
    ['America/Havana', 0, '2026-11-01', '2026-11-01T04:00:00Z', 25, 'midnight comes twice'],
    ['Pacific/Apia', 0, '2011-12-29', '2011-12-29T10:00:00Z', 24, 'the day before the lost one'],
    ['Pacific/Apia', 0, '2011-12-30', '2011-12-30T10:00:00Z', 0, 'the lost day'],
    ['Pacific/Apia', 0, '2011-12-31', '2011-12-30T10:00:00Z', 24, 'the day after it'],
    ['Pacific/Apia', 240, '2011-12-30', '2011-12-30T14:00:00Z', 0, 'lost at any day start'],
    ['Asia/Shanghai', 240, '2025-12-31', '2025-12-30T20:00:00Z', 24, 'year end'],
    ['UTC', 0, '2024-02-29', '2024-02-29T00:00:00Z', 24, 'leap day'],
  ])('%s, day start %i, %s begins %s and has %d hours: %s', (zone, dayStart, date, from, hours) => {
    const start = startOfLocalDate(date, zone, dayStart);
    const end = startOfLocalDate(addDays(date, 1), zone, dayStart);
    expect(start).toEqual(instantOf(from));
    expect(hoursBetween(start, end)).toBe(hours);
  });

  it.each([
    ['2026-03-29T01:59:59.999Z', 'Europe/Rome', 240, '2026-03-28'],
    ['2026-03-29T02:00:00.000Z', 'Europe/Rome', 240, '2026-03-29'],
    ['2025-12-31T22:59:59.999Z', 'Europe/Rome', 0, '2025-12-31'],
    ['2025-12-31T23:00:00.000Z', 'Europe/Rome', 0, '2026-01-01'],
    ['2011-12-30T09:59:59.999Z', 'Pacific/Apia', 0, '2011-12-29'],
    ['2011-12-30T10:00:00.000Z', 'Pacific/Apia', 0, '2011-12-31'],
    ['2011-12-30T13:59:59.999Z', 'Pacific/Apia', 240, '2011-12-29'],
    ['2011-12-30T14:00:00.000Z', 'Pacific/Apia', 240, '2011-12-31'],
    // The clock went back at 00:01 to 23:01 of the day before: the new day had begun, and stays.
    ['2006-10-29T02:30:00.000Z', 'America/St_Johns', 0, '2006-10-29'],
    ['2006-10-29T02:31:00.000Z', 'America/St_Johns', 0, '2006-10-29'],
    ['2006-10-29T02:29:59.999Z', 'America/St_Johns', 0, '2006-10-28'],
    ['1969-12-31T23:59:59.999Z', 'UTC', 0, '1969-12-31'],
  ])('%s in %s with day start %i is %s', (at, zone, dayStart, expected) => {
    expect(localDateOf(instantOf(at), zone, dayStart)).toBe(expected);
  });

  it.each([
    ['2026-03-29T00:59:59Z', 'Europe/Rome', 3_600],
    ['2026-03-29T01:00:00Z', 'Europe/Rome', 7_200],
    ['2026-04-04T14:59:59Z', 'Australia/Lord_Howe', 39_600],
    ['2026-04-04T15:00:00Z', 'Australia/Lord_Howe', 37_800],
    ['2011-12-30T09:59:59Z', 'Pacific/Apia', -36_000],
    ['2011-12-30T10:00:00Z', 'Pacific/Apia', 50_400],
    ['1971-06-01T00:00:00Z', 'Africa/Monrovia', -2_670],
    ['2026-06-01T00:00:00Z', 'UTC', 0],
  ])('at %s the offset of %s is %i s', (at, zone, expected) => {
    expect(utcOffsetSeconds(instantOf(at), zone)).toBe(expected);
  });

  it.each([
    ['Pacific/Apia', '2011-12-29', '2011-12-31'],
    ['Pacific/Kwajalein', '1993-08-20', '1993-08-22'],
    ['Pacific/Kiritimati', '1994-12-30', '1995-01-01'],
    ['Europe/Rome', '2026-03-28', '2026-03-29'],
    ['America/Sao_Paulo', '2018-11-03', '2018-11-04'],
    ['UTC', '2024-02-28', '2024-02-29'],
    ['UTC', '2026-02-28', '2026-03-01'],
    ['UTC', '2025-12-31', '2026-01-01'],
  ])('in %s the day after %s is %s, and back', (zone, date, next) => {
    expect(nextLocalDate(date, zone)).toBe(next);
    expect(previousLocalDate(next, zone)).toBe(date);
  });

  it('leads out of a date that never existed both ways', () => {
    expect(nextLocalDate('2011-12-30', 'Pacific/Apia')).toBe('2011-12-31');
    expect(previousLocalDate('2011-12-30', 'Pacific/Apia')).toBe('2011-12-29');
  });
});

describe('calendar arithmetic', () => {
  it.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2024-02-28', 2, '2024-03-01'],
    ['2025-12-31', 1, '2026-01-01'],
    ['2026-03-01', -1, '2026-02-28'],
    ['2026-03-28', 2, '2026-03-30'],
    ['2024-02-29', 366, '2025-03-01'],
  ])('%s plus %i is %s, and back', (date, days, expected) => {
    expect(addDays(date, days)).toBe(expected);
    expect(daysBetween(date, expected)).toBe(days);
  });

  it.each<[Cadence, string, number, string | null, string | null]>([
    ['ALL_TIME', '2026-03-29', 1, null, null],
    ['DAILY', '2026-02-28', 1, '2026-02-28', '2026-03-01'],
    ['WEEKLY', '2026-03-29', 1, '2026-03-23', '2026-03-30'],
    ['WEEKLY', '2026-03-30', 1, '2026-03-30', '2026-04-06'],
    ['WEEKLY', '2026-03-29', 7, '2026-03-29', '2026-04-05'],
    ['WEEKLY', '2026-03-28', 7, '2026-03-22', '2026-03-29'],
    ['WEEKLY', '2026-01-01', 1, '2025-12-29', '2026-01-05'],
    ['WEEKLY', '2026-04-03', 6, '2026-03-28', '2026-04-04'],
    ['MONTHLY', '2026-01-31', 1, '2026-01-01', '2026-02-01'],
    ['MONTHLY', '2024-02-29', 1, '2024-02-01', '2024-03-01'],
    ['MONTHLY', '2026-12-31', 1, '2026-12-01', '2027-01-01'],
  ])('%s period of %s, weeks from day %i, is [%s, %s)', (cadence, date, weekStart, from, until) => {
    expect(periodOf(cadence, date, weekStart)).toEqual({ from, until });
  });

  it('starts weeks on Monday unless told', () => {
    expect(periodOf('WEEKLY', '2026-03-29').from).toBe('2026-03-23');
    expect(() => periodOf('WEEKLY', '2026-03-29', 0)).toThrow(/1 \(Monday\)/);
  });
});

describe('parseInstant', () => {
  it.each([
    ['2026-03-29T01:30:00Z', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29T01:30:00.5+01:00', '2026-03-29T00:30:00.500Z'],
    ['2026-03-29T01:30:00.123456789-03:30', '2026-03-29T05:00:00.123Z'],
    ['2024-02-29T23:59:59.999999999Z', '2024-02-29T23:59:59.999Z'],
    ['2026-01-01T00:30:00+14:00', '2025-12-31T10:30:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['2100-12-31T23:59:59Z', '2100-12-31T23:59:59.000Z'],
  ])('reads %s', (text, expected) => {
    expect(parseInstant(text)?.toISOString()).toBe(expected);
  });

  it.each([
    '',
    '2026-03-29',
    '2026-03-29T01:30:00',
    '2026-03-29T01:30Z',
    '2026-03-29 01:30:00Z',
    '2026-03-29t01:30:00z',
    '2026-03-29T01:30:00.Z',
    '2026-03-29T01:30:00.1234567890Z',
    '2026-03-29T01:30:00,5Z',
    '2026-03-29T24:00:00Z',
    '2026-03-29T23:60:00Z',
    '2026-03-29T23:59:60Z',
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-03-29T01:30:00+0100',
    '2026-03-29T01:30:00+01',
    '2026-03-29T01:30:00+01:60',
    '2026-03-29T01:30:00+18:01',
    '2026-03-29T01:30:00Z[Europe/Rome]',
    '+002026-03-29T01:30:00Z',
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00+00:01',
    '2101-01-01T00:00:00Z',
    '2100-12-31T23:59:59-00:01',
    '2026-03-29T01:30:00Z\n',
    '1774747800000',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
