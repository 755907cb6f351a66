/**
 * Whether a condition can hold at all. It is written out as terms, alternatives in each of which
 * every fact is held to a set of its own; the condition can hold when one term is left. Facts are
 * taken as independent, but for day and month: 30 February is no date.
 */
import { type Comparison, type Condition, type NumberFact, numberFacts } from './condition.ts';

/** More terms are not looked at; the answer is then that it can hold. */
const TERMS_MAX = 2_000;
const LARGEST = Number.MAX_SAFE_INTEGER;

/** Whole numbers from the first to the second, both included. */
type Range = readonly [number, number];

/** What a number may be: in one of the ranges (sorted, apart), or not there at all. */
type NumberSet = { readonly ranges: readonly Range[]; readonly absent: boolean };

/** What a text may be: one of `texts`, or when `others` any but those; or not there at all. */
type TextSet = {
  readonly texts: ReadonlySet<string>;
  readonly others: boolean;
  readonly absent: boolean;
};

/** All of these hold together; what is not named may be anything. */
type Term = {
  readonly numbers: ReadonlyMap<NumberFact, NumberSet>;
  readonly attributes: ReadonlyMap<string, TextSet>;
};

/** Every fact has a date, an hour and a member; the rest depends on what happened. */
const domains: Readonly<Record<NumberFact, NumberSet>> = {
  value: { ranges: [[0, LARGEST]], absent: true },
  units: { ranges: [[1, LARGEST]], absent: true },
  weekday: { ranges: [[1, 7]], absent: false },
  hour: { ranges: [[0, 23]], absent: false },
  dayOfMonth: { ranges: [[1, 31]], absent: false },
  month: { ranges: [[1, 12]], absent: false },
  streakDay: { ranges: [[1, LARGEST]], absent: true },
  totalDays: { ranges: [[1, LARGEST]], absent: true },
  memberDays: { ranges: [[0, LARGEST]], absent: false },
};

const anything: Term = {
  numbers: new Map(numberFacts.map((fact) => [fact, domains[fact]])),
  attributes: new Map(),
};

/** False when no fact whatever fulfils the condition. True when one does, or it is too large. */
export function canMatch(condition: Condition): boolean {
  const terms = termsOf(condition, false);
  return terms === undefined || terms.length > 0;
}

/** The smallest part that alone makes the condition impossible, as a path; undefined: none. */
export function impossiblePart(condition: Condition, path = ''): string | undefined {
  if (canMatch(condition)) return undefined;
  const within = (name: string, children: readonly Condition[]) =>
    children
      .map((child, index) => impossiblePart(child, `${path}.${name}.${index}`))
      .find((found) => found !== undefined);
  if ('all' in condition) return within('all', condition.all) ?? path;
  // Of several alternatives none is to blame more than the others.
  if ('any' in condition && condition.any.length === 1) return within('any', condition.any) ?? path;
  return path;
}

/** The terms of the condition, or of its opposite; undefined when there are too many. */
function termsOf(condition: Condition, negated: boolean): readonly Term[] | undefined {
  if ('not' in condition) return termsOf(condition.not, !negated);
  const isAll = 'all' in condition;
  if (!isAll && !('any' in condition)) return possible([literal(condition, negated)]);
  const children = isAll ? condition.all : condition.any;
  // The opposite of "all of these" is "any of the opposites", and the other way round.
  return isAll === negated ? eitherOf(children, negated) : allOf(children, negated);
}

function eitherOf(children: readonly Condition[], negated: boolean): readonly Term[] | undefined {
  const terms: Term[] = [];
  for (const child of children) {
    const more = termsOf(child, negated);
    if (more === undefined || terms.length + more.length > TERMS_MAX) return undefined;
    terms.push(...more);
  }
  return terms;
}

function allOf(children: readonly Condition[], negated: boolean): readonly Term[] | undefined {
  let terms: readonly Term[] = [anything];
  let isLarge = false;
  for (const child of children) {
    const more = termsOf(child, negated);
    // What is too large is left out: the others may contradict each other all the same.
    if (more === undefined || terms.length * more.length > TERMS_MAX) isLarge = true;
    else terms = possible(terms.flatMap((term) => more.map((other) => both(term, other))));
  }
  return isLarge && terms.length > 0 ? undefined : terms;
}

const possible = (terms: readonly Term[]) => terms.filter(isPossible);

function isPossible({ numbers, attributes }: Term): boolean {
  const hasNumber = ({ ranges, absent }: NumberSet) => absent || ranges.length > 0;
  const hasText = ({ texts, others, absent }: TextSet) => absent || others || texts.size > 0;
  return (
    [...numbers.values()].every(hasNumber) &&
    [...attributes.values()].every(hasText) &&
    hasDate(numbers)
  );
}

/** Whether some month has some day: February has 29 at most. */
function hasDate(numbers: Term['numbers']): boolean {
  const days = (numbers.get('dayOfMonth') ?? domains.dayOfMonth).ranges;
  const months = (numbers.get('month') ?? domains.month).ranges;
  const firstDay = days[0]?.[0] ?? LARGEST;
  const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return lengths.some(
    (length, index) =>
      firstDay <= length && months.some(([from, to]) => from <= index + 1 && index + 1 <= to),
  );
}

/** The term of one comparison, or of its opposite. With nothing to compare it is false. */
function literal(comparison: Comparison, negated: boolean): Term {
  if ('fact' in comparison) {
    const ranges = negated ? gapsOf(rangesOf(comparison)) : rangesOf(comparison);
    const fits = { ranges, absent: negated };
    const set = bothNumbers(domains[comparison.fact], fits);
    return { numbers: new Map([[comparison.fact, set]]), attributes: new Map() };
  }
  const isOneOf = 'oneOf' in comparison;
  const texts = new Set(isOneOf ? comparison.oneOf : [comparison.text]);
  const isNot = !isOneOf && comparison.is === 'NE';
  const set = { texts, others: isNot !== negated, absent: negated };
  return { numbers: new Map(), attributes: new Map([[comparison.attribute, set]]) };
}

/** The numbers that fulfil a comparison, as ranges that are sorted and apart. */
function rangesOf(comparison: Extract<Comparison, { fact: unknown }>): readonly Range[] {
  if ('oneOf' in comparison) {
    const numbers = [...new Set(comparison.oneOf)].sort((a, b) => a - b);
    return numbers.map((number) => [number, number]);
  }
  const { is, number } = comparison;
  switch (is) {
    case 'EQ':
      return [[number, number]];
    case 'NE':
      return gapsOf([[number, number]]);
    case 'LT':
      return [[-LARGEST, number - 1]];
    case 'LTE':
      return [[-LARGEST, number]];
    case 'GT':
      return [[number + 1, LARGEST]];
    case 'GTE':
      return [[number, LARGEST]];
  }
}

/** Everything that is in none of the ranges. */
function gapsOf(ranges: readonly Range[]): readonly Range[] {
  const starts = [-LARGEST, ...ranges.map(([, to]) => to + 1)];
  const ends = [...ranges.map(([from]) => from - 1), LARGEST];
  return starts
    .map((from, index): Range => [from, ends[index] ?? LARGEST])
    .filter(([from, to]) => from <= to);
}

/** What fulfils both terms. */
function both(a: Term, b: Term): Term {
  return {
    numbers: merged(a.numbers, b.numbers, bothNumbers),
    attributes: merged(a.attributes, b.attributes, bothTexts),
  };
}

function merged<Key, Value>(
  a: ReadonlyMap<Key, Value>,
  b: ReadonlyMap<Key, Value>,
  intersect: (a: Value, b: Value) => Value,
): ReadonlyMap<Key, Value> {
  const result = new Map(a);
  for (const [key, value] of b) {
    const other = a.get(key);
    result.set(key, other === undefined ? value : intersect(other, value));
  }
  return result;
}

function bothNumbers(a: NumberSet, b: NumberSet): NumberSet {
  const ranges = a.ranges.flatMap(([from, to]) =>
    b.ranges
      .map(([otherFrom, otherTo]): Range => [Math.max(from, otherFrom), Math.min(to, otherTo)])
      .filter(([start, end]) => start <= end),
  );
  return { ranges, absent: a.absent && b.absent };
}

function bothTexts(a: TextSet, b: TextSet): TextSet {
  const absent = a.absent && b.absent;
  if (a.others && b.others) {
    return { texts: new Set([...a.texts, ...b.texts]), others: true, absent };
  }
  const [some, other] = a.others ? [b, a] : [a, b];
  const texts = new Set([...some.texts].filter((text) => other.texts.has(text) !== other.others));
  return { texts, others: false, absent };
}
