/** Random days of members on two nodes: progress and payments are those of a plain model. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY, Economy, HOUR, openEconomies } from '../economy/api.ts';
import type { TestApp } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { expectedTasks, type Fact, points } from './model.ts';
import { composite, purchase, settled, task } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let second: TestApp;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-28T12:00:00Z');
  second = await openSecondApp(economies.test);
});
afterAll(async () => {
  await second.close();
  await economies.close();
});

const hours = fc.oneof(fc.constant(0), fc.nat(60));
const commands = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('share' as const), hours }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('purchase' as const),
        ...{ hours, value: fc.nat(90), units: fc.integer({ min: 1, max: 3 }) },
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('checkIn' as const), hours }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('return' as const),
        nth: fc.nat(30),
        all: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('claim' as const) }) },
  ),
  { minLength: 10, maxLength: 35 },
);
type Command = (typeof commands extends fc.Arbitrary<(infer C)[]> ? C : never) & object;

async function setTasks(eco: Economy): Promise<void> {
  const three = { every: 'DAYS', days: 3, from: 'FIRST_ACT' };
  const { daily, own, spend, next, hand, combo } = points;
  await eco.task('daily', task({ period: { every: 'DAILY' }, points: daily }));
  await eco.task('own', task({ period: three, target: { count: 3 }, points: own }));
  const weekly = { period: { every: 'WEEKLY' }, target: { value: 100 }, points: spend };
  await eco.task('spend', task({ trigger: purchase, ...weekly }));
  await eco.task('next', task({ requires: ['spend'], points: next }));
  await eco.task('hand', task({ trigger: { on: 'CHECK_IN' }, claim: 'BY_HAND', points: hand }));
  const any = { any: ['daily', 'own', 'spend'], count: 2 };
  await eco.task('combo', composite(any, { period: { every: 'MONTHLY' }, points: combo }));
  await eco.plan({ ladder: [0], milestones: [{ days: 366, cycle: 'EVER', points: 1 }] });
}

/** Plays commands, every other one on the second node; what the member did in all. */
async function play(
  one: Economy,
  given: readonly Command[],
): Promise<{ facts: Fact[]; claimed: boolean }> {
  const nodes = [one, new Economy(second, one.clock, one.program)];
  const facts: Fact[] = [];
  let claimed = false;
  for (const [index, command] of given.entries()) {
    const eco = nodes[index % 2] as Economy;
    // Every fact at an instant of its own: ties are ordered by names nobody sees.
    one.clock.advance(1_000);
    const at = one.clock.now().getTime() - ('hours' in command ? command.hours * HOUR : 0);
    const occurredAt = new Date(at).toISOString();
    const order = String(index).padStart(3, '0');
    if (command.do === 'wait') one.clock.advance(command.hours * HOUR);
    else if (command.do === 'settle') await settled(eco.test.app);
    else if (command.do === 'claim') {
      await settled(eco.test.app);
      const { code } = await eco.send('claimTask', { member: { externalId: 'ada' }, key: 'hand' });
      claimed ||= code === undefined;
    } else if (command.do === 'checkIn') {
      const { alreadyCheckedIn } = await eco.done('checkIn', 'ada', { occurredAt });
      const fact = { kind: 'checkIn' as const, at, order, value: 0, units: 1, left: 1 };
      if (!alreadyCheckedIn) facts.push(fact);
    } else if (command.do === 'return') {
      const returnable = facts.filter(({ kind, left }) => kind !== 'checkIn' && left > 0);
      const fact = returnable[command.nth % Math.max(1, returnable.length)];
      if (fact === undefined) continue;
      const units = command.all ? fact.left : 1;
      const input = { type: fact.kind, reference: fact.order, units };
      await eco.done('reverseActivity', 'ada', input);
      fact.left -= units;
    } else {
      const { value, units } = command.do === 'purchase' ? command : { value: 0, units: 1 };
      const input = { type: command.do, reference: order, occurredAt, value, units };
      for (const _ of [1, 2]) await eco.done('recordActivity', 'ada', input);
      facts.push({ kind: command.do, at, order, value, units, left: units });
    }
  }
  return { facts, claimed };
}

it('two nodes count and pay as the model does, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (given) => {
      const eco = await economies.open('UTC');
      await eco.enrol('ada');
      await setTasks(eco);
      const { facts, claimed } = await play(eco, given as Command[]);
      await settled(eco.test.app);
      await settled(second.app);
      const expected = expectedTasks(facts);
      const { rows } = await eco.test.app.pool.query(
        `select r.key, p.period_start as start, p.progress,
                (extract(epoch from p.completed_at) * 1000)::bigint as "doneAt"
         from task_progress p join rule r on r.id = p.rule_id
         where p.program_id = $1 and p.progress > 0 order by 1, 2`,
        [eco.program.id],
      );
      const wanted = Object.entries(expected)
        .flatMap(([key, periods]) => periods.map((one) => ({ key, ...one })))
        .sort((a, b) => (`${a.key} ${a.start}` < `${b.key} ${b.start}` ? -1 : 1));
      expect(rows).toEqual(wanted);
      const net = Object.entries(expected).flatMap(([key, periods]) =>
        periods
          .filter(({ doneAt }) => doneAt !== null && (key !== 'hand' || claimed))
          .map(() => points[key] ?? 0),
      );
      const { lifetimeEarned } = await eco.points('ada');
      expect(lifetimeEarned).toBe(net.reduce((sum, one) => sum + one, 0));
    }),
    { numRuns: 10, timeout: 10 * DAY },
  );
});
