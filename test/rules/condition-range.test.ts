import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, type ConditionFacts, matches } from '../../src/rules/condition.ts';
import { canMatch, impossiblePart } from '../../src/rules/condition-range.ts';
import { type About, conditionFacts, conditions, everything, seedOf } from './arbitraries.ts';

const seed = seedOf('rules/condition-range');
const numRuns = 2_000;

const number = (fact: string, is: string, value: number) =>
  ({ fact, is, number: value }) as Condition;
const text = (attribute: string, is: string, value: string) =>
  ({ attribute, is, text: value }) as Condition;

describe('canMatch', () => {
  it.each([
    [number('weekday', 'EQ', 7), true, 'a Sunday'],
    [number('weekday', 'EQ', 8), false, 'an eighth day'],
    [number('weekday', 'LT', 1), false, 'before Monday'],
    [number('hour', 'GT', 23), false, 'a 24th hour'],
    [number('hour', 'LT', 1), true, 'the first hour'],
    [number('value', 'LT', 0), false, 'a negative value'],
    [number('value', 'EQ', 0), true, 'no value'],
    [number('units', 'LT', 1), false, 'no unit'],
    [number('streakDay', 'EQ', 0), false, 'no day of a streak'],
    [number('memberDays', 'EQ', 0), true, 'the day of enrolment'],
    [number('value', 'GT', Number.MAX_SAFE_INTEGER), false, 'more than there can be'],
    [number('value', 'GTE', Number.MAX_SAFE_INTEGER), true, 'as much as there can be'],
    [number('value', 'LT', -Number.MAX_SAFE_INTEGER), false, 'less than any number'],
    [{ not: number('value', 'GTE', 0) }, true, 'no value at all'],
    [{ not: number('weekday', 'GTE', 1) }, false, 'every fact has a weekday'],
    [{ fact: 'month', oneOf: [0, 13] }, false, 'months that there are not'],
    [{ all: [number('value', 'GT', 5), number('value', 'LT', 7)] }, true, 'just 6'],
    [{ all: [number('value', 'GT', 5), number('value', 'LT', 6)] }, false, 'between 5 and 6'],
    [
      {
        all: [
          { fact: 'hour', oneOf: [1, 2] },
          { fact: 'hour', oneOf: [3] },
        ],
      },
      false,
      'both',
    ],
    [{ all: [number('value', 'NE', 5), number('value', 'EQ', 5)] }, false, 'unlike itself'],
    [{ all: [number('dayOfMonth', 'EQ', 29), number('month', 'EQ', 2)] }, true, '29 February'],
    [{ all: [number('dayOfMonth', 'EQ', 30), number('month', 'EQ', 2)] }, false, '30 February'],
    [
      { all: [number('dayOfMonth', 'EQ', 31), { fact: 'month', oneOf: [4, 6, 9, 11] }] },
      false,
      'the 31st of short months',
    ],
    [{ all: [text('a', 'EQ', 'x'), text('a', 'EQ', 'y')] }, false, 'two texts at once'],
    [{ all: [text('a', 'EQ', 'x'), text('b', 'EQ', 'y')] }, true, 'texts of two attributes'],
    [{ all: [text('a', 'NE', 'x'), text('a', 'NE', 'y')] }, true, 'a third text'],
    [{ all: [text('a', 'NE', 'x'), { not: text('a', 'NE', 'x') }] }, false, 'a contradiction'],
    [{ not: { any: [text('a', 'EQ', 'x'), text('a', 'NE', 'x')] } }, true, 'no such attribute'],
    [
      { all: [{ attribute: 'a', oneOf: ['x', 'y'] }, text('a', 'NE', 'x'), text('a', 'NE', 'y')] },
      false,
      'none of two is left',
    ],
    [{ any: [number('weekday', 'EQ', 8), number('weekday', 'EQ', 1)] }, true, 'one of two can be'],
  ] as [Condition, boolean, string][])('%j: %s − %s', (condition, expected) => {
    expect(canMatch(condition)).toBe(expected);
  });

  const pairs = (a: string, b: string): Condition => ({
    any: [1, 2, 3, 4, 5, 6, 7].map((one) => ({
      all: [number(a, 'EQ', one), number(b, 'EQ', one)],
    })),
  });
  /** 7^4 alternatives, of which none is about one fact alone. */
  const large: Condition = {
    all: [
      ...[pairs('value', 'units'), pairs('hour', 'weekday')],
      ...[pairs('memberDays', 'dayOfMonth'), pairs('month', 'hour')],
    ],
  };

  it('alternatives about one fact are one: many of them hide no contradiction', () => {
    const upTo6 = (fact: string) => ({
      any: [1, 2, 3, 4, 5, 6].map((one) => number(fact, 'EQ', one)),
    });
    const facts = ['value', 'units', 'hour', 'month', 'memberDays'];
    const all = facts.map(upTo6);
    expect(canMatch({ all })).toBe(true);
    expect(canMatch({ all: [...all, number('value', 'EQ', 9)] })).toBe(false);
    const one = (name: string, value: string) => text(name, 'EQ', value);
    const channels = { any: [one('a', 'x'), one('a', 'y'), { not: text('a', 'NE', 'z') }] };
    expect(canMatch({ all: [...all, channels, text('a', 'NE', 'x')] })).toBe(true);
    expect(
      canMatch({ all: [...all, { any: [one('a', 'x'), one('a', 'y')] }, one('a', 'z')] }),
    ).toBe(false);
  });

  it('no run is longer than all check-ins', () => {
    const run = number('streakDay', 'GTE', 10);
    expect(canMatch({ all: [run, number('totalDays', 'LTE', 9)] })).toBe(false);
    expect(canMatch({ all: [run, number('totalDays', 'LTE', 10)] })).toBe(true);
    expect(canMatch({ all: [run, { not: number('totalDays', 'GT', 9) }] })).toBe(true);
  });

  it('of too many alternatives it says that they can match, unless one part alone cannot', () => {
    expect(canMatch(large)).toBe(true);
    expect(canMatch({ not: large })).toBe(true);
    const contradiction = [number('value', 'EQ', 1), number('value', 'EQ', 2)];
    expect(canMatch({ all: [large, ...contradiction] })).toBe(false);
    expect(canMatch({ all: [large, number('value', 'EQ', 9)] })).toBe(true);
  });
});

describe('impossiblePart', () => {
  const never = number('weekday', 'EQ', 8);
  const fine = number('value', 'GT', 5);

  it.each([
    [fine, undefined, 'nothing'],
    [never, '', 'a comparison alone'],
    [{ all: [fine, { all: [fine, never] }] }, '.all.1.all.1', 'the comparison to blame'],
    [{ all: [fine, number('value', 'LT', 3)] }, '', 'two that contradict each other'],
    [{ any: [never, never] }, '', 'all alternatives'],
    [{ all: [fine, { any: [never, never] }] }, '.all.1', 'all alternatives of a part'],
    [{ any: [{ all: [never] }] }, '.any.0.all.0', 'the only alternative'],
    [{ any: [never, fine] }, undefined, 'an alternative that is left'],
  ] as [Condition, string | undefined, string][])('%j: %s − %s', (condition, expected) => {
    expect(impossiblePart(condition)).toBe(expected);
  });
});

describe('properties', () => {
  it('what matches any facts can match', () => {
    let met = 0;
    fc.assert(
      fc.property(conditions(everything, 5, 4), conditionFacts, (condition, facts) => {
        if (!matches(condition, facts)) return;
        met += 1;
        expect(canMatch(condition)).toBe(true);
        expect(impossiblePart(condition)).toBeUndefined();
      }),
      { numRuns, seed },
    );
    expect(met).toBeGreaterThan(numRuns / 20);
  });

  /** Compares with trying all facts of a small world in which every answer has an example. */
  function agrees(about: About, world: readonly ConditionFacts[]): void {
    const answers = { true: 0, false: 0 };
    fc.assert(
      fc.property(conditions(about, 4, 3), (condition) => {
        const expected = world.some((facts) => matches(condition, facts));
        answers[`${expected}`] += 1;
        expect(canMatch(condition)).toBe(expected);
      }),
      { numRuns, seed },
    );
    expect(Math.min(answers.true, answers.false)).toBeGreaterThan(numRuns / 50);
  }

  it('numbers and texts: as trying them all says', () => {
    const upTo = (last: number) => Array.from({ length: last + 1 }, (_, index) => index);
    const texts = [undefined, 'x', 'y', 'else'];
    const world = upTo(6).flatMap((day) =>
      [undefined, ...upTo(5)].flatMap((value) =>
        texts.flatMap((a) =>
          texts.map((b) => ({
            numbers: { weekday: day + 1, ...(value !== undefined && { value }) },
            attributes: { ...(a !== undefined && { a }), ...(b !== undefined && { b }) },
          })),
        ),
      ),
    );
    const numbers = fc.integer({ min: -1, max: 4 });
    const attributes = ['a', 'b'];
    agrees({ facts: ['value', 'weekday'], numbers, attributes, texts: ['x', 'y'] }, world);
  });

  it('dates: as trying a leap year says', () => {
    const world = Array.from({ length: 366 }, (_, index) => {
      const date = new Date(Date.UTC(2028, 0, 1 + index));
      const numbers = { dayOfMonth: date.getUTCDate(), month: date.getUTCMonth() + 1 };
      return { numbers, attributes: {} };
    });
    const numbers = fc.constantFrom(0, 1, 2, 4, 6, 9, 11, 12, 13, 28, 29, 30, 31, 32);
    agrees({ facts: ['dayOfMonth', 'month'], numbers, attributes: [], texts: [] }, world);
  });
});
