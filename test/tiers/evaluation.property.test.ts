import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, monthOf } from '../../src/platform/calendar.ts';
import {
  basisAt,
  evaluate,
  type MonthSums,
  nextEvaluation,
  tierStatus,
} from '../../src/tiers/evaluation.ts';
import { levelFor, upgraded } from '../../src/tiers/levels.ts';
import { tiersOf } from './tiers.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`evaluation.property: SEED=${seed}`);
const runs = { numRuns: 2_000, seed };

const TODAY = '2026-06-15';
const dates = fc.integer({ min: -400, max: 400 }).map((days) => addDays(TODAY, days));

const anyTiers = fc
  .record({
    basis: fc.constantFrom('LIFETIME', 'ROLLING_12_MONTHS', 'CALENDAR_YEAR'),
    evaluation: fc.constantFrom('MONTHLY', 'YEARLY'),
    downgrade: fc.constantFrom('NEVER', 'ONE_DOWN', 'BALANCE_BASED'),
    graceDays: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 }), fc.nat({ max: 366 })),
  } as const)
  .map((changes) => tiersOf(changes));

/** Points of some months of 2024 to 2027, some below zero. */
const anySums = fc
  .uniqueArray(
    fc.tuple(
      fc.tuple(fc.integer({ min: 2024, max: 2027 }), fc.integer({ min: 1, max: 12 })),
      fc.integer({ min: -1_500, max: 6_000 }),
    ),
    { selector: ([[year, month]]) => year * 12 + month, maxLength: 12 },
  )
  .map(
    (months): MonthSums =>
      new Map(
        months.map(([[year, month], points]) => [
          `${year}-${String(month).padStart(2, '0')}`,
          points,
        ]),
      ),
  );

const cases = fc.record({
  tiers: anyTiers,
  level: fc.nat({ max: 3 }),
  sums: anySums,
  lifetime: fc.nat({ max: 12_000 }),
  date: dates,
});

function withPoints(sums: MonthSums, month: string, points: number): MonthSums {
  return new Map([...sums, [month, (sums.get(month) ?? 0) + points]]);
}

describe('properties', () => {
  it('an evaluation comes after today, and none lies between', () => {
    fc.assert(
      fc.property(anyTiers, dates, (tiers, date) => {
        const next = nextEvaluation(tiers, date);
        expect(next.date > date).toBe(true);
        // Every day until then gives the same one; that day itself gives a later one.
        expect(nextEvaluation(tiers, addDays(next.date, -1))).toEqual(next);
        const after = nextEvaluation(tiers, next.date);
        expect(after.date > next.date && after.closes > next.closes).toBe(true);
      }),
      runs,
    );
  });

  it('the projected level is what the evaluation gives if nothing else happens (S48)', () => {
    fc.assert(
      fc.property(cases, ({ tiers, level, sums, lifetime, date }) => {
        const status = tierStatus(tiers, level, sums, lifetime, date);
        const eve = addDays(status.evaluatesOn, -1);
        const { closes } = nextEvaluation(tiers, eve);
        expect(status.closes).toBe(closes);
        expect(status.projectedLevel).toBe(evaluate(tiers, level, sums, lifetime, closes));
        expect(tierStatus(tiers, level, sums, lifetime, eve).projectedLevel).toBe(
          status.projectedLevel,
        );
      }),
      runs,
    );
  });

  it('pointsToStay keeps the level, one point less does not (S48)', () => {
    fc.assert(
      fc.property(cases, ({ tiers, level, sums, lifetime, date }) => {
        const { pointsToStay } = tierStatus(tiers, level, sums, lifetime, date);
        const levelAfter = (points: number) =>
          tierStatus(tiers, level, withPoints(sums, monthOf(date), points), lifetime + points, date)
            .projectedLevel;
        expect(levelAfter(pointsToStay)).toBeGreaterThanOrEqual(level);
        if (pointsToStay > 0) expect(levelAfter(pointsToStay - 1)).toBeLessThan(level);
      }),
      runs,
    );
  });

  it('with the period still open, without grace and reversals it is what the closing basis lacks', () => {
    fc.assert(
      fc.property(cases, ({ tiers, level, sums, lifetime, date }) => {
        const plain = { ...tiers, graceDays: 0 };
        const earned: MonthSums = new Map(
          [...sums]
            .filter(([month]) => month <= monthOf(date))
            .map(([month, points]) => [month, Math.max(points, 0)]),
        );
        const status = tierStatus(plain, level, earned, lifetime, date);
        const basis = basisAt(plain, earned, lifetime, status.closes);
        const threshold = plain.levels[level]?.threshold ?? 0;
        const missing = plain.downgrade === 'NEVER' ? 0 : Math.max(threshold - basis, 0);
        expect(status.pointsToStay).toBe(missing);
      }),
      runs,
    );
  });

  it('an evaluation lowers by its policy and not below what is reached', () => {
    fc.assert(
      fc.property(cases, ({ tiers, level, sums, lifetime, date }) => {
        const { closes } = nextEvaluation(tiers, date);
        const reached = levelFor(tiers, basisAt(tiers, sums, lifetime, closes));
        const after = evaluate(tiers, level, sums, lifetime, closes);
        expect(after).toBeGreaterThanOrEqual(reached);
        if (tiers.downgrade === 'NEVER') expect(after).toBeGreaterThanOrEqual(level);
        if (tiers.downgrade === 'ONE_DOWN') expect(after).toBeGreaterThanOrEqual(level - 1);
      }),
      runs,
    );
  });

  it('held late, after the member earned and was promoted, it comes to the same', () => {
    fc.assert(
      fc.property(
        cases,
        fc.nat({ max: 12_000 }),
        ({ tiers, level, sums, lifetime, date }, points) => {
          const evaluation = nextEvaluation(tiers, date);
          const month = monthOf(evaluation.date);
          const later = withPoints(sums, month, points);
          const basis = basisAt(tiers, later, lifetime + points, month);
          const inTime = upgraded(
            evaluate(tiers, level, sums, lifetime, evaluation.closes),
            tiers,
            basis,
          );
          const late = evaluate(
            tiers,
            upgraded(level, tiers, basis),
            later,
            lifetime + points,
            evaluation.closes,
          );
          expect(upgraded(late, tiers, basis)).toBe(inTime);
        },
      ),
      runs,
    );
  });
});
