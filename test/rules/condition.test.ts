import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Condition,
  comparisonsOf,
  condition as conditionSchema,
  matches,
} from '../../src/rules/condition.ts';
import { plainWords, problemsOf } from '../../src/rules/shapes.ts';
import { conditionFacts, conditions, everything, seedOf } from './arbitraries.ts';

const seed = seedOf('rules/condition');
const numRuns = 1_000;

/** What is wrong with a condition, as 'field: message'. */
function mistakes(json: unknown): string[] {
  const parsed = conditionSchema.safeParse(json, { error: plainWords });
  if (parsed.success) return [];
  return problemsOf(parsed.error, 'condition').map(({ field, message }) => `${field}: ${message}`);
}

const leaf: Condition = { fact: 'value', is: 'GTE', number: 5 };
const nested = (depth: number): unknown => (depth === 1 ? leaf : { not: nested(depth - 1) });

describe('matches', () => {
  const facts = {
    numbers: { value: 10, weekday: 7, hour: 0 },
    attributes: { channel: 'web', store: '7' },
  };

  it.each([
    [{ fact: 'value', is: 'EQ', number: 10 }, true, 'equal'],
    [{ fact: 'value', is: 'EQ', number: 11 }, false, 'not equal'],
    [{ fact: 'value', is: 'NE', number: 10 }, false, 'not different'],
    [{ fact: 'value', is: 'NE', number: 11 }, true, 'different'],
    [{ fact: 'value', is: 'LT', number: 10 }, false, 'not below itself'],
    [{ fact: 'value', is: 'LT', number: 11 }, true, 'below'],
    [{ fact: 'value', is: 'LTE', number: 10 }, true, 'at most itself'],
    [{ fact: 'value', is: 'LTE', number: 9 }, false, 'not at most less'],
    [{ fact: 'value', is: 'GT', number: 10 }, false, 'not above itself'],
    [{ fact: 'value', is: 'GT', number: 9 }, true, 'above'],
    [{ fact: 'value', is: 'GTE', number: 10 }, true, 'at least itself'],
    [{ fact: 'value', is: 'GTE', number: 11 }, false, 'not at least more'],
    [{ fact: 'weekday', oneOf: [6, 7] }, true, 'one of the numbers'],
    [{ fact: 'weekday', oneOf: [1, 2] }, false, 'none of the numbers'],
    [{ fact: 'hour', is: 'EQ', number: 0 }, true, '0 is a number that is there'],
    [{ attribute: 'channel', is: 'EQ', text: 'web' }, true, 'the text'],
    [{ attribute: 'channel', is: 'EQ', text: 'Web' }, false, 'capitals count'],
    [{ attribute: 'channel', is: 'NE', text: 'app' }, true, 'another text'],
    [{ attribute: 'store', oneOf: ['6', '7'] }, true, 'one of the texts'],
    [{ attribute: 'store', oneOf: ['8'] }, false, 'none of the texts'],
    [{ all: [leaf, { fact: 'hour', is: 'EQ', number: 1 }] }, false, 'one of all fails'],
    [{ any: [leaf, { fact: 'hour', is: 'EQ', number: 1 }] }, true, 'one of any holds'],
    [{ not: leaf }, false, 'turned round'],
  ] as [Condition, boolean, string][])('%j: %s − %s', (condition, expected) => {
    expect(matches(condition, facts)).toBe(expected);
  });

  it.each([
    { fact: 'units', is: 'EQ', number: 1 },
    { fact: 'units', is: 'NE', number: 1 },
    { fact: 'units', is: 'GTE', number: 0 },
    { fact: 'units', oneOf: [0, 1] },
    { attribute: 'colour', is: 'EQ', text: 'red' },
    { attribute: 'colour', is: 'NE', text: 'red' },
    { attribute: 'colour', oneOf: ['red'] },
    { attribute: 'constructor', is: 'NE', text: 'red' },
  ] as Condition[])('%j: false when the fact has nothing of the kind, `not` true', (condition) => {
    expect(matches(condition, facts)).toBe(false);
    expect(matches({ not: condition }, facts)).toBe(true);
  });
});

describe('the schema', () => {
  it('takes every condition within its bounds as it is', () => {
    fc.assert(
      fc.property(conditions(everything, 5, 2), (condition) => {
        expect(conditionSchema.parse(condition)).toEqual(condition);
      }),
      { numRuns, seed },
    );
  });

  it.each([
    [nested(5), [], 'five levels'],
    [nested(6), ['condition: must be at most 5 levels deep'], 'six levels'],
    [nested(8_000), ['condition: must be at most 5 levels deep'], 'as deep as a request may be'],
    [{ any: Array(49).fill(leaf) }, [], 'fifty parts'],
    [{ any: Array(50).fill(leaf) }, ['condition: must have at most 50 parts'], 'fifty-one parts'],
    [{ any: Array(90_000).fill(0) }, ['condition: must have at most 50 parts'], 'a huge list'],
    [{ all: [] }, ['all: must be a list of 1 to 50'], 'an empty list'],
    [{ all: leaf }, ['all: must be a list'], 'no list'],
    [{ fact: 'value', oneOf: [] }, ['oneOf: must be a list of 1 to 50'], 'no numbers'],
    [{ fact: 'value', oneOf: Array(51).fill(1) }, ['oneOf: must be a list of 1 to 50'], 'many'],
    [{ attribute: 'a', oneOf: [''] }, ['oneOf.0: must not be empty'], 'an empty text'],
    [{ fact: 'value', is: 'EQ', number: '5' }, ['number: must be a number'], 'a text for a number'],
    [
      { all: [leaf, { not: { fact: 'value', is: 'EQ', number: 1.5 } }] },
      ['all.1.not.number: must be a whole number of at most 2^53 − 1'],
      'a fraction, deep inside',
    ],
    [{ fact: 'value', is: 'EQ' }, ['number: is missing'], 'nothing to compare with'],
    [{ fact: 'value' }, ['condition: must say `is` and `number`, or `numbers`'], 'no comparison'],
    [{ attribute: 'a' }, ['condition: must say `is` and `text`, or `texts`'], 'no comparison'],
    [{ attribute: 'a', is: 'LT', text: 'b' }, ['is: must be EQ or NE'], 'texts have no order'],
    [
      { attribute: '__proto__', is: 'EQ', text: 'b' },
      ['attribute: must be 1 to 64 letters, digits, ".", "_" or "-"'],
      'no name for an attribute',
    ],
    [
      { not: leaf, any: [leaf] },
      [
        'condition: has both `any` and `not`: must be an object with `all`, `any`, `not`, ' +
          '`fact` or `attribute`',
      ],
      'two things at once',
    ],
    [{ ...leaf, note: 'x' }, ['note: is not a field of it'], 'a field too many'],
    [
      'value >= 5',
      ['condition: must be an object with `all`, `any`, `not`, `fact` or `attribute`'],
      'code',
    ],
    [
      { any: [null] },
      ['any.0: must be an object with `all`, `any`, `not`, `fact` or `attribute`'],
      'null',
    ],
    [
      { fact: 'weather', is: 'EQ', number: 1 },
      [
        'fact: must be value, units, weekday, hour, dayOfMonth, month, streakDay, totalDays or memberDays',
      ],
      'an unknown fact',
    ],
  ] as [unknown, string[], string][])('case %#', (json, expected, name) => {
    expect(mistakes(json), name).toEqual(expected);
  });
});

describe('properties', () => {
  it('`all` is every, `any` is some, and their opposites are each other', () => {
    const list = fc.array(conditions(everything, 3, 3), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(list, conditionFacts, (children, facts) => {
        const each = children.map((child) => matches(child, facts));
        expect(matches({ all: children }, facts)).toBe(!each.includes(false));
        expect(matches({ any: children }, facts)).toBe(each.includes(true));
        const opposites = children.map((child) => ({ not: child }));
        expect(matches({ any: opposites }, facts)).toBe(matches({ not: { all: children } }, facts));
      }),
      { numRuns, seed },
    );
  });

  it('comparisonsOf finds each comparison at its path', () => {
    fc.assert(
      fc.property(conditions(everything, 4, 3), (condition) => {
        for (const { path, comparison } of comparisonsOf(condition)) {
          const steps = path.split('.').slice(1);
          const found = steps.reduce(
            (node: unknown, step) => (node as Record<string, unknown>)[step],
            condition,
          );
          expect(found).toBe(comparison);
        }
      }),
      { numRuns, seed },
    );
  });
});
