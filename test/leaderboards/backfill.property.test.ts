/**
 * A board that is backfilled equals one that was there all along, whatever happened and whenever it
 * was told: for every metric, with late check-ins, returns, orders and refunds.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY, type Economy, fixed, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { backfill, counted, make } from './boards.ts';

const numRuns = Number(process.env.RUNS ?? 10);
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`boards.backfill.property: SEED=${seed}`);
const START = '2026-03-20T12:00:00Z'; // The clocks change on the 29th.
const names = ['ada', 'bob', 'cy'];
const metrics = [
  { metric: 'POINTS_EARNED' },
  { metric: 'POINTS_NET' },
  { metric: 'CHECK_INS' },
  { metric: 'STREAK' },
  { metric: 'ACTIVITY_VALUE', activityType: 'run' },
  { metric: 'ACTIVITY_COUNT', activityType: 'run' },
];
const cadences = ['ALL_TIME', 'DAILY', 'WEEKLY'];

let economies: Awaited<ReturnType<typeof openEconomies>>;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());

const who = fc.constantFrom(...names);
const hours = fc.nat({ max: 71 });
const pick = fc.nat({ max: 1_000 });
const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('checkIn' as const), who, hours }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ do: fc.constant('activity' as const), who, hours },
      ...{ value: fc.nat({ max: 50 }), units: fc.integer({ min: 1, max: 3 }) },
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('return' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reverseEntry' as const), who, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('order' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('optOut' as const), who, pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), hours }) },
);
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

/** What can be returned or cancelled. */
type World = { activities: [string, string][]; orders: string[]; reward: string };

/** Tries an act; refusals are part of a history. */
async function perform(eco: Economy, world: World, one: Act): Promise<void> {
  const at = (late: number) => new Date(eco.clock.now().getTime() - late * HOUR).toISOString();
  const chosen = <Item>(items: Item[], n: number) => items[n % Math.max(1, items.length)];
  if (one.do === 'wait') eco.clock.advance(one.hours * HOUR);
  if (one.do === 'checkIn') {
    const occurredAt = at(one.hours);
    await eco.send('checkIn', { member: { externalId: one.who }, occurredAt });
  }
  if (one.do === 'activity') {
    const reference = `a${world.activities.length}`;
    const { value, units } = one;
    const more = { type: 'run', reference, value, units, occurredAt: at(one.hours) };
    await eco.done('recordActivity', one.who, more);
    world.activities.push([one.who, reference]);
  }
  if (one.do === 'return') {
    const [externalId, reference] = chosen(world.activities, one.pick) ?? ['ada', 'none'];
    const input = { member: { externalId }, type: 'run', reference };
    await eco.send('reverseActivity', { ...input, ...(one.pick % 2 === 0 && { units: 1 }) });
  }
  if (one.do === 'reverseEntry') {
    const member = { externalId: one.who };
    await eco.send('reverseEntry', { member, seq: 1 + (one.pick % 10) });
  }
  if (one.do === 'order') {
    const input = { member: { externalId: one.who }, rewardId: world.reward, quantity: 2 };
    const { redemption } = await eco.send('redeemReward', input);
    if (redemption) world.orders.push(redemption.id);
  }
  if (one.do === 'cancel') {
    const redemptionId = chosen(world.orders, one.pick);
    if (redemptionId) await eco.send('cancelRedemption', { redemptionId, units: 1 });
  }
  if (one.do === 'optOut') {
    await eco.done('updateProfile', one.who, { leaderboardOptOut: one.pick % 2 === 0 });
  }
}

/** All standings of a board: season, member, score, when it was reached, whether it is shown. */
async function standingsOf(eco: Economy, key: string): Promise<object[]> {
  const { rows } = await eco.test.app.pool.query(
    `select s.starts_at, s.ends_at, s.participants, t.member_id, t.score, t.reached_at, t.hidden
     from standing t join season s on s.id = t.season_id
     join leaderboard b on b.id = s.leaderboard_id
     where b.program_id = $1 and b.key = $2 order by s.starts_at, t.member_id`,
    [eco.program.id, key],
  );
  return rows;
}

/** Standings that were compared, by board. */
const found = new Map<string, number>();

it('a backfilled board equals one that was there all along', { timeout: 600_000 }, async () => {
  const history = fc.array(act, { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(history, history, async (before, after) => {
      const eco = await economies.open();
      const boards = metrics.flatMap((metric) =>
        cadences.map((cadence) => ({
          key: `${metric.metric}-${cadence}`,
          input: { ...metric, cadence, startsAt: '2026-03-01T00:00:00Z' },
        })),
      );
      for (const name of names) await eco.enrol(name);
      await eco.earning('run', {
        trigger: { on: 'ACTIVITY', type: 'run' },
        points: { perUnit: { points: 1, unit: 5, rounding: 'DOWN' } },
      });
      await eco.earning('pay', fixed('pay', 10));
      const world: World = { activities: [], orders: [], reward: await eco.reward(7) };
      eco.clock.advance(3 * DAY); // Nothing late is older than the boards that were there.
      for (const { key, input } of boards) await make(eco, { ...input, key: `${key}-live` });
      await eco.test.app.pool.query(
        `update leaderboard set counts_from = '2026-03-01' where program_id = $1`,
        [eco.program.id],
      );
      for (const one of before) await perform(eco, world, one);
      eco.clock.advance(1_000);
      for (const { key, input } of boards) await make(eco, { ...input, key });
      const [some, rest] = [after.slice(0, 5), after.slice(5)];
      for (const one of some) await perform(eco, world, one);
      await counted(eco.test.app);
      for (const { key } of boards) await backfill(eco, key, false);
      for (const one of rest) await perform(eco, world, one);
      await counted(eco.test.app);
      for (const { key } of boards) {
        const standings = await standingsOf(eco, key);
        expect(standings, key).toEqual(await standingsOf(eco, `${key}-live`));
        found.set(key, (found.get(key) ?? 0) + standings.length);
      }
    }),
    { numRuns, seed, endOnFailure: !process.env.SHRINK },
  );
  // A history of refusals alone would prove nothing.
  expect(Math.min(...found.values())).toBeGreaterThan(0);
});
