/** Commands about orders and points as the property test makes them up. */
import fc from 'fast-check';
import { fulfilments } from '../../src/redemptions/fulfil-redemption.ts';

const HOUR = 3_600_000;
const order = fc.nat(11);
const kind = <Name extends string, Fields extends object>(
  name: Name,
  weight: number,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
) => ({
  weight,
  arbitrary: fc.record(fields).map((given) => ({ ...(given as Fields), do: name })),
});

const command = fc.oneof(
  kind('earn', 6, { what: fc.nat(2) }),
  kind('redeem', 8, { reward: fc.nat(4), quantity: fc.integer({ min: 1, max: 4 }) }),
  kind('confirm', 3, { order }),
  kind('cancel', 6, {
    order,
    units: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  }),
  // NEXT: as fulfilment goes when all is well.
  kind('fulfil', 8, {
    order,
    state: fc.oneof(fc.constantFrom(...fulfilments), fc.constant('NEXT' as const)),
  }),
  kind('use', 3, { order, code: fc.nat(3) }),
  kind('reverse', 4, { pick: fc.nat(11) }),
  kind('hold', 2, {
    points: fc.integer({ min: 1, max: 40 }),
    hours: fc.integer({ min: 1, max: 60 }),
  }),
  kind('endHold', 2, { pick: fc.nat(5), capture: fc.boolean() }),
);
export type Given = typeof command extends fc.Arbitrary<infer C> ? C : never;

const minutes = (max: number) => fc.integer({ min: 1, max }).map((n) => n * 60_000);

/** What happens at one moment: time passes, jobs run or do not, and commands come. */
export const step = fc.record({
  wait: fc.oneof(
    { weight: 6, arbitrary: minutes(5 * 60) },
    { weight: 3, arbitrary: minutes(40 * 60) },
    { weight: 2, arbitrary: fc.integer({ min: 24, max: 24 * 8 }).map((n) => n * HOUR) },
  ),
  jobs: fc.array(fc.constantFrom('expirePoints', 'expireRedemptions'), { maxLength: 2 }),
  commands: fc.array(fc.record({ who: fc.nat(1), given: command }), {
    minLength: 1,
    maxLength: 7,
  }),
});
