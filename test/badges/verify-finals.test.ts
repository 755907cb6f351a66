/** `tallymark verify` looks again at places that earned badges, in seasons and in challenges. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contest, freeze } from '../challenges/support.ts';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { verified } from '../economy/support.ts';
import { make } from '../leaderboards/boards.ts';
import { bePatient } from '../support/patience.ts';
import { badge, holdersOf, setBadge } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
/** Where places were won. */
const sources: Record<string, string> = {};
const names = ['ada', 'bob', 'cal', 'dan'];
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  eco = await economies.open();
  for (const name of names) await eco.enrol(name);
  for (const rankMode of ['COMPETITION', 'DENSE', 'UNIQUE']) {
    await make(eco, { key: rankMode, rankMode, settleDelayMinutes: 0 });
    await setBadge(eco, rankMode, badge({ season: { leaderboard: rankMode, top: 2 } }));
  }
  await setBadge(eco, 'finisher', badge({ challenge: { finished: true } }));
  await setBadge(eco, 'winner', badge({ challenge: { top: 1 } }));
  const prizes = { bands: [{ from: 1, to: 2, points: 5 }] };
  const one = await contest(eco, {
    settleDelayMinutes: 0,
    prizes,
    metric: 'CHECK_INS',
    activityType: null,
  });
  for (const name of ['ada', 'bob']) await one.join(name);
  eco.clock.advance(HOUR);
  // Ada twice, bob and cal once each: ranks 1, 2, 2 and, of who came later, 3; dan never.
  for (const name of ['ada', 'bob', 'cal']) await eco.done('checkIn', name);
  eco.clock.advance(DAY - HOUR);
  await eco.done('checkIn', 'ada');
  eco.clock.set('2026-03-16T12:00:00Z');
  await freeze(eco);
  await eco.job('settleSeasons');
  await eco.job('awardBadges');
  const { rows } = await eco.test.app.pool.query<{ key: string; source: string }>(
    `select distinct r.key, a.source from badge_award a join rule r on r.id = a.rule_id`,
  );
  for (const { key, source } of rows) sources[key] = source;
});
afterAll(() => economies.close());

it('and finds nothing where all is well', async () => {
  const expected = {
    ...{ COMPETITION: ['ada', 'bob', 'cal'], DENSE: ['ada', 'bob', 'cal'], UNIQUE: ['ada', 'bob'] },
    ...{ finisher: ['ada', 'bob'], winner: ['ada'] },
  };
  for (const [key, holders] of Object.entries(expected)) {
    expect(await holdersOf(eco, names, key)).toEqual(holders);
  }
  expect(await verified(economies.test)).toEqual([]);
});

it.each([
  ['COMPETITION', 'dan'],
  ['DENSE', 'dan'],
  ['UNIQUE', 'cal'],
  ['finisher', 'cal'],
  ['winner', 'bob'],
])('and finds an award of %s that nobody earned, by %s', async (key, name) => {
  const { pool } = eco.test.app;
  const { rows } = await pool.query<{ memberId: number; ruleId: number }>(
    `insert into badge_award (member_id, rule_id, program_id, version, awarded_at, recorded_at, source)
     select m.id, r.id, r.program_id, 1, now(), now(), $4 from rule r join member m
       on m.program_id = r.program_id and m.external_id = $2
     where r.program_id = $1 and r.kind = 'BADGE' and r.key = $3
     returning member_id as "memberId", rule_id as "ruleId"`,
    [eco.program.id, name, key, sources[key]],
  );
  const found = await verified(eco.test);
  await pool.query('alter table badge_award disable trigger badge_award_stays');
  await pool.query('delete from badge_award where member_id = $1 and rule_id = $2', [
    rows[0]?.memberId,
    rows[0]?.ruleId,
  ]);
  await pool.query('alter table badge_award enable trigger badge_award_stays');
  expect(found).toMatchObject([{ member: name, what: `award of badge:${key}` }]);
});
