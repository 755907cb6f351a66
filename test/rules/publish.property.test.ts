import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { addDays, type LocalDate } from '../../src/platform/calendar.ts';
import { seedOf } from './arbitraries.ts';
import { problems, purchase, table } from './publishing.ts';

const seed = seedOf('rules/publish');
const numRuns = 1_000;

describe('properties', () => {
  it('a table passes when it is in order and each value has exactly one row', () => {
    const row = fc.tuple(fc.nat(4), fc.option(fc.nat(5)), fc.nat(1));
    /** Mostly rows that join, some of them then replaced. */
    const rows = fc
      .tuple(
        fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
        fc.array(fc.nat(1), { minLength: 4, maxLength: 4 }),
        fc.option(fc.tuple(fc.nat(3), row)),
      )
      .map(([cuts, points, replaced]) => {
        const starts = [0, ...cuts.sort((a, b) => a - b)];
        const joined = starts.map(
          (from, index): [number, number | null, number] =>
            [...[from, starts[index + 1] ?? null, points[index] ?? 0]] as [
              number,
              number | null,
              number,
            ],
        );
        if (replaced !== null && replaced[0] < joined.length) joined[replaced[0]] = replaced[1];
        return joined;
      });
    const answers = { true: 0, false: 0 };
    fc.assert(
      fc.property(rows, (given) => {
        const isOnce = [0, 1, 2, 3, 4, 5, 6, 7].every(
          (value) =>
            given.filter(([from, below]) => from <= value && (below === null || value < below))
              .length === 1,
        );
        const isInOrder = given.every(([from], at) => at === 0 || (given[at - 1]?.[0] ?? 0) < from);
        const hasEmpty = given.some(([from, below]) => below !== null && below <= from);
        const pays = given.some(([, , points]) => points > 0);
        const isFine = isOnce && isInOrder && !hasEmpty && pays;
        answers[`${isFine}`] += 1;
        expect(problems('EARNING', table(...given)).length === 0).toBe(isFine);
      }),
      { numRuns, seed },
    );
    expect(Math.min(answers.true, answers.false)).toBeGreaterThan(numRuns / 20);
  });

  /** The first local date on which points of a fact on `date` have expired all day. */
  function firstExpired(date: LocalDate, unit: string, lives: number, until: string): LocalDate {
    const last = Temporal.PlainDate.from(date)
      .add({ [unit]: lives })
      .toString();
    if (until === 'INSTANT') return last; // A fact at the very start of its day.
    if (until === 'END_OF_DAY') return addDays(last, 1);
    const year = Number(last.slice(0, 4));
    if (until === 'END_OF_YEAR') return `${year + 1}-01-01`;
    const month = Number(last.slice(5, 7));
    const next = month === 12 ? [year + 1, 1] : [year, month + 1];
    return `${next[0]}-${String(next[1]).padStart(2, '0')}-01`;
  }

  const lengths = { days: 1, months: 30, years: 365 };
  const lives = fc
    .record({
      unit: fc.constantFrom('days' as const, 'months' as const, 'years' as const),
      lives: fc.integer({ min: 1, max: 4 }),
      late: fc.integer({ min: -10, max: 10 }),
      until: fc.constantFrom('INSTANT', 'END_OF_DAY', 'END_OF_MONTH', 'END_OF_YEAR'),
    })
    .map((one) => ({ ...one, waits: Math.max(1, one.lives * lengths[one.unit] + one.late) }));

  it('points of every date can be spent for a while', () => {
    const years = Array.from({ length: 1_461 }, (_, index) => addDays('2025-01-01', index));
    fc.assert(
      fc.property(lives, ({ unit, lives: given, waits, until }) => {
        const activation = { mode: 'AFTER_DAYS', days: waits };
        const isLost = (count: number) =>
          years.some((date) => firstExpired(date, unit, count, until) <= addDays(date, waits));
        const found = problems('EARNING', {
          ...purchase,
          activation,
          expiry: { [unit]: given, until },
        });
        expect(found.length > 0).toBe(isLost(given));
        if (found.length === 0) return;
        expect(found[0]).toMatch(new RegExp(`^expiry\\.${unit}: .* at least \\d+ ${unit}?`));
        const least = Number(/at least (\d+)/.exec(found[0] ?? '')?.[1]);
        expect([isLost(least - 1), isLost(least)]).toEqual([true, false]);
        const advised = { ...purchase, activation, expiry: { [unit]: least, until } };
        expect(problems('EARNING', advised)).toEqual([]);
      }),
      { numRuns: 60, seed },
    );
  });
});
