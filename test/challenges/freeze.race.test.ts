/** Who is shut out while standings become final either is out of them, or is told that they are. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { counted } from '../leaderboards/boards.ts';
import { bePatient } from '../support/patience.ts';
import { type Contest, contest, freeze } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());

const RANKED = ['1 bob 500', '2 ada 5'];

/** Ada and bob have played a challenge that is over, and everything is counted. */
async function played(): Promise<Contest> {
  eco = await economies.open();
  const one = await contest(eco, {
    ...{ settleDelayMinutes: 0, prizes: { bands: [{ from: 1, to: 1, points: 10 }] } },
  });
  for (const name of ['ada', 'bob']) {
    await eco.enrol(name, { displayName: name });
    await one.join(name);
  }
  eco.clock.advance(HOUR);
  await eco.act('ada', 'run', { value: 5 });
  await eco.act('bob', 'run', { value: 500 });
  eco.clock.advance(DAY);
  await eco.job('startChallenges');
  await counted(eco.test.app);
  return one;
}

/** Runs work while a statement of this process waits, or all others of its kind do. */
async function behind<T>(statement: string, values: unknown[], work: () => Promise<T>): Promise<T> {
  const client = await eco.test.app.pool.connect();
  try {
    await client.query('begin');
    await client.query(statement, values);
    return await work();
  } finally {
    await client.query('commit');
    client.release();
  }
}
const waiting = (what: string) =>
  expect
    .poll(async () => {
      const { rows } = await eco.test.app.pool.query(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
        [`%${what}%`],
      );
      return rows[0].n;
    })
    .toBeGreaterThan(0);

it('a disqualification that the boards have not passed yet is waited for', async () => {
  const one = await played();
  let freezing: Promise<number> | undefined;
  const cursor = `select from cursor where consumer = 'standings' for update`;
  await behind(cursor, [], async () => {
    freezing = eco.job('freezeSeasons');
    await waiting('projections.lockConsumer');
    await one.done('disqualifyParticipant', 'bob', { reason: 'bot' });
  });
  await freezing;
  await freeze(eco);
  await eco.job('settleSeasons');
  expect(await one.places()).toEqual(['1 ada 5']);
  expect((await eco.points('ada')).available).toBe(10);
  expect((await eco.points('bob')).available).toBe(0);
});

it('one that comes behind the freeze is refused', async () => {
  const one = await played();
  let disqualifying: Promise<string> | undefined;
  const freezing = behind('select from season where frozen_at is null for update', [], async () => {
    void eco.job('freezeSeasons');
    await waiting('leaderboards.freezeSettled');
    disqualifying = one.refused('disqualifyParticipant', 'bob', { reason: 'bot' });
    await waiting('engine.lockChallenges');
  });
  await freezing;
  expect(await disqualifying).toBe('CHALLENGE_OVER');
  expect(await one.places()).toEqual(RANKED);
  await eco.job('settleSeasons');
  expect((await eco.points('bob')).available).toBe(10);
});
