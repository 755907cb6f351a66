/** What places win, as operators declare it, and everything that is wrong with it. Pure (S80). */
import { z } from 'zod';
import { positivePoints } from '../engine/inputs.ts';
import type { ChallengeGoal } from '../generated/prisma/enums.ts';
import { limits } from '../limits.ts';
import { type Expiry, expiry } from '../rules/definition-parts.ts';
import { listOf, type Problem, wholeNumber } from '../rules/shapes.ts';

/** Places `from` to `to`, both included, win `points` each. */
export type PrizeBand = { readonly from: number; readonly to: number; readonly points: number };

/**
 * How those who are ranked equal are paid: SHARE the prizes of their places, ALL the prize of the
 * best of these places, or FIRST by the order of the list.
 */
export type PrizeTies = 'SHARE' | 'ALL' | 'FIRST';

/** What is won, as it is stored: bands of places, or the same for everyone who reaches a target. */
export type Prizes = {
  readonly bands: readonly PrizeBand[];
  readonly ties: PrizeTies;
  /** What everyone at the target wins; null: places do. */
  readonly each: number | null;
  /** Points that are paid at most, in all. */
  readonly budget: number;
  /** When they expire, from the local date of the freeze; null: never. */
  readonly expiry: Expiry | null;
  /** Seasons that were over by this instant were promised nothing; null: all win. */
  readonly since: string | null;
};

const place = wholeNumber(1, limits.prizePlacesMax);
const band = z.object({ from: place, to: place, points: positivePoints });

/** As callers give it; what does not go together is told by `prizesProblems`. */
export const prizesInput = z.object({
  bands: listOf(band, 1, limits.prizeBandsMax).optional(),
  ties: z.enum(['SHARE', 'ALL', 'FIRST']).optional(),
  each: positivePoints.optional(),
  budget: positivePoints.optional(),
  expiry: expiry.optional(),
});
export type PrizesGiven = z.output<typeof prizesInput>;

/** Prizes with what is left out filled in: SHARE, a budget of all bands, and points for ever. */
export function prizesOf(given: PrizesGiven): Prizes {
  const { bands = [], ties = 'SHARE', each, budget, expiry: life } = given;
  const all = Math.min(Number(bandsWorth(bands)), limits.pointsMax);
  return {
    bands: bands.map(({ from, to, points }) => ({ from, to, points })),
    ties,
    each: each ?? null,
    budget: budget ?? all,
    ...{ expiry: life ?? null, since: null },
  };
}

/** Stored prizes as callers give them. */
export const givenOf = ({ bands, ties, each, budget, expiry: life }: Prizes): PrizesGiven => ({
  ...(each === null ? { bands: [...bands], ties } : { each }),
  budget,
  ...(life !== null && { expiry: life }),
});

const bandsWorth = (bands: readonly PrizeBand[]): bigint =>
  bands.reduce((sum, one) => sum + BigInt(one.to - one.from + 1) * BigInt(one.points), 0n);

/** Prizes as a column or terms hold them. */
export const storedPrizes = (json: unknown): Prizes | null => {
  if (json === null || json === undefined) return null;
  const { bands, ties, each, budget, expiry: life, since } = json as Prizes;
  return {
    bands: bands.map(({ from, to, points }) => ({ from, to, points })),
    ...{ ties, each, budget },
    // As it was parsed: the database orders fields in a way of its own.
    ...{ expiry: life === null ? null : expiry.parse(life), since },
  };
};

/** What does not go together; `field` is where the prizes were given. */
export function prizesProblems(
  given: PrizesGiven,
  goal: ChallengeGoal,
  field = 'prizes',
): Problem[] {
  const { bands, ties, each, budget } = given;
  const problem = (where: string, message: string) => ({ field: `${field}.${where}`, message });
  if (goal === 'EVERYONE_AT_TARGET') {
    return [
      ...(each === undefined ? [problem('each', 'say what everyone at the target wins')] : []),
      ...(bands === undefined ? [] : [problem('bands', `leave them out: ${goal} has no places`)]),
      ...(ties === undefined ? [] : [problem('ties', `leave it out: ${goal} has no places`)]),
      ...(budget === undefined ? [problem('budget', 'is required with each')] : []),
    ];
  }
  const problems: Problem[] = [];
  if (each !== undefined) {
    problems.push(problem('each', 'leave it out: it is for the goal EVERYONE_AT_TARGET'));
  }
  if (ties === 'ALL' && budget === undefined) {
    problems.push(problem('budget', 'is required with ALL: any number may be ranked equal'));
  }
  if (bands === undefined) return [...problems, problem('bands', 'say what places win')];
  if (bandsWorth(bands) > limits.pointsMax) {
    problems.push(problem('bands', 'come to more than 2^53 − 1 points in all'));
  }
  for (const [index, one] of bands.entries()) {
    const before = bands[index - 1];
    const from = before === undefined ? 1 : before.to + 1;
    if (one.from !== from) {
      problems.push(problem(`bands.${index}.from`, `must be ${from}: places follow one another`));
    }
    if (one.to < one.from) {
      problems.push(problem(`bands.${index}.to`, `must not be less than from, ${one.from}`));
    }
    if (before !== undefined && one.points > before.points) {
      const message = `must not be more than the better places win, ${before.points}`;
      problems.push(problem(`bands.${index}.points`, message));
    }
  }
  return problems;
}

/** Prizes that are set now: in place of none they win from now on, of others as these did. */
export const setAt = (prizes: Prizes | null, before: Prizes | null, now: Date): Prizes | null =>
  prizes && { ...prizes, since: before === null ? now.toISOString() : before.since };

/** What a place wins, were nobody ranked equal. */
export const worthOf = (bands: readonly PrizeBand[], at: number): number =>
  bands.find(({ from, to }) => from <= at && at <= to)?.points ?? 0;

/** Whether somebody would win less than was promised, or might; or points of another life. */
export function isLowered(before: Prizes, after: Prizes | null): boolean {
  if (after === null || after.budget < before.budget || after.ties !== before.ties) return true;
  if ((after.each ?? 0) < (before.each ?? 0)) return true;
  if (JSON.stringify(after.expiry) !== JSON.stringify(before.expiry)) return true;
  // Both only fall: where they are lower than another, they are so at the end of a band.
  const ends = [...before.bands, ...after.bands].flatMap(({ from, to }) => [from, to]);
  if (ends.some((at) => worthOf(after.bands, at) < worthOf(before.bands, at))) return true;
  // A budget that has to pay more for the better places has less for the others.
  const paid = paidByPlace(after);
  return paidByPlace(before).some((points, index) => (paid[index] ?? 0) < points);
}

/** What places are paid within the budget, from the first on, were nobody ranked equal. */
function paidByPlace({ bands, budget }: Prizes): number[] {
  let left = budget;
  return bands.flatMap(({ from, to, points }) =>
    Array.from({ length: to - from + 1 }, () => {
      const paid = Math.min(points, left);
      left -= paid;
      return paid;
    }),
  );
}
