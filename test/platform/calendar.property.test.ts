import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  type Cadence,
  daysBetween,
  instantText,
  isLocalDate,
  localDateOf,
  nextLocalDate,
  parseInstant,
  periodOf,
  previousLocalDate,
  startOfLocalDate,
  utcOffsetSeconds,
} from '../../src/platform/calendar.ts';

const ZONES = [
  'UTC',
  'Europe/Rome',
  'Europe/Dublin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'America/St_Johns',
  'America/Santiago',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'Asia/Beirut',
  'Asia/Shanghai',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Kwajalein',
];
const DAY_STARTS = [0, 1, 61, 120, 150, 240, 720, 1439];

const plus = (at: Date, ms: number) => new Date(at.getTime() + ms);

/** Instants of 1970 to 2100: half anywhere, half within three hours of a change of the offset. */
const zoneAndInstant = fc.constantFrom(...ZONES).chain((zone) => {
  const ms = fc.integer({ min: 0, max: Date.UTC(2100, 11, 31) });
  const near = fc.tuple(ms, fc.integer({ min: -10_800_000, max: 10_800_000 })).map(([at, by]) => {
    const change = Temporal.Instant.fromEpochMilliseconds(Math.round(at / 2.5))
      .toZonedDateTimeISO(zone)
      .getTimeZoneTransition('next');
    return (change?.epochMilliseconds ?? at) + by;
  });
  return fc.record({ zone: fc.constant(zone), ms: fc.oneof(ms, near) });
});
const dayStarts = fc.oneof(fc.constantFrom(...DAY_STARTS), fc.integer({ min: 0, max: 1_439 }));

describe('properties', () => {
  it('an instant reads as toISOString has it', () => {
    const years = { min: new Date(-8.64e15), max: new Date(8.64e15) };
    const anywhere = fc.date({ noInvalidDate: true, ...years });
    const usual = fc.date({ noInvalidDate: true, min: new Date(-1), max: new Date('2101-01-02') });
    fc.assert(
      fc.property(fc.oneof(usual, anywhere), (at) => {
        expect(instantText(at)).toBe(at.toISOString());
      }),
      { numRuns: 5_000 },
    );
    expect(() => instantText(new Date(Number.NaN))).toThrow(RangeError);
  });

  it('a date is exactly the instants from its start to the start of the next', () => {
    fc.assert(
      fc.property(zoneAndInstant, dayStarts, ({ zone, ms }, dayStart) => {
        const at = new Date(ms);
        const date = localDateOf(at, zone, dayStart);
        const next = nextLocalDate(date, zone);
        const start = startOfLocalDate(date, zone, dayStart);
        const end = startOfLocalDate(next, zone, dayStart);
        expect(start <= at && at < end).toBe(true);
        expect(localDateOf(start, zone, dayStart)).toBe(date);
        expect(localDateOf(plus(end, -1), zone, dayStart)).toBe(date);
        expect(localDateOf(end, zone, dayStart)).toBe(next);
        expect(localDateOf(plus(start, -1), zone, dayStart)).toBe(previousLocalDate(date, zone));
        expect(previousLocalDate(next, zone)).toBe(date);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the date of the wall clock less the day start, away from changes of the offset', () => {
    fc.assert(
      fc.property(zoneAndInstant, dayStarts, ({ zone, ms }, dayStart) => {
        const there = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
        const wall = there.toPlainDateTime().subtract({ minutes: dayStart });
        expect(utcOffsetSeconds(new Date(ms), zone)).toBe(there.offsetNanoseconds / 1e9);
        const offsets = [there.subtract({ hours: 26 }), there, there.add({ hours: 26 })];
        if (new Set(offsets.map(({ offset }) => offset)).size > 1) return;
        expect(localDateOf(new Date(ms), zone, dayStart)).toBe(wall.toPlainDate().toString());
      }),
      { numRuns: 2_000 },
    );
  });

  it('dates never go backwards as time goes forwards', () => {
    fc.assert(
      fc.property(
        zoneAndInstant,
        dayStarts,
        fc.nat({ max: 200_000_000 }),
        ({ zone, ms }, dayStart, later) => {
          const first = localDateOf(new Date(ms), zone, dayStart);
          expect(first <= localDateOf(new Date(ms + later), zone, dayStart)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('runs of every cadence follow each other without gap or overlap', () => {
    const cadences = fc.constantFrom<Cadence>('DAILY', 'WEEKLY', 'MONTHLY');
    fc.assert(
      fc.property(
        zoneAndInstant,
        dayStarts,
        cadences,
        fc.integer({ min: 1, max: 7 }),
        ({ zone, ms }, dayStart, cadence, weekStart) => {
          const date = localDateOf(new Date(ms), zone, dayStart);
          const { from, until } = periodOf(cadence, date, weekStart);
          if (from === null || until === null) throw new Error('a bounded cadence');
          expect(from <= date && date < until).toBe(true);
          expect(startOfLocalDate(from, zone, dayStart).getTime()).toBeLessThanOrEqual(ms);
          expect(startOfLocalDate(until, zone, dayStart).getTime()).toBeGreaterThan(ms);
          expect(periodOf(cadence, until, weekStart).from).toBe(until);
          expect(periodOf(cadence, addDays(until, -1), weekStart)).toEqual({ from, until });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('agrees with Temporal on dates, periods and days between', () => {
    const first = Temporal.PlainDate.from('0001-01-01');
    const offset = fc.integer({ min: 0, max: 3_652_058 });
    fc.assert(
      fc.property(offset, offset, fc.integer({ min: 1, max: 7 }), (a, b, weekStart) => {
        const from = first.add({ days: a });
        const to = first.add({ days: b });
        expect(addDays(from.toString(), b - a)).toBe(to.toString());
        expect(daysBetween(from.toString(), to.toString())).toBe(b - a);
        expect(isLocalDate(from.toString())).toBe(true);
        if (from.year === 1 || from.year === 9999) return;
        const back = (from.dayOfWeek - weekStart + 7) % 7;
        const week = periodOf('WEEKLY', from.toString(), weekStart);
        expect(week.from).toBe(from.subtract({ days: back }).toString());
        const month = periodOf('MONTHLY', from.toString());
        expect(month.until).toBe(from.with({ day: 1 }).add({ months: 1 }).toString());
      }),
      { numRuns: 2_000 },
    );
  });

  it('parseInstant reads back what Date writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2101, 0) - 1 }), (ms) => {
        expect(parseInstant(new Date(ms).toISOString())?.getTime()).toBe(ms);
      }),
    );
  });
});
