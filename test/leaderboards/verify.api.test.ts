/** `verify` recomputes the standings of every metric from the rows. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Economy, fixed, openEconomies } from '../economy/api.ts';
import { verified } from '../economy/support.ts';
import { bePatient } from '../support/patience.ts';
import { counted, make } from './boards.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  eco = await economies.open();
  await eco.earning('run', fixed('run', 5));
  await eco.enrol('ada', { tags: ['a'] });
  for (const metric of ['POINTS_NET', 'CHECK_INS', 'STREAK'])
    await make(eco, { key: metric, metric });
  for (const metric of ['ACTIVITY_VALUE', 'ACTIVITY_COUNT']) {
    await make(eco, { key: metric, metric, activityType: 'run' });
  }
  await make(eco, { key: 'filtered', filter: { tags: ['a'] } });
  await eco.done('checkIn', 'ada');
  await eco.act('ada', 'run', { value: 9 });
  await counted(eco.test.app);
});
afterAll(() => economies.close());

it.each([
  ['POINTS_NET', 'score = score + 1', /score$/],
  ['CHECK_INS', 'score = score + 1', /score$/],
  ['CHECK_INS', `reached_at = reached_at + interval '1 ms'`, /reached at$/],
  ['STREAK', 'score = score + 1', /score$/],
  ['ACTIVITY_VALUE', 'score = score - 1', /score$/],
  ['ACTIVITY_COUNT', 'score = score + 1', /score$/],
  ['filtered', 'score = score + 1', /score$/],
  ['CHECK_INS', 'hidden = true', /hidden$/],
] as const)('a standing of %s that was changed: %s', async (key, change, what) => {
  const { pool } = eco.test.app;
  const which = `season_id in (select s.id from season s join leaderboard b on b.id = s.leaderboard_id
    where b.key = '${key}')`;
  const { rows } = await pool.query(`select * from standing where ${which}`);
  expect(rows).toHaveLength(1);
  await pool.query(`update standing set ${change} where ${which}`);
  const found = await verified(eco.test).catch(() => []);
  const [{ score, reached_at, hidden }] = rows;
  const back = 'score = $1, reached_at = $2, hidden = $3';
  await pool.query(`update standing set ${back} where ${which}`, [score, reached_at, hidden]);
  expect(found).toMatchObject([{ member: 'ada', what: expect.stringMatching(what) }]);
  expect(found[0]?.what).toContain(` ${key},`);
});
