/** What `tallymark verify` finds out about badges. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Economy, fixed, openEconomies } from '../economy/api.ts';
import { verified } from '../economy/support.ts';
import { bePatient } from '../support/patience.ts';
import { task } from '../tasks/support.ts';
import { badge, change, setBadge, settled, shown } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  eco = await economies.open();
  await eco.earning('walk', fixed('walk', 50));
  await eco.task('once', task({ target: { count: 1 } }));
  await setBadge(eco, 'total', badge({ checkIns: { total: 1 } }));
  await setBadge(eco, 'run', badge({ streak: { days: 1 } }));
  await setBadge(eco, 'rich', badge({ points: { lifetime: 50 } }, { countsPast: true }));
  await setBadge(eco, 'share', badge({ activities: { type: 'share', count: 1 } }));
  await setBadge(eco, 'task', badge({ task: { key: 'once' } }));
  for (const name of ['ada', 'bob']) await eco.enrol(name);
  await eco.done('checkIn', 'ada');
  for (const type of ['walk', 'share']) {
    await eco.done('recordActivity', 'ada', { type, reference: type });
  }
  await settled(economies.test.app);
});
afterAll(() => economies.close());

const keys = ['total', 'run', 'rich', 'share', 'task'];

it('nothing of what was earned, given back since, or awarded by hand', async () => {
  for (const type of ['walk', 'share']) {
    await eco.done('reverseActivity', 'ada', { type, reference: type });
  }
  expect((await shown(eco, 'ada')).filter((one) => one.endsWith('*'))).toHaveLength(5);
  const input = { member: { externalId: 'bob' }, badge: 'total', reason: 'x' };
  expect((await change(eco, 'awardBadge', input)).code).toBeUndefined();
  expect(await verified(economies.test)).toEqual([]);
});

it.each(keys)('an award of %s that nobody earned', async (key) => {
  const { pool } = economies.test.app;
  await eco.enrol(`cheat-${key}`);
  const { rows } = await pool.query<{ memberId: number; ruleId: number }>(
    `insert into badge_award (member_id, rule_id, program_id, version, awarded_at, recorded_at, source)
     select m.id, r.id, r.program_id, 1, now(), now(), 'CHECK_IN:2026-03-10' from rule r join member m
       on m.program_id = r.program_id and m.external_id = $2
     where r.program_id = $1 and r.kind = 'BADGE' and r.key = $3
     returning member_id as "memberId", rule_id as "ruleId"`,
    [eco.program.id, `cheat-${key}`, key],
  );
  expect(await verified(economies.test)).toMatchObject([
    { member: `cheat-${key}`, what: `award of badge:${key}` },
  ]);
  await pool.query('alter table badge_award disable trigger badge_award_stays');
  await pool.query('delete from badge_award where member_id = $1', [rows[0]?.memberId]);
  await pool.query('alter table badge_award enable trigger badge_award_stays');
});
