/** `verify` recomputes who takes part, what they paid, and what they and their teams score. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { verified } from '../economy/support.ts';
import { counted } from '../leaderboards/boards.ts';
import { bePatient } from '../support/patience.ts';
import { attempts, contest } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  eco = await economies.open();
  await eco.enrol('ada');
  await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'start' });
  const goal = { goal: 'FIRST_TO_TARGET', target: 5 };
  const teams = await contest(eco, {
    ...{ kind: 'TEAM', teamRules: { sizeMax: 2 }, entryFee: 10, ...goal },
  });
  await teams.found('ada', 'Foxes');
  const tries = await attempts(eco, goal);
  await tries.join('ada');
  eco.clock.advance(HOUR);
  await eco.act('ada', 'run', { value: 9 });
  await tries.done('recordAttempt', 'ada', { score: 7 });
  await counted(eco.test.app);
});
afterAll(() => economies.close());

/** What names the one row of each table that is changed. */
const keys = {
  ...{ challenge: 'id', team: 'id', team_standing: 'team_id' },
  ...{ challenge_participant: 'challenge_id', standing: 'season_id' },
} as const;

it.each([
  ['challenge', 'participants = 2', `kind = 'TEAM'`, /^challenge \d+: participants$/],
  ['challenge', 'teams = 2', `kind = 'TEAM'`, /^challenge \d+: teams$/],
  ['team', 'size = 2', 'true', /^team \d+: size$/],
  ['team_standing', 'score = 8', 'true', /^team \d+: score$/],
  ['team_standing', 'score = 4', 'true', /^challenge \d+: target reached/],
  ['challenge_participant', 'fee = 9', 'fee > 0', /^challenge \d+: fee$/],
  ['challenge_participant', 'fee_seq = 1', 'fee > 0', /^challenge \d+: entry of the fee$/],
  ['challenge_participant', 'attempts = 2', 'attempts > 0', /^challenge \d+: attempts$/],
  ['challenge_participant', `state = 'LEFT'`, 'fee > 0', /^challenge \d+: participants$/],
  ['challenge_participant', `state = 'LEFT'`, 'attempts > 0', /hidden$/],
  ['standing', 'hidden = true', 'score = 7', /hidden$/],
  ['standing', 'score = 8', 'score = 7', /^standing on challenge:\d+, .*: score$/],
  ['standing', 'score = 8', 'score = 9', /^standing on challenge:\d+, .*: score$/],
] as const)('%s that was changed: %s of %s', async (table, change, where, what) => {
  const { pool } = eco.test.app;
  const { rows } = await pool.query(`select * from ${table} where ${where}`);
  expect(rows).toHaveLength(1);
  await pool.query(`update ${table} set ${change} where ${where}`);
  const found = await verified(eco.test).catch(() => []);
  const [column = ''] = change.split(' ');
  const key = keys[table];
  const back = `update ${table} set ${column} = $1 where ${key} = $2`;
  await pool.query(back, [rows[0][column], rows[0][key]]);
  expect(found).toMatchObject([{ what: expect.stringMatching(what) }]);
});

it('whoever reached a target and is not noted', async () => {
  const { pool } = eco.test.app;
  const { rows } = await pool.query('select * from target_reached');
  expect(rows).toHaveLength(2);
  await pool.query('delete from target_reached');
  const found = await verified(eco.test).catch(() => []);
  for (const { season_id, participant_id, position, reached_at } of rows) {
    await pool.query('insert into target_reached values ($1, $2, $3, $4)', [
      ...[season_id, participant_id, position, reached_at],
    ]);
  }
  expect(found).toMatchObject([{ what: expect.stringMatching(/target reached/) }]);
});
