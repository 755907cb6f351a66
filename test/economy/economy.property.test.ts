import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { type Pair, step } from './sequence.ts';
import { bases, variants } from './settings.ts';
import { met, World } from './world.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
/** Over all bases; each has a database and a clock of its own, and runs beside the others. */
const numRuns = Number(process.env.RUNS ?? 1_002);
console.info(`economy.property: SEED=${seed}`);
bePatient();

const DAY = 24 * 3_600_000;

/** Around the campaign and month ends, year ends and clock changes, or anywhere. */
const start = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(Date.UTC(2026, 1, 20)) },
      { weight: 2, arbitrary: fc.constant(Date.UTC(2026, 11, 24)) },
      { weight: 1, arbitrary: fc.constant(Date.UTC(2026, 2, 25)) },
      { weight: 2, arbitrary: fc.nat(600).map((days) => Date.UTC(2026, 0, 1) + days * DAY) },
    ),
    fc.nat(6 * 24 * 60),
  )
  .map(([from, minutes]) => from + minutes * 60_000);

afterAll(() => {
  console.info(JSON.stringify(met));
  if (numRuns < 1_000) return;
  const rare = [
    ...['capture done', 'release done', 'confirm done', 'giveBack done', 'reverseEntry done'],
    ...['redeem INSUFFICIENT_POINTS', 'hold INSUFFICIENT_POINTS', 'capture HOLD_NOT_OPEN'],
    ...['giveBack ALREADY_REVERSED', 'giveBack TOO_MANY_UNITS', 'reverseEntry ALREADY_REVERSED'],
    ...['tier silver', 'tier gold', 'lowered', 'cut', 'held', 'owed', 'budget spent'],
  ];
  for (const what of rare) expect([what, (met[what] ?? 0) >= 5]).toEqual([what, true]);
});

describe('any sequence of commands leaves what plain arithmetic says', () => {
  it.concurrent.each(bases)(
    'with tiers by %s',
    async (basis) => {
      const world = await World.open(variants.filter((one) => one.basis === basis));
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...world.programs),
          start,
          fc.array(step, { minLength: 2, maxLength: 7 }),
          async (program, from, steps) => {
            const pairs = await world.enrol(program, from);
            for (const { wait, jobs, commands } of steps) {
              world.clock.advance(wait);
              await world.runJobs(pairs, jobs);
              await world.send(pairs, commands);
              await world.compare(pairs, program);
            }
            const [first] = pairs as [Pair, Pair];
            await world.foresee(first, program);
            await world.compare([first], program);
            await world.expire(first, program.id, first.model.expiring(world.now()));
          },
        ),
        { numRuns: Math.ceil(numRuns / bases.length), seed, endOnFailure: !process.env.SHRINK },
      );
      await world.close();
    },
    300_000,
  );
});
