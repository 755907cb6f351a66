import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { enrol, readLedger, readMember, run } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';

const HOUR = 3_600_000;
const clock = new FakeClock('2026-06-01T08:00:00Z');
let test: TestApp;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await test.close();
});

/** A program with one member, `ada`, and ways to check her in. */
async function program(at: string, options: { zone?: string; dayStartMinutes?: number } = {}) {
  clock.set(at);
  const { keys, ...rest } = await createTestProgram(test.app, options);
  await enrol(test, keys.service, 'ada');
  const by = { member: { externalId: 'ada' } };
  return {
    ...rest,
    keys,
    checkIn: (occurredAt?: string) => run(test, keys.service, 'checkIn', { ...by, occurredAt }),
    /** Checks in at each instant by the clock; the points and streak days it gave. */
    async checkInAt(instants: readonly string[]) {
      const days: unknown[] = [];
      for (const instant of instants) {
        clock.set(instant);
        const { checkIn, awards } = await run(test, keys.service, 'checkIn', by);
        days.push([checkIn.localDate, checkIn.streakDay, sum(awards)]);
      }
      return days;
    },
    ada: () => readMember(test, keys.service, 'ada'),
    ledger: () => readLedger(test, keys.service, 'ada'),
  };
}

const sum = (awards: { points: number }[]) => awards.reduce((all, { points }) => all + points, 0);
const june = (day: number, time = '08:00:00') => `2026-06-${String(day).padStart(2, '0')}T${time}Z`;

describe('the ladder', () => {
  it('pays 10, 15, 20, 25, 30, 35, 40, 40 on eight days in a row', async () => {
    const { checkInAt, ada } = await program(june(1));
    const days = await checkInAt([1, 2, 3, 4, 5, 6, 7, 8].map((day) => june(day)));
    const points = [10, 15, 20, 25, 30, 35, 40, 40];
    expect(days).toEqual(
      points.map((paid, index) => [june(index + 1).slice(0, 10), index + 1, paid]),
    );
    const { points: held, streak } = await ada();
    expect(held).toMatchObject({ available: 215, pending: 0, debt: 0, lifetimeEarned: 215 });
    expect(streak).toMatchObject({ current: 8, longest: 8, totalDays: 8, state: 'ACTIVE' });
  });

  it('restarts at 10 after a missed day, and keeps the longest', async () => {
    const { checkInAt, ada } = await program(june(1));
    expect(await checkInAt([june(1), june(2), june(4)])).toEqual([
      ['2026-06-01', 1, 10],
      ['2026-06-02', 2, 15],
      ['2026-06-04', 1, 10],
    ]);
    expect((await ada()).streak).toMatchObject({ current: 1, longest: 2, totalDays: 3 });
  });
});

describe('which day an instant belongs to', () => {
  it.each([
    // zone                day start  instants, and the dates they belong to, all new            case
    [
      'Europe/Rome',
      0,
      ['2026-06-01T21:59:59.999Z', '2026-06-02', '2026-06-01T22:00:00Z'],
      'midnight',
    ],
    [
      'Europe/Rome',
      240,
      ['2026-06-02T01:59:59.999Z', '2026-06-02', '2026-06-02T02:00:00Z'],
      '04:00',
    ],
    ['Asia/Tokyo', 0, ['2026-06-01T14:59:59.999Z', '2026-06-02', '2026-06-01T15:00:00Z'], 'ahead'],
    [
      'America/New_York',
      240,
      ['2026-06-02T07:59:59.999Z', '2026-06-02', '2026-06-02T08:00:00Z'],
      'behind',
    ],
    [
      'Asia/Kathmandu',
      1439,
      ['2026-06-02T18:13:59.999Z', '2026-06-02', '2026-06-02T18:14:00Z'],
      '23:59',
    ],
  ] as const)(
    '%s, day start %i: %j − %s; exactly the boundary is the new day (S7)',
    async (...row) => {
      const [zone, dayStartMinutes, [last, date, first]] = row;
      const { checkInAt } = await program(last, { zone, dayStartMinutes });
      const [before, after] = (await checkInAt([last, first])) as [[string], [string]];
      expect(before[0] < date).toBe(true);
      expect(after[0]).toBe(date);
      expect(after.slice(1)).toEqual([2, 15]);
    },
  );

  it.each([
    // zone                   the first and the last instant of the days around the change   hours
    [
      'Europe/Rome',
      [
        '2026-03-28T22:59:59Z',
        '2026-03-28T23:00:00Z',
        '2026-03-29T21:59:59Z',
        '2026-03-29T22:00:00Z',
      ],
      23,
    ],
    [
      'Europe/Rome',
      [
        '2026-10-24T21:59:59Z',
        '2026-10-24T22:00:00Z',
        '2026-10-25T22:59:59Z',
        '2026-10-25T23:00:00Z',
      ],
      25,
    ],
    [
      'Australia/Lord_Howe',
      [
        '2026-04-04T12:59:59Z',
        '2026-04-04T13:00:00Z',
        '2026-04-05T13:29:59Z',
        '2026-04-05T13:30:00Z',
      ],
      24.5,
    ],
    [
      'Australia/Lord_Howe',
      [
        '2026-10-03T13:29:59Z',
        '2026-10-03T13:30:00Z',
        '2026-10-04T12:59:59Z',
        '2026-10-04T13:00:00Z',
      ],
      23.5,
    ],
  ] as const)(
    '%s: %j are three days in a row, the middle one of %d h (S3)',
    async (zone, instants, hours) => {
      const { checkInAt, ledger } = await program(instants[0], { zone });
      const length = Date.parse(instants[3]) - Date.parse(instants[1]);
      expect(length / HOUR).toBe(hours);
      const days = (await checkInAt(instants)) as [string, number, number][];
      expect(days.map(([, day, points]) => [day, points])).toEqual([
        [1, 10],
        [2, 15],
        [2, 0],
        [3, 20],
      ]);
      expect(days[1]?.[0]).toBe(days[2]?.[0]);
      expect(await ledger()).toHaveLength(3);
    },
  );

  it('keeps the instant, the date, the zone and the offset it was judged by (S2)', async () => {
    const { checkIn } = await program('2026-10-25T00:30:00Z', { dayStartMinutes: 240 });
    const { checkIn: record } = await checkIn('2026-10-25T00:29:59.123Z');
    expect(record).toMatchObject({
      localDate: '2026-10-24',
      occurredAt: '2026-10-25T00:29:59.123Z',
      recordedAt: '2026-10-25T00:30:00.000Z',
      zone: 'Europe/Rome',
    });
    const { rows } = await test.app.pool.query(
      `select utc_offset_seconds, day_start_minutes from check_in
       union all select utc_offset_seconds, day_start_minutes from ledger_entry
       where occurred_at = '2026-10-25T00:29:59.123Z'`,
    );
    expect(rows).toContainEqual({ utc_offset_seconds: 7200, day_start_minutes: 240 });
  });
});

describe('instants given by the caller (S6)', () => {
  it.each([
    ['5 minutes ahead', 5 * 60_000, undefined],
    ['a millisecond more', 5 * 60_000 + 1, 'OCCURRED_IN_FUTURE'],
    ['72 hours ago', -72 * HOUR, undefined],
    ['a millisecond longer ago', -72 * HOUR - 1, 'OCCURRED_TOO_LONG_AGO'],
  ])('%s', async (_case, offset, code) => {
    const { checkIn, ada } = await program(june(10));
    const result = await checkIn(new Date(clock.now().getTime() + offset).toISOString());
    expect(result.code).toBe(code);
    expect((await ada()).streak.totalDays).toBe(code === undefined ? 1 : 0);
  });

  it('the program says how late is too late', async () => {
    const { id, checkIn } = await program(june(10));
    await test.app.db.program.update({
      where: { id },
      data: { latenessHours: 1, configVersion: { increment: 1 } },
    });
    expect((await checkIn(june(10, '06:59:59'))).code).toBe('OCCURRED_TOO_LONG_AGO');
    expect((await checkIn(june(10, '07:00:00'))).alreadyCheckedIn).toBe(false);
  });

  it('a date that joins two runs pays each following day the difference, once', async () => {
    const { checkIn, ada, ledger } = await program(june(3));
    clock.set(june(1));
    await checkIn();
    clock.set(june(3));
    await checkIn();
    clock.set(june(4));
    await checkIn(june(4));
    expect((await ada()).streak).toMatchObject({ current: 2, longest: 2, totalDays: 3 });

    const late = await checkIn(june(2, '20:00:00'));
    const at = (day: number) => new Date(june(day)).toISOString(); // Of those days' own.
    expect(late.checkIn).toMatchObject({ localDate: '2026-06-02', streakDay: 2 });
    expect(late.awards.map((award: object) => award)).toMatchObject([
      { points: 15, reason: 'CHECK_IN', occurredAt: '2026-06-02T20:00:00.000Z' },
      { points: 10, reason: 'STREAK_CORRECTION', occurredAt: at(3) },
      { points: 10, reason: 'STREAK_CORRECTION', occurredAt: at(4) },
    ]);
    expect(late.member.streak).toMatchObject({ current: 4, longest: 4, totalDays: 4 });
    expect(late.member.points.available).toBe(10 + 15 + 20 + 25);

    const again = await checkIn(june(2, '21:00:00'));
    expect(again).toMatchObject({ alreadyCheckedIn: true, awards: [] });
    expect(await ledger()).toHaveLength(6);
    expect((await ada()).points.lifetimeEarned).toBe(70);
    clock.set(june(5));
    expect((await checkIn()).awards).toMatchObject([{ points: 30 }]);
  });
});

describe('what the streak shows (S11)', () => {
  it('is ACTIVE, then AT_RISK, then BROKEN exactly at expiresAt', async () => {
    const { checkInAt, ada } = await program(june(1));
    expect((await ada()).streak).toMatchObject({ current: 0, state: 'NONE', expiresAt: null });
    await checkInAt([june(1), june(2)]);
    const at = async (instant: string) => {
      clock.set(instant);
      const { current, state, checkedInToday, expiresAt } = (await ada()).streak;
      return [current, state, checkedInToday, expiresAt];
    };
    const end = '2026-06-03T22:00:00.000Z';
    expect(await at('2026-06-02T21:59:59.999Z')).toEqual([2, 'ACTIVE', true, end]);
    expect(await at('2026-06-02T22:00:00Z')).toEqual([2, 'AT_RISK', false, end]);
    expect(await at('2026-06-03T21:59:59.999Z')).toEqual([2, 'AT_RISK', false, end]);
    expect(await at(end)).toEqual([0, 'BROKEN', false, null]);
    expect((await ada()).streak).toMatchObject({ longest: 2, totalDays: 2 });
  });
});

describe('a second check-in of the day (S8)', () => {
  it('answers the record of the first in the same shape, and does nothing', async () => {
    const { checkIn, ledger } = await program(june(1));
    const first = await checkIn();
    clock.advance(HOUR);
    const second = await checkIn();
    expect(Object.keys(second)).toEqual(Object.keys(first));
    expect(second).toEqual({ ...first, alreadyCheckedIn: true, awards: [] });
    expect(await ledger()).toHaveLength(1);
  });
});
