/** Challenges over the change of clocks: play is a stretch of instants, whatever the dates. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { ahead, contest } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
/** The clocks of Rome go forward on the 29th, at 01:00 UTC: that day has 23 hours. */
const START = '2026-03-27T12:00:00Z';
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada', { displayName: 'ada' });
});

/** The local days of the 28th and the 29th: 24 + 23 hours. */
const days = { startsAt: '2026-03-27T23:00:00Z', endsAt: '2026-03-29T22:00:00Z' };
const none = { activityType: undefined };

describe('a challenge over the change of clocks', () => {
  it('holds exactly its two local days', async () => {
    const one = await contest(eco, { ...days, ...none, metric: 'CHECK_INS' });
    await one.join('ada');
    eco.clock.set('2026-03-30T12:00:00Z');
    for (const occurredAt of [
      ...['2026-03-27T22:59:59.999Z', '2026-03-27T23:00:00.000Z'],
      ...['2026-03-29T21:59:59.999Z', '2026-03-29T22:00:00.000Z'],
    ]) {
      await eco.done('checkIn', 'ada', { occurredAt });
    }
    expect(await one.places()).toEqual(['1 ada 2']);
  });

  it('counts the run that goes over it, and points by the instant of their fact', async () => {
    const streaks = await contest(eco, { ...days, ...none, metric: 'STREAK' });
    const points = await contest(eco, { ...days, ...none, metric: 'POINTS_EARNED' });
    for (const one of [streaks, points]) await one.join('ada');
    await eco.done('checkIn', 'ada'); // On the 27th, before the start.
    for (const at of ['2026-03-28T23:30:00Z', '2026-03-28T10:00:00Z']) {
      eco.clock.set('2026-03-29T12:00:00Z');
      await eco.done('checkIn', 'ada', { occurredAt: at });
    }
    expect(await streaks.places()).toEqual(['1 ada 3']);
    const { rows } = await eco.test.app.pool.query(
      `select sum(amount)::int as points from ledger_entry
       where program_id = $1 and kind = 'EARN' and occurred_at >= $2`,
      [eco.program.id, days.startsAt],
    );
    expect(await points.places()).toEqual([`1 ada ${rows[0].points}`]);
  });

  it('ends in the hour that is there twice where it says, not an hour later', async () => {
    eco.clock.set('2026-10-24T20:00:00Z');
    // 02:30 in Rome comes twice on the 25th; this is the first one.
    const endsAt = '2026-10-25T02:30:00+02:00';
    const one = await contest(eco, { startsAt: ahead(eco, HOUR), endsAt, settleDelayMinutes: 0 });
    await one.join('ada');
    eco.clock.set('2026-10-25T01:30:00Z'); // The second one.
    const run = (value: number, occurredAt: string) => eco.act('ada', 'run', { value, occurredAt });
    await run(1, '2026-10-25T00:29:59.999Z');
    await run(10, '2026-10-25T00:30:00.000Z');
    await run(100, '2026-10-25T02:30:00+01:00');
    expect(await one.places()).toEqual(['1 ada 1']);
    expect((await one.read()).settlesAt).toBe('2026-10-25T00:30:00.000Z');
  });
});
