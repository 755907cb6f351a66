/** What a fact's numbers and texts may be: sets, and what is in both or in either of two. */

export const LARGEST = Number.MAX_SAFE_INTEGER;

/** Whole numbers from the first to the second, both included. */
export type Range = readonly [number, number];

/** What a number may be: in one of the ranges (sorted, apart), or not there at all. */
export type NumberSet = { readonly ranges: readonly Range[]; readonly absent: boolean };

/** What a text may be: one of `texts`, or when `others` any but those; or not there at all. */
export type TextSet = {
  readonly texts: ReadonlySet<string>;
  readonly others: boolean;
  readonly absent: boolean;
};

/** Everything that is in none of the ranges. */
export function gapsOf(ranges: readonly Range[]): readonly Range[] {
  const starts = [-LARGEST, ...ranges.map(([, to]) => to + 1)];
  const ends = [...ranges.map(([from]) => from - 1), LARGEST];
  return starts
    .map((from, index): Range => [from, ends[index] ?? LARGEST])
    .filter(([from, to]) => from <= to);
}

export function bothNumbers(a: NumberSet, b: NumberSet): NumberSet {
  const ranges = a.ranges.flatMap(([from, to]) =>
    b.ranges
      .map(([otherFrom, otherTo]): Range => [Math.max(from, otherFrom), Math.min(to, otherTo)])
      .filter(([start, end]) => start <= end),
  );
  return { ranges, absent: a.absent && b.absent };
}

export function eitherNumber(a: NumberSet, b: NumberSet): NumberSet {
  const ranges: [number, number][] = [];
  for (const [from, to] of [...a.ranges, ...b.ranges].sort((one, other) => one[0] - other[0])) {
    const last = ranges.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return { ranges, absent: a.absent || b.absent };
}

export function bothTexts(a: TextSet, b: TextSet): TextSet {
  const absent = a.absent && b.absent;
  if (a.others && b.others) {
    return { texts: new Set([...a.texts, ...b.texts]), others: true, absent };
  }
  const [some, other] = a.others ? [b, a] : [a, b];
  const texts = new Set([...some.texts].filter((text) => other.texts.has(text) !== other.others));
  return { texts, others: false, absent };
}

/** What is in neither of the opposites. */
export function eitherText(a: TextSet, b: TextSet): TextSet {
  const opposite = ({ texts, others, absent }: TextSet) => ({
    texts,
    others: !others,
    absent: !absent,
  });
  return opposite(bothTexts(opposite(a), opposite(b)));
}
