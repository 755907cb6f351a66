/**
 * Conditions: what an operator says about the facts a rule applies to, as data. A comparison with
 * something that the fact does not have is false, whatever the comparison: `channel NE web` does
 * not hold for an activity without `channel`. `not` turns that round: `not (channel EQ web)` holds.
 */
import { z } from 'zod';
import { exact, keyText, shortText } from '../engine/inputs.ts';
import { choice, listOf } from './shapes.ts';

/** Levels of a tree; a comparison alone has 1. Deeper ones nobody can read. */
export const conditionDepthMax = 5;
/** `all`, `any`, `not` and comparisons together: each is tried for every fact. */
export const conditionNodesMax = 50;
const LIST_MAX = 50;

/** The numbers that a fact may have. */
export const numberFacts = [
  'value', // Of an activity, in its own unit (cents, metres).
  'units', // Of an activity: how many items.
  'weekday', // Of the local date: 1 Monday to 7 Sunday.
  'hour', // On the local clock: 0 to 23.
  'dayOfMonth', // Of the local date: 1 to 31.
  'month', // Of the local date: 1 to 12.
  'streakDay', // Of a check-in: 1, 2, 3 … within its run.
  'totalDays', // Of a check-in: the member's check-ins up to it, itself included.
  'memberDays', // Local days since enrolment: 0 on the day.
] as const;
export type NumberFact = (typeof numberFacts)[number];

export type NumberComparison = 'EQ' | 'NE' | 'LT' | 'LTE' | 'GT' | 'GTE';

/** One comparison with a number or a text of the fact. */
export type Comparison =
  | { readonly fact: NumberFact; readonly is: NumberComparison; readonly number: number }
  | { readonly fact: NumberFact; readonly oneOf: readonly number[] }
  | { readonly attribute: string; readonly is: 'EQ' | 'NE'; readonly text: string }
  | { readonly attribute: string; readonly oneOf: readonly string[] };

/** A tree of comparisons. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Comparison;

/** What a condition is tried on: what the fact has, and nothing else. */
export type ConditionFacts = {
  readonly numbers: Readonly<Partial<Record<NumberFact, number | undefined>>>;
  readonly attributes: Readonly<Record<string, string>>;
};

const fact = z.enum(numberFacts);
// Lists are called by the API what they hold; both are stored as `oneOf`.

const numberComparison = choice(
  {
    is: z.strictObject({
      fact,
      is: z.enum(['EQ', 'NE', 'LT', 'LTE', 'GT', 'GTE']),
      number: exact,
    }),
    numbers: z
      .strictObject({ fact, numbers: listOf(exact, 1, LIST_MAX) })
      .transform(({ numbers, ...given }) => ({ ...given, oneOf: numbers })),
    oneOf: z.strictObject({ fact, oneOf: listOf(exact, 1, LIST_MAX) }),
  },
  'must say `is` and `number`, or `numbers`',
);

const textComparison = choice(
  {
    is: z.strictObject({ attribute: keyText, is: z.enum(['EQ', 'NE']), text: shortText }),
    texts: z
      .strictObject({ attribute: keyText, texts: listOf(shortText, 1, LIST_MAX) })
      .transform(({ texts, ...given }) => ({ ...given, oneOf: texts })),
    oneOf: z.strictObject({ attribute: keyText, oneOf: listOf(shortText, 1, LIST_MAX) }),
  },
  'must say `is` and `text`, or `texts`',
);

const part: z.ZodType<Condition> = z.lazy(() => tree);
const parts = listOf(part, 1, LIST_MAX);

const tree: z.ZodType<Condition> = choice(
  {
    all: z.strictObject({ all: parts }),
    any: z.strictObject({ any: parts }),
    not: z.strictObject({ not: part }),
    fact: numberComparison,
    attribute: textComparison,
  },
  'must be an object with `all`, `any`, `not`, `fact` or `attribute`',
);

/** A condition of at most 5 levels and 50 parts; the size is checked before anything recurses. */
export const condition: z.ZodType<Condition> = z
  .unknown()
  .superRefine((input, context) => {
    const message = sizeProblem(input);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .pipe(tree);

function sizeProblem(input: unknown): string | undefined {
  const open = [{ node: input, depth: 1 }];
  let nodes = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, depth } = next;
    nodes += 1;
    if (depth > conditionDepthMax) return `must be at most ${conditionDepthMax} levels deep`;
    if (nodes > conditionNodesMax) return `must have at most ${conditionNodesMax} parts`;
    for (const child of rawChildren(node)) open.push({ node: child, depth: depth + 1 });
  }
  return undefined;
}

/** The children of what may be a condition; a list is cut off where it is too long anyway. */
function rawChildren(node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  const { all, any, not } = node as Record<string, unknown>;
  const lists = [all, any].filter(Array.isArray) as unknown[][];
  const children = lists.flatMap((list) => list.slice(0, conditionNodesMax + 1));
  return not === undefined ? children : [...children, not];
}

/** Whether the facts fulfil the condition. */
export function matches(condition: Condition, facts: ConditionFacts): boolean {
  if ('all' in condition) return condition.all.every((child) => matches(child, facts));
  if ('any' in condition) return condition.any.some((child) => matches(child, facts));
  if ('not' in condition) return !matches(condition.not, facts);
  if ('fact' in condition) {
    const number = facts.numbers[condition.fact];
    return number !== undefined && numberFits(condition, number);
  }
  const text = textOf(facts, condition.attribute);
  return text !== undefined && textFits(condition, text);
}

const textOf = ({ attributes }: ConditionFacts, name: string): string | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** What a condition asked of the facts, by name: why a rule applied. */
export function factsAsked(
  condition: Condition,
  facts: ConditionFacts,
): Record<string, number | string> {
  const asked: Record<string, number | string> = {};
  for (const { comparison } of comparisonsOf(condition)) {
    const isNumber = 'fact' in comparison;
    const name = isNumber ? comparison.fact : comparison.attribute;
    const value = isNumber ? facts.numbers[comparison.fact] : textOf(facts, name);
    if (value !== undefined) asked[name] = value;
  }
  return asked;
}

function numberFits(comparison: Extract<Comparison, { fact: unknown }>, number: number): boolean {
  if ('oneOf' in comparison) return comparison.oneOf.includes(number);
  switch (comparison.is) {
    case 'EQ':
      return number === comparison.number;
    case 'NE':
      return number !== comparison.number;
    case 'LT':
      return number < comparison.number;
    case 'LTE':
      return number <= comparison.number;
    case 'GT':
      return number > comparison.number;
    case 'GTE':
      return number >= comparison.number;
  }
}

function textFits(comparison: Extract<Comparison, { attribute: unknown }>, text: string): boolean {
  if ('oneOf' in comparison) return comparison.oneOf.includes(text);
  return (text === comparison.text) === (comparison.is === 'EQ');
}

/** The first part that the facts do not fulfil, and what they have instead; undefined: none. */
export function failedPart(
  condition: Condition,
  facts: ConditionFacts,
  path = 'condition',
): string | undefined {
  if (matches(condition, facts)) return undefined;
  if ('all' in condition) {
    const parts = condition.all.map((child, at) => failedPart(child, facts, `${path}.all.${at}`));
    return parts.find((part) => part !== undefined);
  }
  if ('any' in condition) {
    const parts = condition.any.map((child, at) => failedPart(child, facts, `${path}.any.${at}`));
    return parts.filter((part) => part !== undefined).join('; ');
  }
  if ('not' in condition) return `${path}.not: what it excludes is so`;
  const isNumber = 'fact' in condition;
  const name = isNumber ? factName(condition.fact) : condition.attribute;
  const value = isNumber ? facts.numbers[condition.fact] : textOf(facts, name);
  if (value === undefined) return `${path}: the fact has no ${name}`;
  return `${path}: ${name} is ${value}, not ${wordsOf(condition)}`;
}

/** A fact as the API names it: DAY_OF_MONTH. */
export const factName = (name: NumberFact) => name.replace(/[A-Z]/g, '_$&').toUpperCase();

const comparing = {
  ...{ EQ: '', NE: 'other than ', LT: 'less than ', LTE: 'at most ' },
  ...{ GT: 'more than ', GTE: 'at least ' },
} as const;

function wordsOf(comparison: Comparison): string {
  if ('oneOf' in comparison) return `one of ${comparison.oneOf.join(', ')}`;
  return `${comparing[comparison.is]}${'fact' in comparison ? comparison.number : comparison.text}`;
}

/** Every comparison of a condition, with its path ('.all.0.not'; '' for a comparison alone). */
export function comparisonsOf(
  condition: Condition,
  path = '',
): { path: string; comparison: Comparison }[] {
  const within = (name: string, children: readonly Condition[]) =>
    children.flatMap((child, index) => comparisonsOf(child, `${path}.${name}.${index}`));
  if ('all' in condition) return within('all', condition.all);
  if ('any' in condition) return within('any', condition.any);
  if ('not' in condition) return comparisonsOf(condition.not, `${path}.not`);
  return [{ path, comparison: condition }];
}
