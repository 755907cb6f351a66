/** A quote answers what would be paid, and consumes nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { DAY, type Economy, HOUR, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.earning('buy', {
    trigger: { on: 'ACTIVITY', type: 'buy' },
    points: { perUnit: { points: 1, unit: 100, rounding: 'DOWN' } },
    caps: [{ period: 'DAY', points: 100 }],
    budget: 130,
  });
  const when = { firstDate: '2026-03-01', lastDate: '2026-03-31' };
  await eco.campaign('double', { when, percent: 200, budget: 50 });
  await eco.tiers({
    basis: 'CALENDAR_YEAR',
    levels: [
      { key: 'basic', name: 'Basic', threshold: 0 },
      { key: 'gold', name: 'Gold', threshold: 60, percent: 150 },
    ],
  });
  await eco.enrol('ada');
});

const ada = { member: { externalId: 'ada' } };
const buy = (value: number, reference: string, more: object = {}) => ({
  ...{ ...ada, type: 'buy', reference, value },
  ...more,
});

/** Everything that a quote could consume. */
async function stored() {
  const { rows } = await eco.test.app.pool.query(
    `select (select json_agg(a order by member_id) from account a) as accounts,
            (select json_agg(b order by rule_id) from rule_budget b) as budgets,
            (select count(*) from ledger_entry) as entries, (select count(*) from lot) as lots,
            (select count(*) from activity) as activities, (select count(*) from check_in) as days,
            (select count(*) from event) as events, (select count(*) from receipt) as receipts,
            (select count(*) from tier_change) as tiers`,
  );
  return rows[0];
}

/** Quotes twice, then does it: the same awards, explanations included. */
async function quotedAs(kind: 'activity' | 'checkIn', input: object) {
  const before = await stored();
  const first = await eco.quote({ [kind]: input });
  expect(await eco.quote({ [kind]: input })).toEqual(first);
  expect(await stored()).toEqual(before);
  const name = kind === 'activity' ? 'recordActivity' : 'checkIn';
  const done = await eco.send(name, input);
  expect(first.awards).toEqual(done.awards);
  expect(first.refusal).toBeNull();
  expect(first.repeated).toBe(done.alreadyRecorded ?? done.alreadyCheckedIn);
  const points = done.awards.reduce(
    (sum: number, award: { points: number }) => sum + award.points,
    0,
  );
  expect(first.points).toBe(points);
  return points;
}

describe('a quote equals what is paid next', () => {
  it('for activities up to, across and beyond cap, budgets and a tier', async () => {
    const paid = [];
    for (const [index, value] of [3_000, 2_999, 4_000, 1_000].entries()) {
      paid.push(await quotedAs('activity', buy(value, `a${index}`)));
    }
    // 30 doubled; gold then: 29.99 × 1.5 doubled would be 89 but the campaign has 20 left …
    expect(paid[0]).toBe(60);
    expect(paid.reduce((sum, points) => sum + points, 0)).toBe(100); // … and the day's cap cuts it.
    eco.clock.advance(DAY);
    expect(await quotedAs('activity', buy(9_000, 'next'))).toBe(30); // What the budget has left.
    expect(await quotedAs('activity', buy(9_000, 'last'))).toBe(0);
  });

  it('for check-ins in order, late and again', async () => {
    expect(await quotedAs('checkIn', ada)).toBe(20);
    expect(await quotedAs('checkIn', ada)).toBe(0);
    const occurredAt = new Date(eco.clock.now().getTime() - DAY).toISOString();
    // Yesterday pays day 1, and today becomes day 2: 5 more, all doubled up to the budget.
    expect(await quotedAs('checkIn', { ...ada, occurredAt })).toBe(30);
    expect(await quotedAs('checkIn', { ...ada, occurredAt })).toBe(0);
  });

  it('for a late fact and its repeat', async () => {
    const late = new Date(eco.clock.now().getTime() - 50 * HOUR).toISOString();
    expect(await quotedAs('activity', buy(1_000, 'a', { occurredAt: late }))).toBe(20);
    expect(await quotedAs('activity', buy(1_000, 'a', { occurredAt: late }))).toBe(0);
  });

  it('and uses up no idempotency key', async () => {
    const input = buy(1_000, 'a', { idempotencyKey: 'k' });
    await eco.quote({ activity: input });
    expect(await eco.send('recordActivity', input)).toMatchObject({ replayed: false });
  });

  it('of a key that was used says what the command would: a repeat, or that it was', async () => {
    const input = buy(1_000, 'a', { idempotencyKey: 'k' });
    await eco.send('recordActivity', input);
    expect(await eco.quote({ activity: input })).toMatchObject({ points: 0, repeated: true });
    const { errors } = await eco.test.ask(
      eco.program.keys.service,
      'query ($input: QuoteInput!) { quote(input: $input) { points } }',
      { input: { activity: buy(2_000, 'a', { idempotencyKey: 'k' }) } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('100 quotes at once beside the real thing leave one payment', async () => {
    const quotes = Array.from({ length: 100 }, (_, n) =>
      eco.quote({ activity: buy(1_000, `q${n}`) }),
    );
    const [, ...answers] = await Promise.all([
      eco.send('recordActivity', buy(1_000, 'a')),
      ...quotes,
    ]);
    for (const { points } of answers) expect(points).toBeGreaterThan(0);
    expect((await eco.points('ada')).lifetimeEarned).toBe(20);
  });

  it('a member’s token may ask for its own check-in, and for no activity', async () => {
    const token = await eco.program.token('ada');
    const query = 'query ($input: QuoteInput!) { quote(input: $input) { points } }';
    const own = await eco.test.ask(token, query, { input: { checkIn: {} } });
    expect(own.data).toEqual({ quote: { points: 20 } });
    const other = await eco.test.ask(token, query, { input: { activity: buy(1, 'x') } });
    expect(other.errors).toHaveLength(1);
  });
});
