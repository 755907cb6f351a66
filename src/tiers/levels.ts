/**
 * Levels are named by their index in the definition, lowest first: 0 is the level everybody has.
 * The basis is what thresholds are compared with, in points; it may be negative after reversals.
 */
import { limits } from '../limits.ts';
import type { Tiers } from '../rules/definition.ts';
import type { Versioned } from '../rules/versioned.ts';

type Levels = Pick<Tiers, 'levels'>;

/** The highest level that `basis` reaches: exactly the threshold is reached (S45). */
export function levelFor({ levels }: Levels, basis: number): number {
  const reached = levels.findLastIndex((level) => basis >= level.threshold);
  return Math.max(reached, 0);
}

/** The level of this key; the first for null or a key that the definition no longer has. */
export function levelOf({ levels }: Levels, key: string | null): number {
  const found = levels.findIndex((level) => level.key === key);
  return Math.max(found, 0);
}

/**
 * The level that a key stands for under a version of the tiers. One that the version no longer has
 * is the highest level that its threshold reached: a level that was only renamed keeps its members.
 */
export function levelUnder(
  { definition, startsAt }: Versioned<Tiers>,
  versions: readonly Versioned<Tiers>[],
  key: string | null,
): number {
  const same = definition.levels.findIndex((level) => level.key === key);
  if (key === null || same !== -1) return Math.max(same, 0);
  const [last] = versions
    .filter((one) => one.startsAt <= startsAt)
    .sort((a, b) => b.startsAt - a.startsAt)
    .flatMap(({ definition: { levels } }) => levels.find((level) => level.key === key) ?? []);
  return last === undefined ? 0 : levelFor(definition, last.threshold);
}

/** Points from `basis` to the level after this one; 0 when it is reached, null at the top. */
export function pointsToNext({ levels }: Levels, level: number, basis: number): number | null {
  const next = levels[level + 1];
  return next === undefined ? null : pointsBetween(basis, next.threshold);
}

/** The level after an earning: upgrades are immediate, and nothing is lowered (S46). */
export function upgraded(level: number, tiers: Levels, basis: number): number {
  return Math.max(level, levelFor(tiers, basis));
}

/**
 * Points that `basis` lacks of `threshold`, at least 0. At most what a member can ever have: from
 * a negative basis it could be more than can be earned.
 */
export function pointsBetween(basis: number, threshold: number): number {
  return Math.min(Math.max(threshold - basis, 0), limits.pointsMax);
}
