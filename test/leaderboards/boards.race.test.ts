/** Boards that are made, backfilled and archived while members go on, by real clocks. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import { Economy } from '../economy/api.ts';
import { verified } from '../economy/support.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { backfill, counted, make, places, send } from './boards.ts';

let test: TestApp;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  const program = await createTestProgram(test.app);
  eco = new Economy(test, new FakeClock('2026-01-01T00:00:00Z'), program);
});
afterAll(() => test.close());

const runs = { metric: 'ACTIVITY_VALUE', activityType: 'run', cadence: 'ALL_TIME' };

it('no fact is lost or counted twice where a board begins, is backfilled, or ends', async () => {
  const names = ['ada', 'bob', 'cy', 'di'];
  for (const name of names) await eco.enrol(name);
  let stopped = false;
  const totals = new Map<string, number>();
  const traffic = names.map(async (name) => {
    for (let value = 1; !stopped; value += 1) {
      await eco.act(name, 'run', { value });
      totals.set(name, (totals.get(name) ?? 0) + value);
    }
  });
  const keys = ['one', 'two', 'three', 'four'];
  for (const key of keys) await make(eco, { ...runs, key });
  for (const key of keys.slice(0, 2)) await backfill(eco, key, false);
  await make(eco, { ...runs, key: 'ended' });
  await send(eco, 'archiveLeaderboard', { key: 'ended' });
  stopped = true;
  await Promise.all(traffic);
  await backfill(eco, 'three', false);
  await counted(test.app);
  const wanted = [...totals].map(([name, total]) => `${name} ${total}`).sort();
  for (const key of keys.slice(0, 3)) {
    const shown = (await places(eco, { key })).map((line) => line.replace(/^\d+ /, ''));
    expect(shown.sort(), key).toEqual(wanted);
  }
  // Those that began amid it are what the activities since then give.
  expect(await verified(test)).toEqual([]);
});
