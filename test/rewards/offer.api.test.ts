/** What a reward is to a member: its price for them, and why they cannot buy it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openShops, type Shop } from './shop.ts';

let shops: Awaited<ReturnType<typeof openShops>>;
let shop: Shop;
let ada: string;
const keys = () => shop.program.keys;
beforeAll(async () => {
  shops = await openShops();
});
afterAll(() => shops.close());
beforeEach(async () => {
  shop = await shops.open();
  await shop.enrol('ada', 50, { tags: ['vip'] });
  await shop.enrol('bob', 20);
  ada = await shop.program.token('ada');
});

const named = (externalId: string) => `member: {externalId: "${externalId}"}`;

describe('an offer', () => {
  const fields = `offer { price tier affordable missingPoints eligible onSale canRedeem reason
    limitLeft { period units left } }`;
  const offer = async (rewardId: string, token = ada) =>
    (await shop.read(rewardId, fields, token)).offer;

  it('is what the member would pay', async () => {
    const { id } = await shop.add({ price: 60, tierPrices: [{ tier: 'bronze', price: 45 }] });
    expect(await offer(id)).toEqual({
      ...{ price: 45, tier: 'bronze', affordable: true, missingPoints: 0, eligible: true },
      ...{ onSale: true, canRedeem: true, reason: null, limitLeft: [] },
    });
    const { id: dear } = await shop.add({ price: 60, tierPrices: [{ tier: 'gold', price: 45 }] });
    expect(await offer(dear)).toMatchObject({
      ...{ price: 60, tier: null, affordable: false, missingPoints: 10 },
      ...{ canRedeem: false, reason: 'INSUFFICIENT_POINTS' },
    });
  });

  it.each([
    ['NOT_ON_SALE', { startsAt: '2026-03-11T12:00:00Z', stock: 0, audience: { tags: ['x'] } }],
    ['NOT_ELIGIBLE', { audience: { tiers: ['gold'] }, stock: 0, price: 1_000 }],
    ['OUT_OF_STOCK', { stock: 0, price: 1_000 }],
    ['OUT_OF_STOCK', { kind: 'COUPON' }],
    ['INSUFFICIENT_POINTS', { stock: 1, price: 51 }],
    [null, { stock: 1, price: 50 }],
  ])('says why not: %s', async (reason, terms) => {
    const { id } = await shop.add(terms);
    expect(await offer(id)).toMatchObject({ reason, canRedeem: reason === null });
  });

  it('is none for who is no member; keys name one', async () => {
    const { id } = await shop.add();
    expect(await offer(id, await shop.program.token('nobody'))).toBeNull();
    const query = `{ reward(id: "${id}") { offer(${named('bob')}) { missingPoints } } }`;
    expect(await shop.ask(keys().service, query)).toEqual({
      reward: { offer: { missingPoints: 0 } },
    });
    expect(await shop.errorOf(ada, query)).toMatchObject({ code: 'FORBIDDEN' });
    const unnamed = `{ reward(id: "${id}") { offer { price } } }`;
    expect(await shop.errorOf(keys().service, unnamed)).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'member',
    });
    const onScreen = `{ node(id: "${id}") { ... on Reward { offer(${named('bob')}) { price } } } }`;
    expect(await shop.errorOf(keys().screen, onScreen)).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('counts units of live orders in the local day, week and month (S58)', async () => {
    const limits = [
      { period: 'DAY', units: 2 },
      { period: 'WEEK', units: 3 },
      { period: 'MONTH', units: 9 },
      { period: 'EVER', units: 20 },
    ];
    const { id } = await shop.add({ price: 1, limits });
    const forKey = fields.replace('offer', `offer(${named('ada')})`);
    const offerNow = async () => (await shop.read(id, forKey, keys().service)).offer;
    const left = async () =>
      (await offerNow()).limitLeft.map(({ left: units }: { left: number }) => units);
    expect(await left()).toEqual([2, 3, 9, 20]);
    // Sunday 29 March, just before midnight in Rome, an hour before the clocks change.
    shop.clock.set('2026-03-29T21:59:59Z');
    await shop.redeem('ada', id, { quantity: 2 });
    expect(await left()).toEqual([0, 1, 7, 18]);
    shop.clock.set('2026-03-29T22:00:00Z');
    expect(await left()).toEqual([2, 3, 7, 18]);
    shop.clock.set('2026-03-31T22:00:00Z');
    expect(await left()).toEqual([2, 3, 9, 18]);
    const set = (terms: string) => shop.test.app.pool.query(`update redemption set ${terms}`);
    await set('cancelled_units = 1');
    expect((await left())[3]).toBe(19);
    for (const state of ['CANCELLED', 'FAILED', 'EXPIRED']) {
      await set(`state = '${state}', cancelled_units = 0`);
      expect((await left())[3]).toBe(20);
    }
    await set(`state = 'RESERVED', reserved_until = '2026-03-31T22:00:00.001Z'`);
    expect((await left())[3]).toBe(18);
    await set(`reserved_until = '2026-03-31T22:00:00Z'`);
    expect((await left())[3]).toBe(20);
    await set(`state = 'USED', reserved_until = null`);
    await shop.change(id, { limits: [{ period: 'EVER', units: 1 }] });
    expect(await offerNow()).toMatchObject({
      reason: 'LIMIT_REACHED',
      limitLeft: [{ period: 'EVER', units: 1, left: 0 }],
    });
    await shop.enrol('eve', 10);
    const forEve = fields.replace('offer', `offer(${named('eve')})`);
    expect((await shop.read(id, forEve, keys().service)).offer).toMatchObject({ canRedeem: true });
  });

  it('costs a page of rewards no more statements than one', async () => {
    for (let n = 0; n < 30; n += 1) await shop.add({ limits: [{ period: 'DAY', units: 1 }] });
    const { pool } = shop.test.app;
    const query = pool.query.bind(pool);
    let statements = 0;
    pool.query = ((...args: Parameters<typeof query>) => {
      statements += 1;
      return query(...args);
    }) as typeof pool.query;
    const countFor = async (first: number) => {
      const before = statements;
      const page = `{ rewards(first: ${first}) { edges { node { title ${fields} } } } }`;
      expect((await shop.ask(ada, page)).rewards.edges).toHaveLength(first);
      return statements - before;
    };
    await countFor(1);
    const one = await countFor(1);
    expect(one).toBeGreaterThan(0);
    expect(await countFor(30)).toBe(one);
    pool.query = query as typeof pool.query;
  });
});
