/** The catalogue as each caller finds it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, openShops, type Shop } from './shop.ts';

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

const inDays = (days: number) => new Date(shop.clock.now().getTime() + days * DAY).toISOString();
const named = (externalId: string) => `member: {externalId: "${externalId}"}`;

describe('who finds what', () => {
  const all = ['everybody', 'over soon', 'vips', 'later', 'hidden', 'draft', 'withdrawn'];
  let ids: Record<string, string>;
  beforeEach(async () => {
    const terms: Record<string, object> = {
      everybody: {},
      'over soon': { endsAt: inDays(1) },
      vips: { visibility: 'AUDIENCE', audience: { tags: ['vip'] } },
      later: { startsAt: inDays(2) },
      hidden: { visibility: 'UNLISTED' },
      draft: { state: 'DRAFT' },
      withdrawn: { state: 'WITHDRAWN' },
    };
    ids = {};
    for (const title of all) ids[title] = (await shop.add({ title, ...terms[title] })).id;
  });

  it('in the catalogue', async () => {
    const forBob = ['everybody', 'over soon'];
    const forAda = [...forBob, 'vips'];
    expect(await shop.titles(keys().operator)).toEqual(all);
    expect(await shop.titles(keys().operator, named('ada'))).toEqual(forAda);
    expect(await shop.titles(keys().service)).toEqual(forBob);
    expect(await shop.titles(keys().service, named('ada'))).toEqual(forAda);
    expect(await shop.titles(ada)).toEqual(forAda);
    expect(await shop.titles(await shop.program.token('bob'))).toEqual(forBob);
    expect(await shop.titles(await shop.program.token('nobody'))).toEqual(forBob);
  });

  it('by time: from the start, and not at the end', async () => {
    shop.clock.advance(DAY);
    expect(await shop.titles(keys().service)).toEqual(['everybody']);
    shop.clock.advance(DAY);
    expect(await shop.titles(keys().service)).toEqual(['everybody', 'later']);
  });

  it('by its state, for operators', async () => {
    const states = (list: string, more = '') => `filter: {states: [${list}]}${more}`;
    expect(await shop.titles(keys().operator, states('DRAFT, WITHDRAWN'))).toEqual([
      ...['draft', 'withdrawn'],
    ]);
    expect(await shop.titles(keys().operator, states('DRAFT', `, ${named('ada')}`))).toEqual([]);
    const query = `{ rewards(${states('ON_SALE')}) { edges { cursor } } }`;
    for (const key of [keys().service, ada]) {
      expect(await shop.errorOf(key, query)).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('by id: drafts are for operators, what is withdrawn for those with an order', async () => {
    const order = ids.everybody ?? '';
    await shop.redeem('ada', order);
    await shop.change(order, { state: 'WITHDRAWN' });
    const found = async (key: string, root: 'reward' | 'node') => {
      const query = `query ($id: ID!) { ${root}(id: $id) { ... on Reward { title } } }`;
      const titles: ({ title: string } | null)[] = [];
      for (const id of Object.values(ids)) titles.push((await shop.ask(key, query, { id }))[root]);
      return all.filter((_, index) => titles[index] !== null);
    };
    const onSale = ['over soon', 'vips', 'later', 'hidden'];
    for (const root of ['reward', 'node'] as const) {
      expect(await found(keys().operator, root)).toEqual(all);
      expect(await found(keys().service, root)).toEqual(all.filter((title) => title !== 'draft'));
      expect(await found(ada, root)).toEqual(['everybody', ...onSale]);
      expect(await found(await shop.program.token('bob'), root)).toEqual(onSale);
    }
    const query = `{ node(id: "${ids.hidden}") { ... on Reward { title } } }`;
    expect(await shop.errorOf(keys().screen, query)).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('an order shows its reward, whatever became of it', async () => {
    const id = ids.everybody ?? '';
    await shop.redeem('ada', id);
    await shop.change(id, { state: 'DRAFT' });
    const { me } = await shop.ask(
      ada,
      '{ me { redemptions { edges { node { reward { title } } } } } }',
    );
    expect(me.redemptions.edges).toEqual([{ node: { reward: { title: 'everybody' } } }]);
  });

  it('tells whom it is for to keys only', async () => {
    const query = `{ reward(id: "${ids.vips}") { audience } }`;
    expect(await shop.ask(keys().service, query)).toEqual({
      reward: { audience: { tags: ['vip'] } },
    });
    expect(await shop.errorOf(ada, query)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a filter', () => {
  beforeEach(async () => {
    await shop.add({ title: 'Blue Mug', kind: 'GOODS', tags: ['home', 'blue'], price: 50 });
    await shop.add({ title: 'Red mug', kind: 'GOODS', tags: ['home'], price: 51 });
    await shop.add({ title: '100% off_', kind: 'COUPON', tags: ['blue'], price: 5 });
    await shop.add({
      ...{ title: 'Café', price: 60 },
      tierPrices: [{ tier: 'gold', price: 1 }],
    });
  });

  it.each([
    ['kinds: [GOODS]', ['Blue Mug', 'Red mug']],
    ['kinds: [GOODS, VIRTUAL]', ['Blue Mug', 'Red mug', 'Café']],
    ['tags: ["blue"]', ['Blue Mug', '100% off_']],
    ['tags: ["blue", "home"]', ['Blue Mug', 'Red mug', '100% off_']],
    ['tags: ["none"]', []],
    ['search: "MUG"', ['Blue Mug', 'Red mug']],
    ['search: "%"', ['100% off_']],
    ['search: "CAFÉ"', ['Café']],
    ['affordable: true', ['Blue Mug', '100% off_']],
    ['affordable: false', ['Blue Mug', 'Red mug', '100% off_', 'Café']],
    ['affordable: true, kinds: [GOODS], tags: ["blue"], search: "b"', ['Blue Mug']],
    ['kinds: null, tags: null, search: null', ['Blue Mug', 'Red mug', '100% off_', 'Café']],
  ])('%s', async (filter, found) => {
    expect(await shop.titles(ada, `filter: {${filter}}`)).toEqual(found);
    expect(await shop.titles(ada, `filter: {${filter}}`, 1)).toEqual(found);
  });

  it('of ids', async () => {
    const { id } = await shop.add({ title: 'One' });
    for (const key of [ada, keys().operator]) {
      expect(await shop.titles(key, `filter: {ids: ["${id}"]}`)).toEqual(['One']);
    }
  });

  it('of what can be afforded needs somebody, and heeds what is held', async () => {
    const query = '{ rewards(filter: {affordable: true}) { edges { cursor } } }';
    for (const key of [keys().operator, keys().service]) {
      expect(await shop.errorOf(key, query)).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: 'filter.affordable',
      });
    }
    await shop.ask(
      keys().service,
      `mutation { holdPoints(input: {${named('ada')}, points: 40, reason: "x",
         expiresAt: "${inDays(1)}"}) { __typename } }`,
    );
    const affordable = 'filter: {affordable: true}';
    expect(await shop.titles(ada, affordable)).toEqual(['100% off_']);
    expect(await shop.titles(await shop.program.token('nobody'), affordable)).toEqual([]);
    shop.clock.advance(DAY);
    expect(await shop.titles(keys().service, `${affordable}, ${named('ada')}`)).toHaveLength(2);
  });
});

it('pages are exact however deep, forwards and backwards', async () => {
  await shop.test.app.pool.query(
    `insert into reward (program_id, title, price, created_at, state)
     select $1, 'R' || n, 1 + n % 7, now(), (case when n % 3 = 0 then 'DRAFT' else 'ON_SALE' end)::reward_state
     from generate_series(1, 700) n`,
    [shop.program.id],
  );
  const wanted = Array.from({ length: 700 }, (_, n) => n + 1)
    .filter((n) => n % 3 !== 0)
    .map((n) => `R${n}`);
  expect(await shop.titles(ada, '', 97)).toEqual(wanted);
  const query = `query ($before: String) { rewards(last: 100, before: $before) {
    edges { node { title } } pageInfo { hasPreviousPage startCursor } } }`;
  const found: string[] = [];
  for (let before: string | null = null, more = true; more; ) {
    const { rewards } = await shop.ask(ada, query, { before });
    found.unshift(...rewards.edges.map(({ node }: { node: { title: string } }) => node.title));
    before = rewards.pageInfo.startCursor;
    more = rewards.pageInfo.hasPreviousPage;
  }
  expect(found).toEqual(wanted);
});
