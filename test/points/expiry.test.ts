import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { FactTime } from '../../src/engine/rows.ts';
import {
  daysBetween,
  localDateOf,
  startOfLocalDate,
  utcOffsetSeconds,
} from '../../src/platform/calendar.ts';
import { activatesAt, expiresAt } from '../../src/points/expiry.ts';
import type { Expiry } from '../../src/rules/definition.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`expiry: SEED=${seed}`);

const fact = (occurredAt: Date, zone: string, dayStartMinutes = 0): FactTime => ({
  occurredAt,
  localDate: localDateOf(occurredAt, zone, dayStartMinutes),
  zone,
  utcOffsetSeconds: utcOffsetSeconds(occurredAt, zone),
  dayStartMinutes,
});

const ROME = 'Europe/Rome'; // 2026-03-29 has 23 hours, 2026-10-25 has 25.
const HOWE = 'Australia/Lord_Howe'; // 2026-04-05 has 24.5 hours, 2026-10-04 has 23.5.
const APIA = 'Pacific/Apia'; // 2011-12-30 never was.

type Case = [string, string, number, Expiry['until'], number, string, string];

/** The instant of expiry as text; null: never. */
const expiryOf = (at: string, zone: string, dayStart: number, expiry: Expiry | null) =>
  expiresAt(expiry, fact(new Date(at), zone, dayStart))?.toISOString() ?? null;

describe('expiresAt (S30)', () => {
  it('never', () => {
    expect(expiryOf('2026-03-28T12:00:00Z', ROME, 0, null)).toBeNull();
  });

  it.each<Case>([
    // fact                 zone  start until         days expires              case
    ['2026-03-28T12:00:00Z', ROME, 0, 'END_OF_DAY', 0, '2026-03-28T23:00:00Z', 'today only'],
    ['2026-03-28T23:00:00Z', ROME, 0, 'END_OF_DAY', 0, '2026-03-29T22:00:00Z', 'a day of 23 h'],
    ['2026-03-28T12:00:00Z', ROME, 0, 'END_OF_DAY', 1, '2026-03-29T22:00:00Z', 'and to its end'],
    ['2026-10-24T22:00:00Z', ROME, 0, 'END_OF_DAY', 0, '2026-10-25T23:00:00Z', 'a day of 25 h'],
    ['2026-04-04T13:00:00Z', HOWE, 0, 'END_OF_DAY', 0, '2026-04-05T13:30:00Z', 'a day of 24.5 h'],
    ['2026-10-03T13:30:00Z', HOWE, 0, 'END_OF_DAY', 0, '2026-10-04T13:00:00Z', 'a day of 23.5 h'],
    ['2011-12-29T12:00:00Z', APIA, 0, 'END_OF_DAY', 0, '2011-12-30T10:00:00Z', 'the day before'],
    [
      '2011-12-29T12:00:00Z',
      APIA,
      0,
      'END_OF_DAY',
      1,
      '2011-12-30T10:00:00Z',
      'one that never was',
    ],
    ['2011-12-29T12:00:00Z', APIA, 0, 'END_OF_DAY', 2, '2011-12-31T10:00:00Z', 'the one after'],
    ['2026-03-29T01:59:00Z', ROME, 240, 'END_OF_DAY', 0, '2026-03-29T02:00:00Z', 'before 04:00'],
    ['2026-03-29T02:00:00Z', ROME, 240, 'END_OF_DAY', 0, '2026-03-30T02:00:00Z', 'from 04:00 on'],
    ['2028-02-28T12:00:00Z', 'UTC', 0, 'END_OF_DAY', 365, '2029-02-28T00:00:00Z', 'a leap year'],
  ])('%s in %s from %i, %s + %i: %s − %s', (at, zone, start, until, days, expected) => {
    expect(expiryOf(at, zone, start, { days, until })).toBe(new Date(expected).toISOString());
  });

  it.each<Case>([
    ['2026-03-01T12:00:00Z', ROME, 0, 'END_OF_MONTH', 0, '2026-03-31T22:00:00Z', 'summer time'],
    ['2026-03-31T21:59:59Z', ROME, 0, 'END_OF_MONTH', 0, '2026-03-31T22:00:00Z', 'its last second'],
    ['2026-03-31T22:00:00Z', ROME, 0, 'END_OF_MONTH', 0, '2026-04-30T22:00:00Z', 'the next month'],
    ['2026-03-31T12:00:00Z', ROME, 0, 'END_OF_MONTH', 1, '2026-04-30T22:00:00Z', 'days come first'],
    ['2026-01-31T12:00:00Z', 'UTC', 0, 'END_OF_MONTH', 30, '2026-04-01T00:00:00Z', 'over February'],
    ['2028-02-01T12:00:00Z', 'UTC', 0, 'END_OF_MONTH', 0, '2028-03-01T00:00:00Z', '29 February'],
    ['2026-12-10T12:00:00Z', HOWE, 0, 'END_OF_MONTH', 0, '2026-12-31T13:00:00Z', 'December'],
    ['2026-04-01T01:59:00Z', ROME, 240, 'END_OF_MONTH', 0, '2026-04-01T02:00:00Z', 'from 04:00'],
    ['2011-12-10T12:00:00Z', APIA, 0, 'END_OF_YEAR', 0, '2011-12-31T10:00:00Z', 'in Apia'],
    ['2026-01-01T00:00:00Z', 'UTC', 0, 'END_OF_YEAR', 0, '2027-01-01T00:00:00Z', 'a whole year'],
    ['2026-12-31T23:59:59Z', 'UTC', 0, 'END_OF_YEAR', 0, '2027-01-01T00:00:00Z', 'a second'],
    ['2026-12-31T23:30:00Z', ROME, 0, 'END_OF_YEAR', 0, '2027-12-31T23:00:00Z', 'local new year'],
    ['2026-01-01T12:00:00Z', 'UTC', 0, 'END_OF_YEAR', 365, '2028-01-01T00:00:00Z', 'days first'],
  ])('%s in %s from %i, %s + %i: %s − %s', (at, zone, start, until, days, expected) => {
    expect(expiryOf(at, zone, start, { days, until })).toBe(new Date(expected).toISOString());
  });

  it.each<Case>([
    ['2026-05-01T09:30:15Z', ROME, 0, 'INSTANT', 1, '2026-05-02T09:30:15Z', 'a plain day'],
    [
      '2026-03-27T11:00:00Z',
      ROME,
      0,
      'INSTANT',
      3,
      '2026-03-30T10:00:00Z',
      'over 23 h: still noon',
    ],
    [
      '2026-10-24T10:00:00Z',
      ROME,
      0,
      'INSTANT',
      2,
      '2026-10-26T11:00:00Z',
      'over 25 h: still noon',
    ],
    ['2026-03-28T11:00:00Z', ROME, 0, 'INSTANT', 1, '2026-03-29T11:00:00Z', 'on 23 h: 13:00'],
    ['2026-04-04T01:00:00Z', HOWE, 0, 'INSTANT', 2, '2026-04-06T01:30:00Z', 'over 24.5 h: noon'],
    ['2011-12-29T12:00:00Z', APIA, 0, 'INSTANT', 1, '2011-12-30T12:00:00Z', 'a day that never was'],
    ['2026-03-28T04:00:00Z', ROME, 240, 'INSTANT', 1, '2026-03-29T03:00:00Z', 'from 04:00: 05:00'],
    ['2026-05-01T00:30:00Z', ROME, 240, 'INSTANT', 1, '2026-05-02T00:30:00Z', 'late at night'],
  ])('%s in %s from %i, %s + %i: %s − %s', (at, zone, start, until, days, expected) => {
    expect(expiryOf(at, zone, start, { days, until })).toBe(new Date(expected).toISOString());
  });
});

describe('months and years of the calendar (S5)', () => {
  it.each<[string, Expiry, string]>([
    ['2028-01-01', { days: 0, years: 1, until: 'END_OF_YEAR' }, '2030-01-01'],
    ['2028-12-31', { days: 0, years: 1, until: 'END_OF_YEAR' }, '2030-01-01'],
    ['2028-02-29', { days: 0, years: 1, until: 'END_OF_DAY' }, '2029-03-01'],
    ['2028-02-29', { days: 0, years: 4, until: 'INSTANT' }, '2032-02-29'],
    ['2027-01-31', { days: 0, months: 1, until: 'INSTANT' }, '2027-02-28'],
    ['2027-01-31', { days: 0, months: 13, until: 'END_OF_DAY' }, '2028-03-01'],
    ['2027-11-30', { days: 0, months: 1, until: 'END_OF_MONTH' }, '2028-01-01'],
  ])('%s, %j: %s', (date, expiry, expected) => {
    const expires = expiryOf(`${date}T00:00:00Z`, 'UTC', 0, expiry);
    expect(expires).toBe(`${expected}T00:00:00.000Z`);
  });

  it('agrees with Temporal', () => {
    const first = Temporal.PlainDate.from('2024-01-01');
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(120), fc.nat(10), (day, months, years) => {
        const date = first.add({ days: day });
        for (const life of [{ months }, { years }]) {
          const last = date.add(life);
          const ends = {
            INSTANT: last,
            END_OF_DAY: last.add({ days: 1 }),
            END_OF_MONTH: last.with({ day: 1 }).add({ months: 1 }),
            END_OF_YEAR: last.with({ day: 1, month: 1 }).add({ years: 1 }),
          };
          for (const [until, end] of Object.entries(ends)) {
            const expiry = { ...life, days: 0, until: until as Expiry['until'] };
            expect(expiryOf(`${date}T00:00:00Z`, 'UTC', 0, expiry)).toBe(`${end}T00:00:00.000Z`);
          }
        }
      }),
      { numRuns: 300, seed },
    );
  });
});

describe('activatesAt (S27)', () => {
  const now = new Date('2026-06-02T12:00:00Z');
  const late = new Date('2026-06-01T08:00:00Z');
  const early = new Date('2026-06-02T12:03:00Z');

  it('at once: when it happened, but not later than now', () => {
    expect(activatesAt({ mode: 'AT_ONCE' }, fact(late, 'UTC'), now)).toEqual(late);
    expect(activatesAt({ mode: 'AT_ONCE' }, fact(early, 'UTC'), now)).toEqual(now);
    expect(activatesAt({ mode: 'AT_ONCE' }, fact(now, 'UTC'), now)).toEqual(now);
  });

  it('on confirmation: not known yet', () => {
    expect(activatesAt({ mode: 'ON_CONFIRMATION' }, fact(late, 'UTC'), now)).toBeNull();
  });

  it.each([
    // fact                 zone  start days active from            case
    ['2026-03-28T12:00:00Z', ROME, 0, 1, '2026-03-28T23:00:00Z', 'the day of 23 h'],
    ['2026-03-28T12:00:00Z', ROME, 0, 2, '2026-03-29T22:00:00Z', 'the day after it'],
    ['2026-10-24T12:00:00Z', ROME, 0, 2, '2026-10-25T23:00:00Z', 'the day after 25 h'],
    ['2026-03-28T12:00:00Z', ROME, 240, 1, '2026-03-29T02:00:00Z', 'days from 04:00'],
    ['2026-03-29T01:00:00Z', ROME, 240, 1, '2026-03-29T02:00:00Z', 'at 03:00 it is yesterday'],
    ['2026-04-04T12:00:00Z', HOWE, 0, 2, '2026-04-05T13:30:00Z', 'the day after 24.5 h'],
    ['2011-12-29T12:00:00Z', APIA, 0, 1, '2011-12-30T10:00:00Z', 'a day that never was'],
    ['2011-12-29T12:00:00Z', APIA, 0, 2, '2011-12-30T10:00:00Z', 'the one after begins with it'],
  ])('%s in %s from %i, after %i: %s − %s', (at, zone, start, days, expected) => {
    const time = fact(new Date(at), zone, start);
    const active = activatesAt({ mode: 'AFTER_DAYS', days }, time, now);
    expect(active).toEqual(new Date(expected));
  });
});

describe('properties', () => {
  const runs = { numRuns: 1_000, seed };
  const facts = fc
    .record({
      zone: fc.constantFrom('UTC', ROME, HOWE, APIA, 'America/New_York', 'Asia/Shanghai'),
      dayStart: fc.constantFrom(0, 150, 240, 1_439),
      ms: fc.oneof(
        fc.integer({ min: Date.UTC(2011, 11, 25), max: Date.UTC(2012, 0, 3) }),
        fc.integer({ min: Date.UTC(2026, 2, 20), max: Date.UTC(2026, 3, 10) }),
        fc.integer({ min: Date.UTC(2026, 8, 28), max: Date.UTC(2027, 0, 5) }),
      ),
    })
    .map(({ zone, dayStart, ms }) => fact(new Date(ms), zone, dayStart));
  const someDays = fc.nat({ max: 40 });
  const by = (until: Expiry['until'], days: number, time: FactTime) =>
    expiresAt({ until, days }, time)?.getTime() ?? Number.NaN;

  it('a declared end is the start of a local date, later than the fact', () => {
    const ends = fc.constantFrom('END_OF_DAY', 'END_OF_MONTH', 'END_OF_YEAR');
    fc.assert(
      fc.property(facts, someDays, ends, (time, days, until) => {
        const at = new Date(by(until, days, time));
        expect(at > time.occurredAt).toBe(true);
        const date = localDateOf(at, time.zone, time.dayStartMinutes);
        expect(startOfLocalDate(date, time.zone, time.dayStartMinutes)).toEqual(at);
        // The instant before belongs to the last day the points are good for.
        const last = localDateOf(new Date(at.getTime() - 1), time.zone, time.dayStartMinutes);
        if (until === 'END_OF_MONTH') expect(last.slice(0, 7) < date.slice(0, 7)).toBe(true);
        if (until === 'END_OF_YEAR') expect(last.slice(0, 4) < date.slice(0, 4)).toBe(true);
        if (until === 'END_OF_DAY' && time.zone !== APIA) {
          expect(daysBetween(time.localDate, last)).toBe(days);
        }
      }),
      runs,
    );
  });

  it('a wider rounding is never earlier, nor are more days', () => {
    fc.assert(
      fc.property(facts, someDays, someDays, (time, days, more) => {
        const day = by('END_OF_DAY', days, time);
        const month = by('END_OF_MONTH', days, time);
        expect(day).toBeLessThanOrEqual(month);
        expect(month).toBeLessThanOrEqual(by('END_OF_YEAR', days, time));
        for (const until of ['INSTANT', 'END_OF_DAY', 'END_OF_MONTH', 'END_OF_YEAR'] as const) {
          expect(by(until, days + more, time)).toBeGreaterThanOrEqual(by(until, days, time));
        }
      }),
      runs,
    );
  });

  it('points that activate after days and live as long can be spent on that day', () => {
    fc.assert(
      fc.property(facts, someDays, (time, more) => {
        const days = more + 1;
        const active = activatesAt({ mode: 'AFTER_DAYS', days }, time, time.occurredAt);
        const existed = active !== null && active.getTime() < by('END_OF_DAY', days, time);
        expect(existed || time.zone === APIA).toBe(true);
      }),
      runs,
    );
  });
});
