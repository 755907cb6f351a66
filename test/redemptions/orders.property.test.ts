import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { verified } from '../economy/support.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import type { Policy } from './model.ts';
import { step } from './sequence.ts';
import { met, World } from './world.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env.RUNS ?? 200);
console.info(`orders.property: SEED=${seed}`);
bePatient();

const policies: readonly Policy[] = [
  { reversal: 'ALLOW_DEBT', graceDays: 0 },
  { reversal: 'ALLOW_DEBT', graceDays: 3 },
  { reversal: 'ONLY_LOT', graceDays: 0 },
  { reversal: 'WITHIN_BALANCE', graceDays: 1 },
];

afterAll(() => {
  console.info(JSON.stringify(met));
  if (numRuns < 200) return;
  const rare = [
    ...['cancel done', 'cancel TOO_MANY_UNITS', 'cancel REDEMPTION_MOVE_REFUSED', 'confirm done'],
    ...['fulfil done', 'use done', 'use CODE_NOT_USABLE', 'redeem OUT_OF_STOCK', 'reverse done'],
    ...['redeem REDEMPTION_LIMIT_REACHED', 'redeem INSUFFICIENT_POINTS', 'owed', 'GOODS FAILED'],
    ...['GOODS EXPIRED', 'GOODS CANCELLED', 'GOODS SHIPPED', 'COUPON EXPIRED', 'COUPON USED'],
    ...['COUPON CANCELLED', 'COUPON FAILED', 'VIRTUAL USED', 'endHold done'],
  ];
  for (const what of rare) expect([what, (met[what] ?? 0) >= 1]).toEqual([what, true]);
});

it('any sequence of orders leaves points, lots, stock, limits and codes as plain steps do', async () => {
  const world = await World.open(policies);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...world.programs),
      fc.array(step, { minLength: 2, maxLength: 9 }),
      async (program, steps) => {
        const pairs = await world.begin(program);
        // Something to spend, of every kind.
        const gift = [0, 1].flatMap((who) =>
          [0, 1, 2].map((what) => ({ who, given: { do: 'earn' as const, what } })),
        );
        await world.send(pairs, gift);
        for (const { wait, jobs, commands } of steps) {
          world.clock.advance(wait);
          await world.runJobs(pairs, jobs);
          await world.send(pairs, commands);
          await world.compare(pairs);
        }
        await world.verify(pairs, program);
      },
    ),
    { numRuns, seed, endOnFailure: !process.env.SHRINK },
  );
  expect(await findBreaches(world.test.app.pool)).toEqual([]);
  expect(await verified(world.test)).toEqual([]);
  await world.test.close();
}, 300_000);
