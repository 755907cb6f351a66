import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseOf,
  combine,
  type Fraction,
  inOrder,
  type Multiplier,
  multiply,
  type Part,
  type Rounding,
  roundOnce,
  share,
  tooMany,
} from '../../src/earning/amount.ts';
import { limits } from '../../src/limits.ts';
import type { BasePoints } from '../../src/rules/definition.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`amount: SEED=${seed}`);

const of = (numerator: bigint, denominator = 1n): Fraction => ({ numerator, denominator });

/** Points of a rule for a value, with these percents. */
const pay = (points: BasePoints, value: number | null, percents: readonly number[] = []) => {
  const { fraction, rounding } = baseOf(points, value);
  const multipliers = percents.map((percent): Multiplier => ({ kind: 'TIER', key: 't', percent }));
  return roundOnce(multiply(fraction, multipliers), rounding);
};

const rate = (points: number, unit: number, rounding: Rounding = 'DOWN'): BasePoints => ({
  perUnit: { points, unit, rounding },
});

describe('baseOf', () => {
  const table: BasePoints = {
    table: [
      { from: 10, below: 100, points: 5 },
      { from: 100, below: 500, points: 50 },
      { from: 500, below: null, points: 300 },
    ],
  };

  it.each([
    [{ fixed: 7 }, null, 7, 'fixed, without a value'],
    [{ fixed: 7 }, 1_000, 7, 'fixed, whatever the value'],
    [rate(1, 10), null, 0, 'a rate of no value'],
    [rate(1, 10), 0, 0, 'a rate of nothing'],
    [rate(1, 10), 9, 0, 'not one unit'],
    [rate(1, 10), 10, 1, 'one unit'],
    [rate(1, 10), 19, 1, 'down'],
    [rate(1, 10, 'UP'), 11, 2, 'up'],
    [rate(1, 10, 'UP'), 10, 1, 'up from a whole'],
    [rate(1, 10, 'NEAREST'), 14, 1, 'nearest below'],
    [rate(1, 10, 'NEAREST'), 15, 2, 'a half goes up'],
    [rate(3, 10), 15, 4, 'points × value before the unit divides'],
    [rate(1, 1), limits.pointsMax, limits.pointsMax, 'exact at 2^53 − 1'],
    [rate(3, 3), limits.pointsMax, limits.pointsMax, 'exact beyond 2^53 in between'],
    [table, null, 0, 'a table of no value'],
    [table, 9, 0, 'before the first row'],
    [table, 10, 5, 'from the start of a row'],
    [table, 99, 5, 'to before its end'],
    [table, 100, 50, 'at the end is the next row'],
    [table, limits.pointsMax, 300, 'the open row'],
  ] as [BasePoints, number | null, number, string][])(
    '%j for %j: %i − %s',
    (points, value, expected) => {
      expect(pay(points, value)).toBe(expected);
    },
  );

  it('rounds down what declares nothing', () => {
    expect(baseOf({ fixed: 1 }, 5).rounding).toBe('DOWN');
    expect(baseOf(table, 5).rounding).toBe('DOWN');
    expect(baseOf(rate(1, 3, 'UP'), 5).rounding).toBe('UP');
  });

  it('a negative value is a bug of the caller', () => {
    expect(() => baseOf(rate(1, 10), -1)).toThrow(/not negative/);
  });
});

describe('multipliers: base → tier → campaign → boost, rounded once (S39)', () => {
  const named = (kind: Multiplier['kind'], key: string): Multiplier => ({
    kind,
    key,
    percent: 150,
  });

  it('stand in their order, equals as they came', () => {
    const given = [
      named('BOOST', 'x'),
      named('CAMPAIGN', 'b'),
      named('TIER', 'gold'),
      named('CAMPAIGN', 'a'),
      named('BOOST', 'w'),
    ];
    expect(inOrder(given).map(({ key }) => key)).toEqual(['gold', 'b', 'a', 'x', 'w']);
    expect(given[0]?.key).toBe('x');
  });

  it.each([
    // base  percents         points  case
    [100, [], 100, 'none'],
    [100, [150], 150, 'one'],
    [3, [150, 150, 150], 10, '10.125: rounding at each step would give 9'],
    [1, [150, 200], 3, '1.5 doubled is 3: rounding between would give 2'],
    [7, [100, 110], 7, '7.7'],
    [10, [110], 11, 'no 11.000000000000002'],
  ] as [number, number[], number, string][])('%i × %j %% = %i − %s', (base, percents, expected) => {
    expect(pay({ fixed: base }, null, percents)).toBe(expected);
  });

  it('a declared rounding rounds the product, not the base', () => {
    expect(pay(rate(1, 10, 'NEAREST'), 14, [200])).toBe(3); // 2.8, not 1 × 2
    expect(pay(rate(1, 10, 'UP'), 11, [1_000])).toBe(11); // 11 exactly, not 2 × 10
  });
});

describe('roundOnce', () => {
  it.each([
    // fraction           DOWN UP NEAREST
    [of(0n), 0, 0, 0],
    [of(5n), 5, 5, 5],
    [of(1n, 3n), 0, 1, 0],
    [of(1n, 2n), 0, 1, 1],
    [of(3n, 2n), 1, 2, 2],
    [of(5n, 3n), 1, 2, 2],
    [of(49n, 100n), 0, 1, 0],
    [of(2n ** 54n - 2n, 2n), limits.pointsMax, limits.pointsMax, limits.pointsMax],
  ] as [Fraction, number, number, number][])('%o: %i, %i, %i', (fraction, down, up, nearest) => {
    expect(roundOnce(fraction, 'DOWN')).toBe(down);
    expect(roundOnce(fraction, 'UP')).toBe(up);
    expect(roundOnce(fraction, 'NEAREST')).toBe(nearest);
  });

  it('is too many where it would not be exact as a number', () => {
    const most = 2n ** 53n - 1n;
    expect(roundOnce(of(most * 2n + 1n, 2n), 'DOWN')).toBe(limits.pointsMax);
    expect(roundOnce(of(most * 2n + 1n, 2n), 'UP')).toBe(tooMany);
    expect(roundOnce(of(most * 2n + 1n, 2n), 'NEAREST')).toBe(tooMany);
    expect(roundOnce(of(most + 1n), 'DOWN')).toBe(tooMany);
    expect(pay({ fixed: limits.pointsMax }, null, [200])).toBe(tooMany);
  });

  it('a negative award is a bug of the caller', () => {
    expect(() => roundOnce(of(-1n), 'DOWN')).toThrow(/not negative/);
  });
});

describe('combine (S19)', () => {
  const part = (what: Part['what'], given: number, id = '') => ({ what, given, id });
  const base = part('BASE', 10);
  const milestone = part('MILESTONE', 100);
  const rule = part('RULE', 5);

  it.each([
    ['ADD', [base, milestone, rule], [base, milestone, rule], 'all'],
    ['ADD', [], [], 'nothing'],
    ['MAX', [base, milestone, rule], [milestone], 'the largest'],
    ['MAX', [base, rule], [base], 'which may be the base'],
    ['MAX', [], [], 'nothing'],
    ['MAX', [part('BASE', 0)], [part('BASE', 0)], 'a day that pays nothing'],
    [
      'MAX',
      [part('RULE', 5, 'a'), part('RULE', 5, 'b')],
      [part('RULE', 5, 'a')],
      'first of equals',
    ],
    ['REPLACE', [base, milestone, rule], [milestone, rule], 'all but the base'],
    ['REPLACE', [rule, base], [rule], 'wherever the base stands, even for less'],
    ['REPLACE', [base], [base], 'the base when alone'],
    ['REPLACE', [], [], 'nothing'],
  ] as ['ADD' | 'MAX' | 'REPLACE', ReturnType<typeof part>[], ReturnType<typeof part>[], string][])(
    '%s of %j keeps %j − %s',
    (mode, parts, kept) => {
      expect(combine(parts, mode)).toEqual(kept);
    },
  );
});

describe('share (S34)', () => {
  it.each([
    [10, 0, 3, 0],
    [10, 1, 3, 3],
    [10, 2, 3, 6],
    [10, 3, 3, 10],
    [0, 1, 2, 0],
    [limits.pointsMax, limits.pointsMax - 1, limits.pointsMax, limits.pointsMax - 1],
    [limits.pointsMax, limits.pointsMax, limits.pointsMax, limits.pointsMax],
  ])('of %i, %i of %i: %i', (amount, taken, whole, expected) => {
    expect(share(amount, taken, whole)).toBe(expected);
  });

  it.each([
    [10, 1, 0],
    [10, 4, 3],
    [10, -1, 3],
    [-1, 1, 3],
  ])('of %i, %i of %i is no share', (amount, taken, whole) => {
    expect(() => share(amount, taken, whole)).toThrow(/share/);
  });
});

describe('properties', () => {
  const runs = { numRuns: 1_000, seed };
  const points = fc.oneof(fc.nat({ max: 1_000 }), fc.maxSafeNat());
  const roundings = fc.constantFrom<Rounding>('DOWN', 'UP', 'NEAREST');

  it('partial returns together take exactly the amount, never more (S34)', () => {
    const returns = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(points, returns, (amount, items) => {
        const whole = items.reduce((sum, count) => sum + count, 0);
        let returned = 0;
        let taken = 0n;
        for (const count of items) {
          const step = share(amount, returned + count, whole) - share(amount, returned, whole);
          expect(step).toBeGreaterThanOrEqual(0);
          returned += count;
          taken += BigInt(step);
          expect(taken <= BigInt(amount)).toBe(true);
        }
        expect(taken).toBe(BigInt(amount));
      }),
      runs,
    );
  });

  it('a rounded fraction is the whole number that its rounding means', () => {
    const parts = fc.record({
      numerator: fc.bigInt({ min: 0n, max: 2n ** 60n }),
      denominator: fc.bigInt({ min: 2n ** 8n, max: 2n ** 70n }),
    });
    fc.assert(
      fc.property(parts, roundings, ({ numerator, denominator }, rounding) => {
        const rounded = BigInt(roundOnce({ numerator, denominator }, rounding));
        const off = rounded * denominator - numerator;
        if (rounding === 'DOWN') expect(off <= 0n && -off < denominator).toBe(true);
        if (rounding === 'UP') expect(off >= 0n && off < denominator).toBe(true);
        if (rounding === 'NEAREST') {
          expect(2n * off > -denominator && 2n * off <= denominator).toBe(true);
        }
      }),
      runs,
    );
  });

  it('the order in which multipliers are given changes nothing', () => {
    const multiplier = fc.record({
      kind: fc.constantFrom<Multiplier['kind']>('TIER', 'CAMPAIGN', 'BOOST'),
      key: fc.constantFrom('a', 'b', 'c'),
      percent: fc.integer({ min: 100, max: 10_000 }),
    });
    const list = fc.array(multiplier, { maxLength: 5 });
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), list, roundings, (value, given, rounding) => {
        const { fraction } = baseOf(rate(3, 7), value);
        const points = (all: readonly Multiplier[]) => roundOnce(multiply(fraction, all), rounding);
        expect(points(given.toReversed())).toBe(points(given));
        expect(inOrder(inOrder(given))).toEqual(inOrder(given));
      }),
      runs,
    );
  });

  it('of no value to the most, a rate pays what long division does', () => {
    const units = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(points, units, (value, unit) => {
        const paid = pay(rate(1, unit), value);
        const rest = BigInt(value) - BigInt(paid) * BigInt(unit);
        expect(rest >= 0n && rest < BigInt(unit)).toBe(true);
      }),
      runs,
    );
  });
});
