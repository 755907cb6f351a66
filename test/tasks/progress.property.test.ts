/** Progress is a function of the facts: their order, replays and chunks do not matter (S50). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/platform/calendar.ts';
import type { Task } from '../../src/rules/definition.ts';
import { calendarStart, ONCE, periodEnd } from '../../src/tasks/periods.ts';
import {
  advanced,
  type Contribution,
  type Period,
  periodsOf,
  settledPeriod,
} from '../../src/tasks/progress.ts';
import { seedOf } from '../rules/arbitraries.ts';
import { definitionOf } from '../rules/publishing.ts';
import { task } from './support.ts';

const versioned = (version: number, more: object) => ({
  ...{
    ruleId: 1,
    key: 't',
    version,
    startsAt: 0,
    endsAt: Number.POSITIVE_INFINITY,
    name: 'task:t',
  },
  definition: definitionOf('TASK', task(more)),
});
const versionsOf = (...more: object[]) =>
  new Map(more.map((one, index) => [index + 1, versioned(index + 1, one)]));

const day = (n: number) => addDays('2026-02-20', n);
const fact = fc
  .record({ n: fc.nat(60), hour: fc.nat(23), amount: fc.nat(3), version: fc.constantFrom(1, 2) })
  .map(({ n, hour, amount, version }, index = 0) => ({
    ...{
      amount,
      version,
      localDate: day(n),
      source: `f${n}-${hour}-${amount}-${version}-${index}`,
    },
    occurredAt: new Date(`${day(n)}T${String(hour).padStart(2, '0')}:00:00Z`),
  }));
const facts = fc.uniqueArray(fact, { maxLength: 40, selector: ({ source }) => source });
const period = fc.oneof(
  fc.constantFrom({ every: 'ONCE' }, { every: 'DAILY' }, { every: 'WEEKLY' }, { every: 'MONTHLY' }),
  fc.record({
    every: fc.constant('DAYS'),
    days: fc.integer({ min: 2, max: 20 }),
    from: fc.constantFrom('CALENDAR', 'FIRST_ACT'),
  }),
);

const seed = seedOf('tasks/progress');
const byStart = (a: Period, b: Period) => (a.periodStart < b.periodStart ? -1 : 1);

describe('progress', () => {
  it('is the same in whatever order the facts come', () => {
    fc.assert(
      fc.property(facts, period, period, fc.infiniteStream(fc.nat()), (all, one, two, keys) => {
        const versions = versionsOf({ period: one }, { period: two, target: { count: 5 } });
        const shuffled = all
          .map((it) => ({ it, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ it }) => it);
        const since = () => null;
        const sorted = (rows: readonly { periodStart: string }[]) =>
          [...rows].sort((a, b) => (a.periodStart < b.periodStart ? -1 : 1));
        expect(sorted(periodsOf(versions, shuffled, since))).toEqual(
          sorted(periodsOf(versions, all, since)),
        );
      }),
    );
  });

  it('moves with new facts as it would be counted anew', () => {
    let moved = 0;
    let anew = 0;
    const step = fc.record({
      chunk: fc.uniqueArray(fact, { maxLength: 4, selector: ({ source }) => source }),
      back: fc.option(fc.nat(40), { freq: 6 }),
    });
    const since = fc.option(fc.nat(30).map((n) => new Date(`${day(n)}T12:00:00Z`)));
    fc.assert(
      fc.property(
        ...[fc.array(step, { maxLength: 14 }), period, period, fc.boolean(), fc.nat(5), since],
        (steps, one, two, rollback, target, unlocked) => {
          const sameKind = JSON.stringify(one) === JSON.stringify(two);
          const ownKinds = [one, two].some((of) => 'from' in of && of.from === 'FIRST_ACT');
          const other = ownKinds && !sameKind ? one : two; // Otherwise all is counted anew.
          const terms = { rollback, target: { count: target + 1 } };
          const versions = versionsOf(
            { ...terms, period: one },
            { rollback, period: other, target: { count: 5 } },
          );
          const unlockedAt = (version: number) => (version === 1 ? unlocked : null);
          const facts = new Map<string, Contribution>();
          let stored = new Map<string, Period>();
          for (const { chunk, back } of steps) {
            const fresh = chunk.filter(({ source }) => !facts.has(source));
            for (const one of fresh) facts.set(one.source, one);
            const returned = back === null ? undefined : [...facts.values()][back];
            if (returned !== undefined) facts.set(returned.source, { ...returned, amount: 0 });
            const found = new Map(
              periodsOf(versions, [...facts.values()], unlockedAt).map((it) => [
                it.periodStart,
                it,
              ]),
            );
            const expected = new Map<string, Period>();
            for (const start of new Set([...stored.keys(), ...found.keys()])) {
              const after = settledPeriod(versions, stored.get(start), found.get(start));
              if (after !== undefined) expected.set(start, after);
            }
            if (returned === undefined) {
              const ahead = advanced(versions, [...stored.values()], fresh, unlockedAt);
              if (ahead === undefined) anew += 1;
              else {
                moved += 1;
                const next = new Map(stored);
                for (const it of ahead) next.set(it.periodStart, it);
                expect([...next.values()].sort(byStart)).toEqual(
                  [...expected.values()].sort(byStart),
                );
              }
            }
            stored = expected;
          }
        },
      ),
      { seed, numRuns: 2_000 },
    );
    expect(moved).toBeGreaterThan(500);
    expect(anew).toBeGreaterThan(500);
  });

  it('adds up to the facts, and is completed by the one that reaches the target', () => {
    fc.assert(
      fc.property(facts, period, (all, every) => {
        const versions = versionsOf({ period: every, target: { count: 4 } }, { period: every });
        const own = all.map((one): Contribution => ({ ...one, version: 1 }));
        const periods = periodsOf(versions, own, () => null);
        const sum = (rows: readonly { amount: number }[]) =>
          rows.reduce((total, { amount }) => total + amount, 0);
        expect(periods.reduce((total, { progress }) => total + progress, 0)).toBe(sum(own));
        for (const { completedAt, progress, periodStart } of periods) {
          expect(completedAt !== null).toBe(progress >= 4);
          if (completedAt === null || periodStart === ONCE) continue;
          const until = own.filter(
            (one) => one.occurredAt <= completedAt && one.localDate >= periodStart,
          );
          expect(sum(until)).toBeGreaterThanOrEqual(4);
        }
      }),
    );
  });

  it('counts every date in one period, which holds it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -800, max: 800 }), period, (n, every) => {
        const { definition } = versioned(1, { period: every, firstDate: '2026-02-23' });
        const start = calendarStart(definition, day(n));
        if (start === undefined || start === ONCE) return;
        const end = periodEnd(definition, start) ?? '9999-12-31';
        expect(start <= day(n) && day(n) < end).toBe(true);
        expect(calendarStart(definition, start)).toBe(start);
        expect(calendarStart(definition, end)).toBe(end);
      }),
    );
  });

  it('keeps a completion that is not to be taken back', () => {
    const at = new Date('2026-03-01T10:00:00Z');
    const own = [{ source: 'a', version: 1, occurredAt: at, localDate: '2026-03-01', amount: 1 }];
    for (const rollback of [true, false]) {
      const versions = versionsOf({ target: { count: 1 }, rollback });
      const [before] = periodsOf(versions, own, () => null);
      const after = settledPeriod(versions, before, undefined);
      expect(after?.progress).toBe(0);
      expect(after?.completedAt).toEqual(rollback ? null : at);
    }
  });

  it('heeds only what happened after it was unlocked', () => {
    const versions = versionsOf({ target: { count: 1 } } satisfies Partial<Task>);
    const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour));
    const own = [1, 2, 3].map((hour) => ({
      ...{
        source: `${hour}`,
        version: 1,
        occurredAt: at(hour),
        localDate: '2026-03-01',
        amount: 1,
      },
    }));
    expect(periodsOf(versions, own, () => undefined)).toEqual([]);
    expect(periodsOf(versions, own, () => at(2))[0]).toMatchObject({ progress: 1 });
    expect(periodsOf(versions, own, () => at(3))).toEqual([]);
  });
});
