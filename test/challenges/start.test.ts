/** Starts of many, and of large, challenges: none keeps others from starting (S82). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { contest } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
const { startTeamsMax } = limits;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  eco = await economies.open();
  Object.assign(limits, { startTeamsMax: 2 });
});
afterAll(async () => {
  Object.assign(limits, { startTeamsMax });
  await economies.close();
});

const rules = { kind: 'TEAM', teamRules: { sizeMax: 3 } };

it('counts rosters some at a time, of teams that are there by then', async () => {
  const one = await contest(eco, { ...rules, minimum: 3, tooFew: 'CANCEL' });
  const codes: string[] = [];
  for (const name of ['ada', 'bob', 'cal', 'dan', 'eve']) {
    await eco.enrol(name);
    codes.push(await one.found(name, `Team ${name}`));
  }
  await eco.enrol('fay');
  await one.join('fay', { team: { inviteCode: codes[1] } });
  await one.done('leaveChallenge', 'eve');
  eco.clock.advance(HOUR);
  await one.done('leaveChallenge', 'ada');
  expect(await eco.job('startChallenges')).toBe(1);
  const { teams } = await one.read('teams(first: 9) { edges { node { name startSize size } } }');
  expect(teams.edges.map(({ node }: { node: object }) => Object.values(node).join(' '))).toEqual([
    ...['Team bob 2 2', 'Team cal 1 1', 'Team dan 1 1'],
  ]);
  expect((await one.read()).phase).toBe('ACTIVE');
  const { rows } = await eco.test.app.pool.query(
    'select name, start_size as size from team where disbanded_at is not null order by name',
  );
  expect(rows).toEqual([
    { name: 'Team ada', size: 1 },
    { name: 'Team eve', size: 0 },
  ]);
});

it('goes on with others where one cannot start', async () => {
  const [first, second] = [await contest(eco), await contest(eco)];
  eco.clock.advance(HOUR);
  const { pool } = eco.test.app;
  const ids = await pool.query('select id from challenge order by id desc limit 2');
  await pool.query(`create function test_stop() returns trigger language plpgsql as
    $$ begin raise exception 'not now'; end $$`);
  await pool.query(`create trigger test_stop before update on challenge for each row
    when (old.id = ${ids.rows[1].id}) execute function test_stop()`);
  await eco.job('startChallenges');
  expect((await first.read()).startedAt).toBeNull();
  expect((await second.read()).startedAt).not.toBeNull();
  await pool.query('drop trigger test_stop on challenge');
  await eco.job('startChallenges');
  expect((await first.read()).startedAt).not.toBeNull();
});
