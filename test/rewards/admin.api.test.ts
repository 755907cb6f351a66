/** Terms of rewards as operators set and change them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/graphql/ids.ts';
import { DAY, openShops, type Shop } from './shop.ts';

let shops: Awaited<ReturnType<typeof openShops>>;
let shop: Shop;
beforeAll(async () => {
  shops = await openShops();
});
afterAll(() => shops.close());
beforeEach(async () => {
  shop = await shops.open();
});

const inDays = (days: number) => new Date(shop.clock.now().getTime() + days * DAY).toISOString();
const noReward = toGlobalId('Reward', 999_999);

const full = () => ({
  title: 'Mug',
  description: 'Blue.',
  price: 100,
  kind: 'GOODS',
  state: 'DRAFT',
  visibility: 'AUDIENCE',
  imageUrl: 'https://img.example/mug.png?size=2',
  tags: ['home', 'blue'],
  tierPrices: [{ tier: 'gold', price: 80 }],
  cash: { amount: 250, currency: 'EUR' },
  stock: 7,
  audience: { tiers: ['silver', 'gold'] },
  startsAt: inDays(1),
  endsAt: inDays(9),
  limits: [
    { period: 'DAY', units: 1 },
    { period: 'EVER', units: 3 },
  ],
  reserveMinutes: 30,
  memberCancels: true,
});

describe('createReward', () => {
  it('keeps all terms', async () => {
    const reward = await shop.add(full());
    expect(reward).toMatchObject(full());
    expect(reward.createdAt).toBe(shop.clock.now().toISOString());
    expect(reward.updatedAt).toBe(reward.createdAt);
  });

  it('needs a title and a price; the rest has defaults, and null means the same', async () => {
    const defaults = {
      ...{ kind: 'VIRTUAL', state: 'ON_SALE', visibility: 'LISTED', description: '', tags: [] },
      ...{ imageUrl: null, tierPrices: [], cash: null, stock: null, audience: null, limits: [] },
      ...{ startsAt: null, endsAt: null, reserveMinutes: null, memberCancels: false },
    };
    expect(await shop.add()).toMatchObject({ title: 'Thing', price: 10, ...defaults });
    const nulls = Object.fromEntries(Object.keys(defaults).map((field) => [field, null]));
    expect(await shop.add(nulls)).toMatchObject(defaults);
  });

  it('gives orders with a cash part 15 minutes', async () => {
    const cash = { amount: 1, currency: 'USD' };
    expect(await shop.add({ cash })).toMatchObject({ reserveMinutes: 15 });
  });

  it('counts a coupon by its codes', async () => {
    expect(await shop.add({ kind: 'COUPON' })).toMatchObject({ stock: 0 });
  });

  it('leaves an audit row', async () => {
    const { id } = await shop.add({ tags: ['a'] });
    const [row] = (await shop.audit()).filter(({ action }: never) => action === 'createReward');
    expect(row).toMatchObject({ before: null, after: { title: 'Thing', price: 10, tags: ['a'] } });
    expect(row.actor.kind).toBe('KEY');
    expect(toGlobalId('Reward', Number(row.target))).toBe(id);
  });
});

describe('what is wrong', () => {
  it('is told all at once, with what does not go together or with the program', async () => {
    const wrong = {
      ...{ title: '', price: 0, imageUrl: 'http://a.example/', tags: ['a b'], stock: 3 },
      ...{ kind: 'COUPON', visibility: 'AUDIENCE', startsAt: inDays(2), endsAt: inDays(1) },
      ...{ cash: { amount: 1, currency: 'euro' }, reserveMinutes: 0 },
      ...{ limits: [{ period: 'DAY', units: 0 }] },
      tierPrices: Array(2).fill({ tier: 'steel', price: 4 }),
    };
    const fields = (found: string[]) => found.map((text) => text.replace(/:.*/, '')).sort();
    const all = [
      ...['cash.currency', 'endsAt', 'imageUrl', 'limits.0.units', 'price', 'reserveMinutes'],
      ...['stock', 'tags.0', 'tierPrices.1.tier', 'title', 'visibility'],
    ];
    expect(fields(await shop.problems('createReward', wrong))).toEqual(all);
    const { id } = await shop.add({ kind: 'GOODS' });
    const given = { rewardId: id, patch: { ...wrong, stock: -1 } };
    expect(fields(await shop.problems('updateReward', given))).toEqual(all);
  });

  it('does not go together: all at once, too', async () => {
    const found = await shop.problems('createReward', {
      ...{ title: 'x', price: 5, kind: 'COUPON', stock: 3, startsAt: inDays(2), endsAt: inDays(2) },
      audience: { tiers: ['silver', 'iron'] },
      tierPrices: [
        { tier: 'gold', price: 4 },
        { tier: 'steel', price: 4 },
      ],
      limits: [
        { period: 'DAY', units: 3 },
        { period: 'MONTH', units: 2 },
        { period: 'DAY', units: 1 },
        { period: 'EVER', units: 1 },
      ],
    });
    expect(found).toEqual([
      'stock: the codes of a COUPON are its stock: import codes instead',
      'endsAt: 2026-03-12T12:00:00.000Z is not after the start, 2026-03-12T12:00:00.000Z',
      'limits.2.period: there is a limit for each day already',
      'limits.0.units: 3 a day is more than the limit of 2 a month allows',
      'limits.1.units: 2 a month is more than the limit of 1 in all allows',
      'audience.tiers.1: there is no tier iron: there are bronze, silver, gold',
      'tierPrices.gold: gold is not in the audience: nobody would pay this price',
      'tierPrices.steel: there is no tier steel to have a price: there are bronze, silver, gold',
    ]);
  });

  it.each([
    [{ endsAt: '2026-03-10T12:00:00Z' }, /^endsAt: .* is over: it is 2026-03-10T12:00:00.000Z$/],
    [{ tierPrices: Array(2).fill({ tier: 'gold', price: 1 }) }, /^tierPrices.1.tier: .* already$/],
    [
      { limits: Array(2).fill({ period: 'EVER', units: 1 }) },
      /^limits.1.period: there is a limit for all already$/,
    ],
    [
      { audience: { memberSinceFrom: '2026-01-02', memberSinceBefore: '2026-01-02' } },
      /^audience.memberSinceFrom: nobody enrolled/,
    ],
    [{ audience: {} }, /^audience: must say at least one thing/],
    [{ description: 'a\u0000' }, /^description: must not contain control characters$/],
  ])('%j', async (more, says) => {
    const found = await shop.problems('createReward', { title: 'x', price: 1, ...more });
    expect(found).toEqual([expect.stringMatching(says)]);
  });

  it('may be the lack of tiers; those of the start count', async () => {
    const other = await shops.open({ withTiers: false });
    const input = { title: 'x', price: 1, tierPrices: [{ tier: 'gold', price: 2 }] };
    expect(await other.problems('createReward', input)).toEqual([
      'tierPrices.gold: there is no tier gold to have a price: the program has no tiers',
    ]);
    const startsAt = new Date(Date.now() + 3 * DAY).toISOString();
    await other.send('draftRule', {
      key: 'default',
      definition: {
        tiers: { basis: 'LIFETIME', levels: [{ key: 'gold', name: 'Gold', threshold: 0 }] },
      },
    });
    other.clock.set(new Date());
    await other.send('publishRule', { kind: 'TIERS', key: 'default', startsAt });
    expect((await other.send('createReward', input)).code).toBe('REWARD_NOT_VALID');
    expect((await other.send('createReward', { ...input, startsAt })).code).toBeUndefined();
  });
});

describe('updateReward', () => {
  it('changes what is given, clears by null, and leaves the rest', async () => {
    const { id } = await shop.add(full());
    const patch = { title: 'Cup', imageUrl: null, audience: null, visibility: 'LISTED' };
    const { reward } = await shop.change(id, patch);
    expect(reward).toMatchObject({ ...full(), ...patch });
    const cleared = { cash: null, stock: null, startsAt: null, endsAt: null, reserveMinutes: null };
    expect((await shop.change(id, cleared)).reward).toMatchObject(cleared);
    expect((await shop.change(id, { cash: full().cash })).reward.reserveMinutes).toBe(15);
  });

  it('refuses what is wrong, and writes nothing', async () => {
    const { id } = await shop.add(full());
    const before = await shop.read(id, 'title price updatedAt');
    const patch = { title: null, price: null, tags: null, kind: null, memberCancels: null };
    const found = await shop.problems('updateReward', { rewardId: id, patch });
    const empty = Object.keys(patch).map((field) => `${field}: cannot be empty`);
    expect(found.toSorted()).toEqual(empty.sort());
    expect(
      await shop.problems('updateReward', { rewardId: id, patch: { reserveMinutes: null } }),
    ).toEqual([expect.stringMatching(/^reserveMinutes: an order with a cash part waits/)]);
    expect(await shop.read(id, 'title price updatedAt')).toEqual(before);
    expect((await shop.change(noReward, { price: 1 })).code).toBe('REWARD_NOT_FOUND');
  });

  it('does not hold against a patch what was wrong before', async () => {
    const { id } = await shop.add({ endsAt: inDays(1), audience: { tiers: ['gold'] } });
    shop.clock.advance(2 * DAY);
    await shop.send('retireRule', { kind: 'TIERS', key: 'default' });
    expect((await shop.change(id, { title: 'Old' })).reward.title).toBe('Old');
    expect((await shop.change(id, { state: 'WITHDRAWN' })).reward.state).toBe('WITHDRAWN');
    const back = { rewardId: id, patch: { state: 'ON_SALE' } };
    expect(await shop.problems('updateReward', back)).toEqual([expect.stringMatching(/^endsAt: /)]);
    const more = { rewardId: id, patch: { audience: { tiers: ['gold', 'iron'] } } };
    expect(await shop.problems('updateReward', more)).toEqual([
      expect.stringMatching(/^audience.tiers.1: there is no tier iron/),
    ]);
  });

  it('changes only what was seen', async () => {
    const { id, updatedAt } = await shop.add();
    const expected = { expectedUpdatedAt: updatedAt };
    const { reward } = await shop.change(id, { price: 11 }, expected);
    expect(reward.updatedAt > updatedAt).toBe(true);
    const refused = await shop.change(id, { price: 12 }, expected);
    expect(refused).toMatchObject({ code: 'REWARD_CHANGED', updatedAt: reward.updatedAt });
    expect(await shop.read(id, 'price')).toEqual({ price: 11 });
    // Of ten at once one is done: the clock stands still.
    const seen = { expectedUpdatedAt: reward.updatedAt };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => shop.change(id, { price: 20 + n }, seen)),
    );
    expect(answers.filter(({ code }) => code === undefined)).toHaveLength(1);
  });

  it('keeps the kind once there are orders or codes', async () => {
    await shop.enrol('ada', 100);
    const { id } = await shop.add();
    expect((await shop.change(id, { kind: 'GOODS' })).reward.kind).toBe('GOODS');
    await shop.change(id, { kind: 'VIRTUAL' });
    await shop.redeem('ada', id);
    expect(
      await shop.problems('updateReward', { rewardId: id, patch: { kind: 'SERVICE' } }),
    ).toEqual(['kind: cannot change: there are orders']);
    const { id: coupon } = await shop.add({ stock: 5 });
    const asCoupon = await shop.change(coupon, { kind: 'COUPON' });
    expect(asCoupon.reward).toMatchObject({ kind: 'COUPON', stock: 0 });
    await shop.send('importRewardCodes', { rewardId: coupon, codes: ['abcd-1'] });
    const back = { rewardId: coupon, patch: { kind: 'GOODS' } };
    expect(await shop.problems('updateReward', back)).toEqual([
      'kind: cannot change: there are codes',
    ]);
    const stock = { rewardId: coupon, patch: { stock: null } };
    expect(await shop.problems('updateReward', stock)).toEqual([expect.stringMatching(/^stock: /)]);
  });

  it('leaves orders as they were made', async () => {
    await shop.enrol('ada', 100);
    const { id } = await shop.add();
    await shop.redeem('ada', id, { quantity: 2 });
    await shop.change(id, { price: 50, title: 'Dear', state: 'WITHDRAWN' });
    const { member } = await shop.ask(
      shop.program.keys.service,
      '{ member(by: {externalId: "ada"}) { redemptions { edges { node { points quantity state } } } } }',
    );
    expect(member.redemptions.edges).toEqual([
      { node: { points: 20, quantity: 2, state: 'CONFIRMED' } },
    ]);
  });

  it('leaves an audit row of what changed, and none when nothing did', async () => {
    const { id } = await shop.add(full());
    await shop.change(id, { price: 90, limits: [{ period: 'WEEK', units: 2 }], title: 'Mug' });
    await shop.change(id, { ...full(), price: 90, limits: [{ units: 2, period: 'WEEK' }] });
    const rows = (await shop.audit()).filter(({ action }: never) => action === 'updateReward');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      before: { price: 100, limits: full().limits },
      after: { price: 90, limits: [{ period: 'WEEK', units: 2 }] },
    });
    expect(Object.keys(rows[0].after).sort()).toEqual(['limits', 'price']);
  });
});

describe('adjustStock', () => {
  const adjust = (rewardId: string, by: number) => shop.send('adjustStock', { rewardId, by });

  it('adds and takes, with an audit row', async () => {
    const { id, updatedAt } = await shop.add({ stock: 5 });
    expect((await adjust(id, 3)).reward).toMatchObject({ stock: 8, updatedAt });
    expect((await adjust(id, -8)).reward.stock).toBe(0);
    const rows = (await shop.audit()).filter(({ action }: never) => action === 'adjustStock');
    expect(rows).toMatchObject([
      { before: { stock: 5 }, after: { stock: 8 } },
      { before: { stock: 8 }, after: { stock: 0 } },
    ]);
  });

  it('refuses', async () => {
    const { id } = await shop.add({ stock: 5 });
    expect(await adjust(id, -6)).toMatchObject({ code: 'STOCK_TOO_SMALL', stock: 5 });
    expect((await adjust(noReward, 1)).code).toBe('REWARD_NOT_FOUND');
    expect((await adjust((await shop.add()).id, 1)).code).toBe('STOCK_NOT_COUNTED');
    const { id: coupon } = await shop.add({ kind: 'COUPON' });
    expect((await adjust(coupon, 1)).code).toBe('STOCK_NOT_COUNTED');
    const document = `mutation ($id: ID!) { adjustStock(input: {rewardId: $id, by: 2147483647}) {
      __typename } }`;
    expect(await shop.errorOf(shop.program.keys.operator, document, { id })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'by',
    });
    expect(await shop.read(id, 'stock')).toEqual({ stock: 5 });
  });
});
