/** Who wins how much: sums, order, budgets, and parts of a ranking (S80, S85). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AwardTerms, atStart, award, type Ranked } from '../../src/settlements/awards.ts';
import { isLowered, type Prizes, prizesOf, worthOf } from '../../src/settlements/prizes.ts';
import { splitPrize, type TeamMember } from '../../src/settlements/team-split.ts';
import { seedOf } from '../rules/arbitraries.ts';
import { bands, byPlaces } from './arbitraries.ts';

const seed = seedOf('settlements/awards');

const terms: fc.Arbitrary<AwardTerms> = fc.oneof(
  fc.record({
    prizes: byPlaces,
    goal: fc.constantFrom('RANKING' as const, 'FIRST_TO_TARGET' as const),
    rankMode: fc.constantFrom('COMPETITION' as const, 'DENSE' as const, 'UNIQUE' as const),
  }),
  fc.record({
    prizes: fc
      .record({ each: fc.integer({ min: 1, max: 30 }), budget: fc.integer({ min: 1, max: 300 }) })
      .map((given) => prizesOf(given)),
    goal: fc.constant('EVERYONE_AT_TARGET' as const),
    rankMode: fc.constant('COMPETITION' as const),
  }),
);

/** Rankings full of equals. */
const scores = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 30 });

function rankingOf({ goal }: AwardTerms, given: readonly number[]): Ranked[] {
  const sorted = [...given].sort((a, b) => b - a);
  return sorted.map((score, index) => ({
    ...{ participantId: index + 1, score, reachedAt: new Date(index) },
    equals:
      goal === 'EVERYONE_AT_TARGET'
        ? sorted.length
        : sorted.filter((other) => other === score).length,
  }));
}

/** As said in words: groups of equals, each paid out of what is left. Slow and plain. */
function naive({ prizes, goal, rankMode }: AwardTerms, rows: readonly Ranked[]): number[] {
  const alone =
    goal === 'FIRST_TO_TARGET' ||
    (goal === 'RANKING' && (prizes.ties === 'FIRST' || rankMode === 'UNIQUE'));
  const points = rows.map(() => 0);
  let left = prizes.budget;
  for (let first = 0; first < rows.length; ) {
    let size = 1;
    const isEqual = (at: number) =>
      goal === 'EVERYONE_AT_TARGET' || rows[at]?.score === rows[first]?.score;
    while (!alone && first + size < rows.length && isEqual(first + size)) size += 1;
    let whole = 0;
    for (let at = first; at < first + size; at += 1) {
      whole += prizes.each ?? worthOf(prizes.bands, (prizes.ties === 'ALL' ? first : at) + 1);
    }
    whole = Math.min(whole, left);
    left -= whole;
    for (let given = 0; whole > 0; given += 1, whole -= 1) {
      points[first + (given % size)] = (points[first + (given % size)] ?? 0) + 1;
    }
    first += size;
  }
  return points;
}

const run = <T>(what: fc.IProperty<T> | fc.IPropertyWithHooks<T>) =>
  fc.assert(what, { seed, numRuns: 500 });

describe('prizes of a ranking', () => {
  it('are what the words say', () => {
    run(
      fc.property(terms, scores, (by, given) => {
        const rows = rankingOf(by, given);
        const { winners } = award(by, rows, atStart);
        const expected = naive(by, rows);
        expect(winners.map(({ points }) => points)).toEqual(expected.filter((one) => one > 0));
        expect(winners.map(({ place }) => place)).toEqual(winners.map((_one, index) => index + 1));
      }),
    );
  });

  it('keep to the budget, and give nobody more than who is placed better', () => {
    run(
      fc.property(terms, scores, (by, given) => {
        const { winners } = award(by, rankingOf(by, given), atStart);
        const points = winners.map((one) => one.points);
        expect(points.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(by.prizes.budget);
        expect(points).toEqual([...points].sort((a, b) => b - a));
        expect(winners.map(({ rank }) => rank)).toEqual(
          winners.map(({ rank }) => rank).sort((a, b) => a - b),
        );
      }),
    );
  });

  it('treat equals alike, but for the points that cannot be divided', () => {
    run(
      fc.property(terms, scores, (by, given) => {
        fc.pre(by.goal === 'RANKING' && by.rankMode !== 'UNIQUE' && by.prizes.ties !== 'FIRST');
        const rows = rankingOf(by, given);
        const { winners } = award(by, rows, atStart);
        for (const score of new Set(given)) {
          const equals = rows.filter((row) => row.score === score);
          const won = equals.map(
            ({ participantId }) =>
              winners.find((one) => one.participantId === participantId)?.points ?? 0,
          );
          expect(Math.max(...won) - Math.min(...won)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('are the same in parts, whatever the parts', () => {
    run(
      fc.property(terms, scores, fc.integer({ min: 1, max: 7 }), (by, given, size) => {
        const rows = rankingOf(by, given);
        const whole = award(by, rows, atStart).winners;
        const parts = [];
        let progress = atStart;
        for (let at = 0; at < rows.length; at += size) {
          const part = award(by, rows.slice(at, at + size), progress);
          parts.push(...part.winners);
          progress = part.progress;
          if (part.done) break;
        }
        expect(parts).toEqual(whole);
      }),
    );
  });

  it('are exact where numbers are large', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const by: AwardTerms = {
      prizes: prizesOf({ bands: [{ from: 1, to: 1, points: most }], ties: 'ALL', budget: most }),
      ...{ goal: 'RANKING', rankMode: 'COMPETITION' },
    };
    const { winners } = award(by, rankingOf(by, [1, 1, 1]), atStart);
    const third = Number(BigInt(most) / 3n);
    const rest = most - 3 * third;
    expect(winners.map(({ points }) => points)).toEqual(
      [0, 1, 2].map((index) => third + (index < rest ? 1 : 0)),
    );
  });
});

describe('raising prizes', () => {
  it('lowers no place', () => {
    const prizes = bands.map((some) => prizesOf({ bands: some, ties: 'SHARE', budget: 1 }));
    run(
      fc.property(prizes, prizes, (before: Prizes, after: Prizes) => {
        const places = Array.from({ length: 40 }, (_one, index) => index + 1);
        const lowers = places.some((at) => worthOf(after.bands, at) < worthOf(before.bands, at));
        expect(isLowered(before, after)).toBe(lowers);
      }),
    );
  });
});

describe('a budget', () => {
  it('that is kept while better places win more is a lower prize for others', () => {
    const of = (first: number, budget: number) =>
      prizesOf({
        bands: [
          { from: 1, to: 1, points: first },
          { from: 2, to: 3, points: 50 },
        ],
        ...{ ties: 'SHARE', budget },
      });
    expect(isLowered(of(100, 200), of(150, 200))).toBe(true);
    expect(isLowered(of(100, 200), of(150, 249))).toBe(true);
    expect(isLowered(of(100, 200), of(150, 250))).toBe(false);
    expect(isLowered(of(100, 300), of(150, 300))).toBe(false);
    // What was never within the budget is no loss.
    expect(isLowered(of(100, 120), of(100, 130))).toBe(false);
  });
});

describe('a team’s prize', () => {
  const members = fc
    .array(fc.integer({ min: -5, max: 40 }), { minLength: 1, maxLength: 12 })
    .map((all): TeamMember[] =>
      all.map((score, index) => ({ memberId: index + 1, score, isCaptain: index === 0 })),
    );
  const split = fc.constantFrom('EQUAL' as const, 'BY_CONTRIBUTION' as const, 'CAPTAIN' as const);
  const points = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(Number.MAX_SAFE_INTEGER));

  it('is split exactly', () => {
    run(
      fc.property(points, split, members, (prize, how, team) => {
        const parts = splitPrize(prize, how, team);
        const sum = parts.reduce((all, one) => all + BigInt(one.points), 0n);
        expect(sum).toBe(BigInt(prize));
        expect(parts.every((one) => one.points > 0)).toBe(true);
        expect(new Set(parts.map(({ memberId }) => memberId)).size).toBe(parts.length);
      }),
    );
  });

  it('is split evenly, or in proportion, to within a point', () => {
    run(
      fc.property(fc.integer({ min: 1, max: 1_000 }), members, (prize, team) => {
        const wonBy = (how: 'EQUAL' | 'BY_CONTRIBUTION') => {
          const parts = splitPrize(prize, how, team);
          return ({ memberId }: TeamMember) =>
            parts.find((one) => one.memberId === memberId)?.points ?? 0;
        };
        const equal = team.map(wonBy('EQUAL'));
        expect(Math.max(...equal) - Math.min(...equal)).toBeLessThanOrEqual(1);
        const whole = team.reduce((sum, { score }) => sum + Math.max(0, score), 0);
        const own = wonBy('BY_CONTRIBUTION');
        for (const member of team) {
          const share =
            whole === 0 ? prize / team.length : (prize * Math.max(0, member.score)) / whole;
          expect(Math.abs(own(member) - share)).toBeLessThan(1);
          if (whole > 0 && member.score <= 0) expect(own(member)).toBe(0);
        }
      }),
    );
  });
});
