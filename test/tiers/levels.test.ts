import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { levelFor, levelOf, pointsToNext, upgraded } from '../../src/tiers/levels.ts';
import { tiersOf } from './tiers.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`levels: SEED=${seed}`);

const tiers = tiersOf();

describe('levelFor: a threshold is reached at exactly its points (S45)', () => {
  it.each([
    // basis      level
    [-limits.pointsMax, 0],
    [-1, 0],
    [0, 0],
    [999, 0],
    [1_000, 1],
    [4_999, 1],
    [5_000, 2],
    [9_999, 2],
    [10_000, 3],
    [limits.pointsMax, 3],
  ])('%i points: level %i', (basis, level) => {
    expect(levelFor(tiers, basis)).toBe(level);
  });

  it('one level is everybody’s, whatever they have', () => {
    const one = { levels: tiers.levels.slice(0, 1) };
    expect([-1, 0, 1, limits.pointsMax].map((basis) => levelFor(one, basis))).toEqual([0, 0, 0, 0]);
  });
});

describe('levelOf', () => {
  it.each([
    ['bronze', 0],
    ['silver', 1],
    ['platinum', 3],
    ['Silver', 0],
    ['diamond', 0],
    ['', 0],
    [null, 0],
  ])('%j: level %i', (key, level) => {
    expect(levelOf(tiers, key)).toBe(level);
  });
});

describe('pointsToNext', () => {
  it.each([
    // level basis  points  case
    [0, 0, 1_000, 'all of it'],
    [0, 999, 1, 'one'],
    [1, 1_000, 4_000, 'from exactly a threshold'],
    [1, 5_000, 0, 'reached by a definition that changed'],
    [2, 300, 9_700, 'a level kept above its points'],
    [0, -200, 1_200, 'from below zero'],
    [3, 10_000, null, 'nothing above the top'],
  ] as [number, number, number | null, string][])(
    'level %i with %i points: %j − %s',
    (level, basis, expected) => {
      expect(pointsToNext(tiers, level, basis)).toBe(expected);
    },
  );

  it('never says more than a member can have', () => {
    const { levels } = tiers;
    const far = { levels: levels.map((level, at) => ({ ...level, threshold: at * 2 ** 50 })) };
    expect(pointsToNext(far, 2, -limits.pointsMax)).toBe(limits.pointsMax);
    expect(pointsToNext(far, 2, 0)).toBe(3 * 2 ** 50);
  });
});

describe('upgraded: at once, and never down (S46)', () => {
  it.each([
    // level basis  after
    [0, 999, 0],
    [0, 1_000, 1],
    [0, 10_000, 3],
    [2, 0, 2],
    [2, -5, 2],
    [2, 9_999, 2],
    [2, 10_000, 3],
    [3, limits.pointsMax, 3],
  ])('level %i with %i points: level %i', (level, basis, after) => {
    expect(upgraded(level, tiers, basis)).toBe(after);
  });
});

describe('properties', () => {
  const anyLevels = fc
    .uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 6 })
    .map((thresholds) => ({
      levels: [0, ...thresholds.sort((a, b) => a - b)].map((threshold, at) => ({
        key: `l${at}`,
        name: `L${at}`,
        threshold,
        percent: 100,
      })),
    }));
  const points = fc.integer({ min: -100, max: 600 });

  it('as many levels are reached as there are thresholds at or below the points', () => {
    fc.assert(
      fc.property(anyLevels, points, ({ levels }, basis) => {
        const reached = levels.filter(({ threshold }) => threshold <= basis).length;
        expect(levelFor({ levels }, basis)).toBe(Math.max(reached - 1, 0));
      }),
      { numRuns: 1_000, seed },
    );
  });

  it('pointsToNext reaches the next level, one less does not', () => {
    fc.assert(
      fc.property(anyLevels, points, (any, basis) => {
        const level = levelFor(any, basis);
        const missing = pointsToNext(any, level, basis);
        if (missing === null) {
          expect(level).toBe(any.levels.length - 1);
          return;
        }
        expect(levelFor(any, basis + missing)).toBe(level + 1);
        expect(levelFor(any, basis + missing - 1)).toBe(level);
      }),
      { numRuns: 1_000, seed },
    );
  });

  it('a key leads back to its level', () => {
    fc.assert(
      fc.property(anyLevels, (any) => {
        expect(any.levels.map(({ key }) => levelOf(any, key))).toEqual([...any.levels.keys()]);
      }),
      { numRuns: 200, seed },
    );
  });
});
