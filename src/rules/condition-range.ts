/**
 * Whether a condition can hold at all. It is written out as terms, alternatives in each of which
 * every fact is held to a set of its own; the condition can hold when one term is left. Facts are
 * taken as independent, but for those of the date (30 February is none) and of check-ins: no run
 * is longer than all check-ins.
 */
import { type Comparison, type Condition, type NumberFact, numberFacts } from './condition.ts';
import {
  bothNumbers,
  bothTexts,
  eitherNumber,
  eitherText,
  gapsOf,
  LARGEST,
  type NumberSet,
  type Range,
  type TextSet,
} from './fact-sets.ts';

/** More terms are not looked at; the answer is then that it can hold. */
const TERMS_MAX = 2_000;

/** All of these hold together; what is not named may be anything. */
type Term = {
  readonly numbers: ReadonlyMap<NumberFact, NumberSet>;
  readonly attributes: ReadonlyMap<string, TextSet>;
};

/** Every fact has a date, an hour and a member; the rest depends on what happened. */
export const domains: Readonly<Record<NumberFact, NumberSet>> = {
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

/** A date as conditions see it. */
export type CalendarDay = Readonly<Record<'month' | 'dayOfMonth' | 'weekday', number>>;

/** The facts there are. */
export type World = {
  readonly numbers: Readonly<Record<NumberFact, NumberSet>>;
  /** Whether they may have attributes. */
  readonly hasAttributes: boolean;
  /** Their dates, when those are few; null: any date. */
  readonly dates: readonly CalendarDay[] | null;
};

const everything: World = { numbers: domains, hasAttributes: true, dates: null };

/** False when no fact of the world fulfils the condition. True when one does, or it is too large. */
export function canMatch(condition: Condition, world: World = everything): boolean {
  const terms = termsOf(condition, false, world);
  return terms === undefined || terms.length > 0;
}

/** The smallest part that alone makes the condition impossible, as a path; undefined: none. */
export function impossiblePart(
  condition: Condition,
  world: World = everything,
  path = '',
): string | undefined {
  if (canMatch(condition, world)) return undefined;
  const within = (name: string, children: readonly Condition[]) =>
    children
      .map((child, index) => impossiblePart(child, world, `${path}.${name}.${index}`))
      .find((found) => found !== undefined);
  if ('all' in condition) return within('all', condition.all) ?? path;
  // Of several alternatives none is to blame more than the others.
  if ('any' in condition && condition.any.length === 1) return within('any', condition.any) ?? path;
  return path;
}

/** The terms of the condition, or of its opposite; undefined when there are too many. */
function termsOf(
  condition: Condition,
  negated: boolean,
  world: World,
): readonly Term[] | undefined {
  if ('not' in condition) return termsOf(condition.not, !negated, world);
  const isAll = 'all' in condition;
  if (!isAll && !('any' in condition)) {
    return [literal(condition, negated, world)].filter((term) => isPossible(term, world));
  }
  const terms = (isAll ? condition.all : condition.any).map((child) =>
    termsOf(child, negated, world),
  );
  // The opposite of "all of these" is "any of the opposites", and the other way round.
  return isAll === negated ? eitherOf(terms) : allOf(terms, world);
}

function eitherOf(children: readonly (readonly Term[] | undefined)[]): readonly Term[] | undefined {
  const terms: readonly Term[] | undefined = children.every((child) => child !== undefined)
    ? merged(children.flat())
    : undefined;
  return terms === undefined || terms.length > TERMS_MAX ? undefined : terms;
}

/** Alternatives about one fact alone are one: `hour` 1 or `hour` 2 is `hour` in [1, 2]. */
function merged(terms: readonly Term[]): readonly Term[] {
  const byFact = new Map<string, Term>();
  const kept: Term[] = [];
  for (const term of terms) {
    const name = onlyFact(term);
    const other = name === undefined ? undefined : byFact.get(name);
    if (name === undefined) kept.push(term);
    else byFact.set(name, other === undefined ? term : either(other, term));
  }
  return [...byFact.values(), ...kept];
}

function onlyFact({ numbers, attributes }: Term): string | undefined {
  if (numbers.size + attributes.size !== 1) return undefined;
  const [fact] = numbers.keys();
  return fact ?? `attribute ${[...attributes.keys()][0]}`;
}

function allOf(
  children: readonly (readonly Term[] | undefined)[],
  world: World,
): readonly Term[] | undefined {
  let terms: readonly Term[] = [anythingIn(world)];
  let isLarge = false;
  // Those with few alternatives first: they may leave nothing for the others.
  const size = (child: readonly Term[] | undefined) => child?.length ?? LARGEST;
  for (const more of children.toSorted((a, b) => size(a) - size(b))) {
    // What is too large is left out: the others may contradict each other all the same.
    if (more === undefined || terms.length * more.length > TERMS_MAX) isLarge = true;
    else {
      terms = terms
        .flatMap((term) => more.map((other) => both(term, other)))
        .filter((term) => isPossible(term, world));
    }
  }
  return isLarge && terms.length > 0 ? undefined : terms;
}

const anythingIn = (world: World): Term => ({
  numbers: new Map(numberFacts.map((fact) => [fact, world.numbers[fact]])),
  attributes: new Map(),
});

function isPossible({ numbers, attributes }: Term, world: World): boolean {
  const hasNumber = ({ ranges, absent }: NumberSet) => absent || ranges.length > 0;
  const hasText = ({ texts, others, absent }: TextSet) => absent || others || texts.size > 0;
  return (
    [...numbers.values()].every(hasNumber) &&
    [...attributes.values()].every(hasText) &&
    hasRun(numbers) &&
    (world.dates === null ? hasDate(numbers) : hasOneOf(world.dates, numbers))
  );
}

/** Whether a run can be as long: each of its days is a check-in. */
function hasRun(numbers: Term['numbers']): boolean {
  const run = numbers.get('streakDay') ?? domains.streakDay;
  const total = numbers.get('totalDays') ?? domains.totalDays;
  if (run.absent || total.absent) return true;
  return (run.ranges[0]?.[0] ?? LARGEST) <= (total.ranges.at(-1)?.[1] ?? 0);
}

function hasOneOf(dates: readonly CalendarDay[], numbers: Term['numbers']): boolean {
  const sets = (['month', 'dayOfMonth', 'weekday'] as const).flatMap((fact) => {
    const set = numbers.get(fact);
    return set === undefined ? [] : [{ fact, ranges: set.ranges }];
  });
  return dates.some((date) =>
    sets.every(({ fact, ranges }) =>
      ranges.some(([from, to]) => from <= date[fact] && date[fact] <= to),
    ),
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

const noText: TextSet = { texts: new Set(), others: false, absent: true };

/** The term of one comparison, or of its opposite. With nothing to compare it is false. */
function literal(comparison: Comparison, negated: boolean, world: World): Term {
  if ('fact' in comparison) {
    const ranges = negated ? gapsOf(rangesOf(comparison)) : rangesOf(comparison);
    const fits = { ranges, absent: negated };
    const set = bothNumbers(world.numbers[comparison.fact], fits);
    return { numbers: new Map([[comparison.fact, set]]), attributes: new Map() };
  }
  const isOneOf = 'oneOf' in comparison;
  const texts = new Set(isOneOf ? comparison.oneOf : [comparison.text]);
  const isNot = !isOneOf && comparison.is === 'NE';
  const fits = { texts, others: isNot !== negated, absent: negated };
  const set = world.hasAttributes ? fits : bothTexts(fits, noText);
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

/** What fulfils both terms. */
const both = (a: Term, b: Term): Term => ({
  numbers: joined(a.numbers, b.numbers, bothNumbers),
  attributes: joined(a.attributes, b.attributes, bothTexts),
});

/** What fulfils one of two terms that are about the same one fact. */
const either = (a: Term, b: Term): Term => ({
  numbers: joined(a.numbers, b.numbers, eitherNumber),
  attributes: joined(a.attributes, b.attributes, eitherText),
});

function joined<Key, Value>(
  a: ReadonlyMap<Key, Value>,
  b: ReadonlyMap<Key, Value>,
  join: (a: Value, b: Value) => Value,
): ReadonlyMap<Key, Value> {
  const result = new Map(a);
  for (const [key, value] of b) {
    const other = a.get(key);
    result.set(key, other === undefined ? value : join(other, value));
  }
  return result;
}
