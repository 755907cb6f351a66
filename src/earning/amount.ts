/**
 * What a rule pays, exactly: a fraction until the end, rounded once (S39). No floating point.
 *
 * Values and points are whole numbers from 0 to 2^53 − 1; fractions are never negative.
 */
import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import type { BasePoints, CheckInPlan } from '../rules/definition.ts';

/** `numerator / denominator` points; the denominator is positive. Not reduced. */
export type Fraction = { readonly numerator: bigint; readonly denominator: bigint };

/** What is done with a part of a point; NEAREST takes a half up. */
export type Rounding = 'DOWN' | 'UP' | 'NEAREST';

/** Something that multiplies an award: a tier, campaign or boost, in percent (200 doubles). */
export type Multiplier = {
  readonly kind: 'TIER' | 'CAMPAIGN' | 'BOOST';
  readonly key: string;
  readonly percent: number;
};

/**
 * What a rule pays before multipliers, and how the result is to be rounded: as a rate declares,
 * else down. A rate or a table pays nothing without a value; a table, nothing for a value that is
 * in no row of it.
 */
export function baseOf(
  points: BasePoints,
  value: number | null,
): { readonly fraction: Fraction; readonly rounding: Rounding } {
  assert(value === null || value >= 0, 'the value of a fact is not negative');
  if ('fixed' in points) return { fraction: exactly(points.fixed), rounding: 'DOWN' };
  if ('perUnit' in points) {
    const { points: perUnit, unit, rounding } = points.perUnit;
    const numerator = BigInt(value ?? 0) * BigInt(perUnit);
    return { fraction: { numerator, denominator: BigInt(unit) }, rounding };
  }
  const row =
    value === null
      ? undefined
      : points.table.find(({ from, below }) => value >= from && (below === null || value < below));
  return { fraction: exactly(row?.points ?? 0), rounding: 'DOWN' };
}

const kindsInOrder: readonly Multiplier['kind'][] = ['TIER', 'CAMPAIGN', 'BOOST'];

/** Multipliers in the order in which they apply and are explained: tier, campaigns, boosts (S39). */
export function inOrder<M extends Multiplier>(multipliers: readonly M[]): M[] {
  return multipliers.toSorted(
    (a, b) => kindsInOrder.indexOf(a.kind) - kindsInOrder.indexOf(b.kind),
  );
}

/** The base times every multiplier (two doublings make four), not rounded: any order will do. */
export function multiply(base: Fraction, multipliers: readonly Multiplier[]): Fraction {
  let { numerator, denominator } = base;
  for (const { percent } of multipliers) {
    numerator *= BigInt(percent);
    denominator *= 100n;
  }
  return { numerator, denominator };
}

/** Stands for all numbers of points too large to be exact; caps and budgets cut it all the same. */
export const tooMany = limits.pointsMax + 1;

/** The whole points of a fraction; `tooMany` when they are more than 2^53 − 1. */
export function roundOnce({ numerator, denominator }: Fraction, rounding: Rounding): number {
  assert(numerator >= 0n && denominator > 0n, 'an award is not negative');
  const rest = numerator % denominator;
  const up = rounding === 'UP' ? rest > 0n : rounding === 'NEAREST' && rest * 2n >= denominator;
  const points = numerator / denominator + (up ? 1n : 0n);
  return points > BigInt(limits.pointsMax) ? tooMany : Number(points);
}

/** Less so many whole points. */
export const less = ({ numerator, denominator }: Fraction, points: number): Fraction => ({
  numerator: numerator - BigInt(points) * denominator,
  denominator,
});

/** One of the awards that meet on a check-in day; `given` is in points, after caps and budgets. */
export type Part = { readonly what: 'BASE' | 'MILESTONE' | 'RULE'; readonly given: number };

/**
 * The parts of a check-in day that count (S19), in the order given. ADD: all. MAX: the largest
 * alone, the first of equals. REPLACE: the base only if there is nothing else, so leave out parts
 * that do not apply or for which no room is left.
 */
export function combine<P extends Part>(
  parts: readonly P[],
  mode: CheckInPlan['combination'],
): P[] {
  switch (mode) {
    case 'ADD':
      return [...parts];
    case 'MAX': {
      const largest = Math.max(...parts.map((part) => part.given));
      return parts.filter((part) => part.given === largest).slice(0, 1);
    }
    case 'REPLACE': {
      const others = parts.filter((part) => part.what !== 'BASE');
      return others.length > 0 ? others : [...parts];
    }
  }
}

/**
 * The share of `amount` that falls to `part` of `whole`, rounded down; `part` of `whole` is from
 * nothing to all. For partial returns: when 2 of 5 items were returned and now 1 more is, the
 * return takes share(amount, 3, 5) − share(amount, 2, 5), so that all returns together take exactly
 * `amount` (S34).
 */
export function share(amount: number, part: number, whole: number): number {
  assert(whole > 0 && part >= 0 && part <= whole, 'a share is a part of a whole');
  assert(amount >= 0, 'what is shared is not negative');
  return Number((BigInt(amount) * BigInt(part)) / BigInt(whole));
}

/** So many points as a fraction. */
export const exactly = (points: number): Fraction => ({
  numerator: BigInt(points),
  denominator: 1n,
});
