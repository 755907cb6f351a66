/** What was once wrong: each of these failed when the economy was first tested. */
import { describe, expect, it } from 'vitest';
import { checkIn } from '../../src/checkin/check-in.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { reverseActivity } from '../../src/points/reverse-points.ts';
import { runJob } from '../support/app.ts';
import { pays, setRule } from '../support/rules.ts';
import { useEconomy } from './mended.ts';

const HOUR = 3_600_000;
const eco = useEconomy();
const { clock, viewer, fresh, member, act, points, accountOf } = eco;

describe('the economy', () => {
  it('S37: a late fact in one batch behind a newer one stays under its own day’s cap', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'buy', {
      ...pays('buy', 80),
      caps: [{ period: 'DAY', points: 100 }],
    });
    const who = await member();
    await act(who, 'buy', `${who.externalId}-1`);
    clock.advance(24 * HOUR);
    const yesterday = new Date(clock.now().getTime() - 24 * HOUR);
    await Promise.all([
      act(who, 'buy', `${who.externalId}-2`),
      act(who, 'buy', `${who.externalId}-3`, { occurredAt: yesterday }),
    ]);
    // Yesterday 80 and the 20 that were left of it, today 80.
    expect((await points(who)).lifetimeEarned).toBe(180);
  });

  it('S48: the first counter is made by a fact from before the tiers were published', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'buy', pays('buy', 60));
    const who = await member();
    await act(who, 'buy', `${who.externalId}-1`);
    clock.advance(24 * HOUR);
    const levels = [
      { key: 'basic', name: 'Basic', threshold: 0 },
      { key: 'gold', name: 'Gold', threshold: 100 },
    ];
    await setRule(
      eco.test,
      eco.program,
      'default',
      { basis: 'CALENDAR_YEAR', levels },
      {
        kind: 'TIERS',
        since: clock.now().toISOString(),
      },
    );
    clock.advance(HOUR);
    const before = new Date(clock.now().getTime() - 2 * HOUR);
    await act(who, 'buy', `${who.externalId}-2`, { occurredAt: before });
    const { tier_key, counters } = await accountOf(who);
    expect({ tier_key, months: counters?.months }).toEqual({
      tier_key: 'gold',
      months: { '2026-03': 120 },
    });
  });

  it('S38: of two campaigns with budgets neither spends more than its own', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'buy', pays('buy', 100));
    const when = { firstDate: '2026-03-01', lastDate: '2026-03-31' };
    const campaign = { when, percent: 200 };
    await setRule(eco.test, eco.program, 'a', { ...campaign, budget: 50 }, { kind: 'CAMPAIGN' });
    await setRule(
      eco.test,
      eco.program,
      'b',
      { ...campaign, budget: 100_000 },
      { kind: 'CAMPAIGN' },
    );
    const who = await member();
    for (const n of [1, 2, 3]) await act(who, 'buy', `${who.externalId}-${n}`);
    const { rows } = await eco.test.app.pool.query(
      `select r.key, b.spent from rule_budget b join rule r on r.id = b.rule_id
       where r.program_id = $1 order by r.key`,
      [eco.program.id],
    );
    const earned = (await points(who)).lifetimeEarned;
    expect(rows[0].spent).toBeLessThanOrEqual(50);
    expect(earned).toBe(300 + rows[0].spent + rows[1].spent);
  });

  it('S6: a late check-in corrects a day on which a campaign with a budget had begun', async () => {
    await fresh();
    const when = { firstDate: '2026-03-01', lastDate: '2026-03-31' };
    await setRule(
      eco.test,
      eco.program,
      'a',
      { when, percent: 200, budget: 1000 },
      {
        kind: 'CAMPAIGN',
        since: '2026-03-09T23:00:00Z',
      },
    );
    const who = await member();
    await eco.test.app.engine.run(checkIn, viewer(), { member: who });
    const occurredAt = new Date(clock.now().getTime() - 24 * HOUR);
    const { outcome } = await eco.test.app.engine.run(checkIn, viewer(), {
      member: who,
      occurredAt,
    });
    expect(outcome.entries.map(({ amount }) => amount)).toEqual([10, 10]);
  });

  it('S6: a correction is judged by what was in force at that day’s own check-in', async () => {
    await fresh();
    const kind = 'CHECK_IN_PLAN';
    const since = '2026-03-10T11:00:00Z'; // An hour before the check-in of that day.
    await setRule(eco.test, eco.program, 'default', { ladder: [100, 300] }, { kind, since });
    const who = await member();
    await eco.test.app.engine.run(checkIn, viewer(), { member: who });
    const occurredAt = new Date(clock.now().getTime() - 24 * HOUR);
    const { outcome } = await eco.test.app.engine.run(checkIn, viewer(), {
      member: who,
      occurredAt,
    });
    expect(outcome.entries.map((entry) => [entry.amount, entry.ruleVersion])).toEqual([
      [10, 'plan:default@1'],
      [200, 'plan:default@2'],
    ]);
    expect(outcome.entries[1]?.occurredAt).toBe(clock.now().toISOString());
  });

  it('S33: what is owed is not available when pending points become active', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'now', pays('now', 50));
    await setRule(eco.test, eco.program, 'later', pays('later', 100, { pendingDays: 1 }));
    const who = await member();
    await act(who, 'now', `${who.externalId}-1`);
    await act(who, 'later', `${who.externalId}-2`);
    await eco.test.app.engine.run(adjustPoints, viewer(), {
      member: who,
      amount: -50,
      reason: 'x',
    });
    await eco.test.app.engine.run(reverseActivity, viewer(), {
      member: who,
      type: 'now',
      reference: `${who.externalId}-1`,
    });
    expect(await points(who)).toMatchObject({ available: 0, pending: 100, debt: 50 });
    clock.advance(48 * HOUR);
    const { balance } = await accountOf(who);
    expect(balance).toBe(50);
    expect((await points(who)).available).toBe(50);
  });

  it('S27: countPending false keeps points that cannot be spent yet out of the basis', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'later', pays('later', 100, { pendingDays: 1 }));
    const levels = [
      { key: 'basic', name: 'Basic', threshold: 0 },
      { key: 'gold', name: 'Gold', threshold: 100 },
    ];
    const tiers = { basis: 'LIFETIME', levels, countPending: false };
    await setRule(eco.test, eco.program, 'default', tiers, { kind: 'TIERS' });
    const who = await member();
    await act(who, 'later', `${who.externalId}-1`);
    expect((await accountOf(who)).tier_key ?? 'basic').toBe('basic');
  });

  it.each([false, true])('S30: a return after expiry, booked %s: the same', async (booked) => {
    await fresh();
    await setRule(eco.test, eco.program, 'buy', pays('buy', 100, { pointsDays: 0 }));
    const who = await member();
    await act(who, 'buy', `${who.externalId}-1`);
    clock.advance(24 * HOUR);
    if (booked) await runJob(eco.test.app, 'expirePoints');
    await eco.test.app.engine.run(reverseActivity, viewer(), {
      member: who,
      type: 'buy',
      reference: `${who.externalId}-1`,
    });
    expect((await points(who)).debt).toBe(0);
  });

  it('S6: a day that a cap paid nothing is corrected by the difference alone', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'buy', pays('buy', 100));
    const policy = { caps: [{ period: 'DAY', points: 100 }], reversalFreesCaps: true };
    await setRule(eco.test, eco.program, 'default', policy, { kind: 'POINTS_POLICY' });
    const who = await member();
    await act(who, 'buy', `${who.externalId}-1`);
    await eco.test.app.engine.run(checkIn, viewer(), { member: who }); // Nothing is left of the cap.
    await eco.test.app.engine.run(reverseActivity, viewer(), {
      member: who,
      type: 'buy',
      reference: `${who.externalId}-1`,
    });
    const occurredAt = new Date(clock.now().getTime() - 24 * HOUR);
    const { outcome } = await eco.test.app.engine.run(checkIn, viewer(), {
      member: who,
      occurredAt,
    });
    expect(outcome.entries.map(({ amount }) => amount)).toEqual([10, 5]);
  });

  it.each([
    ['OCCURRED_TOO_LONG_AGO', 'activity', { occurredAt: '2026-03-01T00:00:00Z' }],
    ['OCCURRED_IN_FUTURE', 'activity', { occurredAt: '2026-03-11T00:00:00Z' }],
    ['ACTIVITY_REFERENCE_REUSED', 'activity', { reference: 'taken' }],
    ['MEMBER_NOT_FOUND', 'activity', { member: { externalId: 'nobody' } }],
    ['OCCURRED_TOO_LONG_AGO', 'checkIn', { occurredAt: '2026-03-01T00:00:00Z' }],
    ['MEMBER_NOT_FOUND', 'checkIn', { member: { externalId: 'nobody' } }],
  ])('quote answers the refusal %s of %s', async (code, kind, more) => {
    await fresh();
    await act(await member(), 'buy', 'taken');
    const about = { member: await member(), ...more };
    const input = kind === 'checkIn' ? { checkIn: about } : { activity: { type: 'buy', ...about } };
    const answer = await eco.test.ask(
      eco.program.keys.service,
      'query ($input: QuoteInput!) { quote(input: $input) { points refusal { code message } } }',
      { input },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.quote).toMatchObject({ points: 0, refusal: { code } });
  });
});
