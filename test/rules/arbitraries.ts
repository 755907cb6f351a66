/** Random conditions and facts, such as could come from a program. */
import fc from 'fast-check';
import {
  type Condition,
  type ConditionFacts,
  type NumberFact,
  numberFacts,
} from '../../src/rules/condition.ts';

/** What random conditions are about. */
export type About = {
  readonly facts: readonly NumberFact[];
  readonly numbers: fc.Arbitrary<number>;
  readonly attributes: readonly string[];
  readonly texts: readonly string[];
};

const LARGEST = Number.MAX_SAFE_INTEGER;

export const everything: About = {
  facts: numberFacts,
  numbers: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -1, max: 32 }) },
    { weight: 1, arbitrary: fc.constantFrom(-LARGEST, 1 - LARGEST, LARGEST - 1, LARGEST) },
  ),
  attributes: ['channel', 'store', 'constructor'],
  texts: ['web', 'app', 'shop'],
};

/** Conditions of at most `depth` levels and `width` children each. */
export function conditions(about: About, depth: number, width: number): fc.Arbitrary<Condition> {
  const { numbers } = about;
  const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: width });
  const fact = fc.constantFrom(...about.facts);
  const is = fc.constantFrom('EQ', 'NE', 'LT', 'LTE', 'GT', 'GTE');
  const leaves: fc.Arbitrary<Condition>[] = [
    fc.record({ fact, is, number: numbers }),
    fc.record({ fact, oneOf: list(numbers) }),
  ];
  if (about.attributes.length > 0) {
    const attribute = fc.constantFrom(...about.attributes);
    const text = fc.constantFrom(...about.texts);
    leaves.push(fc.record({ attribute, is: fc.constantFrom('EQ', 'NE'), text }));
    leaves.push(fc.record({ attribute, oneOf: list(text) }));
  }
  const leaf = fc.oneof(...leaves);
  if (depth === 1) return leaf;
  const child = conditions(about, depth - 1, width);
  return fc.oneof(
    leaf,
    fc.record({ all: list(child) }),
    fc.record({ all: list(child) }),
    fc.record({ any: list(child) }),
    fc.record({ not: child }),
  );
}

const few = fc.integer({ min: 1, max: 32 });
const many = fc.oneof(few, fc.constantFrom(LARGEST - 1, LARGEST));

/** Facts on a date that there is; what not every fact has may be left out. */
export const conditionFacts: fc.Arbitrary<ConditionFacts> = fc
  .record({
    date: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    hour: fc.integer({ min: 0, max: 23 }),
    memberDays: fc.nat({ max: 32 }),
    optional: fc.record(
      { value: fc.oneof(fc.constant(0), many), units: many, streakDay: few, earlierDays: few },
      { requiredKeys: [] },
    ),
    attributes: fc.record(
      {
        channel: fc.constantFrom('web', 'app', 'other'),
        store: fc.constantFrom('shop', 'web', 'other'),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ date, hour, memberDays, optional: { earlierDays, ...optional }, attributes }) => ({
    numbers: {
      weekday: date.getUTCDay() || 7,
      dayOfMonth: date.getUTCDate(),
      month: date.getUTCMonth() + 1,
      hour,
      memberDays,
      ...optional,
      // A run is never longer than all check-ins.
      ...(earlierDays !== undefined && { totalDays: earlierDays + (optional.streakDay ?? 0) }),
    },
    attributes: { ...attributes },
  }));

/** One seed for a file's properties; SEED=… repeats a run. */
export function seedOf(file: string): number {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  console.info(`${file}: SEED=${seed}`);
  return seed;
}
