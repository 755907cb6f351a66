import { limits } from '../limits.ts';
import type { StandingPlace } from './standings.ts';

/**
 * How the standings of a season spread over its order: marks, which are places, and how many stand
 * between each two of them. A place is found by counting from the last mark ahead of it. Marks are
 * places, not scores, so that a crowd of equal scores is cut, too.
 */
export type Histogram = {
  readonly seasonId: number;
  /** Names this set of marks, everywhere and for ever. */
  readonly revision: string;
  /** In order, the best first. */
  readonly marks: readonly StandingPlace[];
  /** Standings ahead of the first mark, between each two, and from the last one on. */
  readonly sizes: readonly number[];
};

/** A standing that comes (`from` is null), moves, or goes (`to` is null). */
export type Move = {
  readonly seasonId: number;
  readonly from: StandingPlace | null;
  readonly to: StandingPlace | null;
};

/** Below zero when `a` is listed before `b` (S64). */
export const comparePlaces = (a: StandingPlace, b: StandingPlace): number =>
  b.score - a.score || a.reachedAt.getTime() - b.reachedAt.getTime() || a.memberId - b.memberId;

/** In which part a place lies: the number of marks at it or ahead of it. */
export function partOf(marks: readonly StandingPlace[], place: StandingPlace): number {
  let from = 0;
  let to = marks.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const mark = marks[middle];
    if (mark !== undefined && comparePlaces(mark, place) <= 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** How many stand ahead of each mark. */
export function aheadOf({ sizes }: Histogram): number[] {
  let sum = 0;
  return sizes.slice(0, -1).map((size) => {
    sum += size;
    return sum;
  });
}

export const totalOf = ({ sizes }: Pick<Histogram, 'sizes'>): number =>
  sizes.reduce((sum, size) => sum + size, 0);

/** The histogram after some moves of its season. */
export function moved(histogram: Histogram, moves: readonly Move[]): Histogram {
  const { marks } = histogram;
  const sizes = [...histogram.sizes];
  const add = (place: StandingPlace | null, count: number) => {
    if (place === null) return;
    const part = partOf(marks, place);
    sizes[part] = (sizes[part] ?? 0) + count;
  };
  for (const { from, to } of moves) {
    add(from, -1);
    add(to, 1);
  }
  return { ...histogram, sizes };
}

/** How many standings a part is meant to have. */
export const partSize = (histogram: Pick<Histogram, 'sizes'>): number =>
  Math.max(limits.seasonPartMin, Math.ceil(totalOf(histogram) / limits.seasonParts));

/** Parts that have grown too large, from the last to the first. */
export function largeParts(histogram: Histogram): number[] {
  const limit = 2 * partSize(histogram);
  return histogram.sizes.flatMap((size, part) => (size > limit ? [part] : [])).reverse();
}

/** Cuts a part at some of its places, each `size` behind the one before. */
export function cut(
  histogram: Histogram,
  part: number,
  places: readonly StandingPlace[],
  size: number,
): Pick<Histogram, 'marks' | 'sizes'> {
  const rest = (histogram.sizes[part] ?? 0) - places.length * size;
  return {
    marks: histogram.marks.toSpliced(part, 0, ...places),
    sizes: histogram.sizes.toSpliced(part, 1, ...places.map(() => size), rest),
  };
}

/** Drops marks between parts that are small even together, when there are too many marks. */
export function thinned({
  marks,
  sizes,
}: Pick<Histogram, 'marks' | 'sizes'>): Pick<Histogram, 'marks' | 'sizes'> {
  if (marks.length <= limits.seasonMarksMax) return { marks, sizes };
  const size = partSize({ sizes });
  const kept: StandingPlace[] = [];
  const sums = [sizes[0] ?? 0];
  for (const [index, mark] of marks.entries()) {
    const next = sizes[index + 1] ?? 0;
    const last = sums.at(-1) ?? 0;
    if (last + next <= size) sums[sums.length - 1] = last + next;
    else {
      kept.push(mark);
      sums.push(next);
    }
  }
  return { marks: kept, sizes: sums };
}
