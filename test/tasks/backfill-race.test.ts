/** What is given back while a backfill is under way is not paid (S21, S50). */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Pool } from '../../src/platform/db.ts';
import { ProgramConfigs } from '../../src/programs/config.ts';
import { runBackfills } from '../../src/tasks/backfill.ts';
import type { TaskSettler } from '../../src/tasks/settler.ts';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { composite, paidBy, settled, shown, task } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const name of ['ada', 'bob']) await eco.enrol(name);
});

/** A pool that does something before its second transaction: behind the scan, before the count. */
function interrupted(pool: Pool, between: () => Promise<void>): Pool {
  let connections = 0;
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') {
        return async () => {
          connections += 1;
          if (connections === 2) await between();
          return target.connect();
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function backfill(between: () => Promise<void>): Promise<void> {
  await eco.test.ask(
    eco.program.keys.operator,
    `mutation { backfillTask(input: {key: "late", from: "2026-03-01T00:00:00Z", dryRun: false,
       mode: LOUD}) { ... on BackfillTaskPayload { run { id } } } }`,
  );
  const { pool, clock, bus } = eco.test.app;
  const settler = { wake() {} } as TaskSettler;
  const tools = { clock, bus, settler, configs: new ProgramConfigs() };
  await runBackfills({ pool: interrupted(pool, between), ...tools });
  await settled(eco.test.app);
}

const giveBack = async (reference: string) => {
  await eco.done('reverseActivity', 'ada', { type: 'share', reference });
  await settled(eco.test.app);
};

it('a fact that is taken back between the scan and the count does not count', async () => {
  for (const name of ['ada', 'bob']) {
    await eco.done('recordActivity', name, { type: 'share', reference: `of-${name}` });
  }
  eco.clock.advance(HOUR);
  await eco.task('late', task({ target: { count: 1 } }), eco.clock.now().toISOString());
  await settled(eco.test.app);
  await backfill(() => giveBack('of-ada'));
  expect(await shown(eco, 'ada')).toEqual(['late - OPEN 0/1']);
  expect(await shown(eco, 'bob')).toEqual(['late - PAID 1/1']);
  expect(await paidBy(eco, 'ada')).toEqual([]);
});

it('nor does a part of a composite that is completed no more', async () => {
  await eco.task('part', task({ target: { count: 1 } }));
  await eco.done('recordActivity', 'ada', { type: 'share', reference: 'one' });
  await settled(eco.test.app);
  eco.clock.advance(HOUR);
  await eco.task('late', composite({ all: ['part'] }), eco.clock.now().toISOString());
  await backfill(() => giveBack('one'));
  expect(await shown(eco, 'ada')).toEqual(['part - OPEN 0/1', 'late - OPEN 0/1']);
});
