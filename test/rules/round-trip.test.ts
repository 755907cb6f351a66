/** Definitions as the API answers them can be sent as they are. */
import fc from 'fast-check';
import { coerceInputValue, isInputType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { type RuleKind, ruleKinds } from '../../src/rules/definition.ts';
import { definitionOf as inputOf } from '../../src/rules/definition-inputs.schema.ts';
import { auditJson, definitionJson } from '../../src/rules/definition-json.ts';
import { conditions, everything, seedOf } from './arbitraries.ts';
import { least } from './least.ts';
import { definitionOf } from './publishing.ts';

/** What draftRule reads from JSON that somebody sends as its definition. */
function received(json: unknown) {
  const type = schema.getType('RuleDefinitionInput');
  if (!isInputType(type)) throw new Error('it is an input');
  return inputOf(coerceInputValue(JSON.parse(JSON.stringify(json)), type) as never);
}

function expectsSame(kind: RuleKind, json: unknown): void {
  const definition = definitionOf(kind, json);
  const back = received(definitionJson(kind, definition));
  expect(back.kind).toBe(kind);
  expect(definitionOf(kind, back.definition)).toEqual(definition);
}

describe('a definition comes back as it was sent', () => {
  it.each(ruleKinds)('the least of %s', (kind) => {
    expectsSame(kind, least[kind]);
  });

  const seed = seedOf('rules/round-trip');
  const numRuns = 1_000;
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const days = fc.integer({ min: 1, max: 300 });
  const points = fc.oneof(
    fc.record({ fixed: days }),
    fc.record({
      perUnit: fc.record({
        ...{ points: days, unit: days, rounding: fc.constantFrom('DOWN', 'UP', 'NEAREST') },
      }),
    }),
    fc.record({
      table: fc.array(
        fc.record({ from: fc.nat(9), below: fc.option(fc.nat(9)), points: fc.nat(9) }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  );
  const trigger = fc.oneof(
    fc.record({ on: fc.constant('ACTIVITY'), type: fc.constantFrom('purchase', 'share') }),
    fc.record({ on: fc.constantFrom('CHECK_IN', 'ENROLMENT') }),
  );
  const audience = fc.record({
    tiers: fc.array(fc.constantFrom('gold', 'oneOf', 'fact'), { minLength: 1, maxLength: 3 }),
    tags: optional(fc.constant(['vip'])),
    memberSinceFrom: optional(fc.constant('2026-02-01')),
  });
  const common = {
    condition: optional(conditions(everything, 4, 3)),
    audience: optional(audience),
    budget: fc.option(days),
  };
  const earning = fc.record({
    ...{ trigger, points, ...common },
    activation: fc.oneof(
      fc.record({ mode: fc.constantFrom('AT_ONCE', 'ON_CONFIRMATION') }),
      fc.record({ mode: fc.constant('AFTER_DAYS'), days }),
    ),
    expiry: fc.option(
      fc.oneof(
        fc.record({ days, until: fc.constantFrom('INSTANT', 'END_OF_YEAR') }),
        fc.record({ months: fc.constantFrom(1, 120), until: fc.constant('INSTANT') }),
        fc.record({ years: fc.constantFrom(0, 10), until: fc.constant('END_OF_YEAR') }),
      ),
    ),
  });
  const campaign = fc.record({
    ...common,
    triggers: fc.array(trigger, { maxLength: 3 }),
    percent: fc.integer({ min: 101, max: 10_000 }),
    layer: fc.constantFrom('CAMPAIGN', 'BOOST'),
    when: fc.oneof(
      fc.constant({ birthday: { daysBefore: 0, daysAfter: 31 } }),
      fc.constant({ firstDate: '2026-06-01', lastDate: '2026-06-30' }),
    ),
  });

  it.each([
    ['EARNING', earning],
    ['CAMPAIGN', campaign],
  ] as const)('any of %s', (kind, definitions) => {
    fc.assert(
      fc.property(definitions as fc.Arbitrary<unknown>, (json) =>
        expectsSame(kind, JSON.parse(JSON.stringify(json))),
      ),
      { numRuns, seed },
    );
  });

  it('in the audit, too; what is about no rule stays as it is', () => {
    const condition = { fact: 'dayOfMonth', oneOf: [1] };
    const stored = { version: 1, definition: { ...least.EARNING, condition } };
    const shown = { fact: 'DAY_OF_MONTH', numbers: [1] };
    const answered = {
      ...{ version: 1, definition: { earning: { ...least.EARNING, condition: shown } } },
    };
    expect(auditJson('earning:a', stored)).toEqual(answered);
    expect(auditJson('earning:a', { versions: [stored] })).toEqual({ versions: [answered] });
    expect(auditJson('campaign:a', null)).toBeNull();
    expect(auditJson('reward:1', { definition: { fact: 'x' } })).toEqual({
      definition: { fact: 'x' },
    });
  });
});
