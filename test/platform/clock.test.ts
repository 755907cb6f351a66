import type { PoolClient } from 'pg';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Clock, FakeClock, systemClock, type TextQuery } from '../../src/platform/clock.ts';

const answering = (rows: unknown[]): TextQuery => ({ query: () => Promise.resolve({ rows }) });

describe('the system clock', () => {
  it.each([
    [[{ at: new Date('2026-03-29T01:00:00.123Z') }], '2026-03-29T01:00:00.123Z'],
    [[{ at: '2026-03-29 03:00:00.123456+02' }], '2026-03-29T01:00:00.123Z'],
  ])('reads the answer %j of the database', async (rows, expected) => {
    const at = await systemClock.databaseNow(answering(rows));
    expect(at.toISOString()).toBe(expected);
    expectTypeOf<PoolClient>().toExtend<TextQuery>();
  });

  it.each([[[]], [[{}]], [[{ at: null }]], [[{ at: 'soon' }]]])('refuses %j', async (rows) => {
    await expect(systemClock.databaseNow(answering(rows))).rejects.toThrow(/answers its clock/);
  });
});

describe('the fake clock', () => {
  it('stands still, jumps and advances, for the database too', async () => {
    const clock: Clock & FakeClock = new FakeClock('2026-03-29T00:00:00Z');
    clock.now().setFullYear(1999);
    clock.advance(1_500);
    expect(clock.now().toISOString()).toBe('2026-03-29T00:00:01.500Z');
    clock.set(new Date('2025-12-31T23:59:59Z'));
    expect(await clock.databaseNow()).toEqual(new Date('2025-12-31T23:59:59Z'));
  });

  it('refuses what depends on the machine', () => {
    expect(() => new FakeClock('2026-03-29T00:00:00')).toThrow(/with an offset/);
    expect(() => new FakeClock(new Date(Number.NaN))).toThrow(/with an offset/);
  });
});
