/** The life of orders of each kind, through the API (S52-S58). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { makeReward, stockOf, type Terms } from './support.ts';

const MINUTE = 60_000;
let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
  await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'start' });
});

const reward = (terms: Terms = {}) => makeReward(eco.test, eco.program, terms);
const buy = (rewardId: string, quantity = 1) =>
  eco.done('redeemReward', 'ada', { rewardId, quantity });
const available = async () => (await eco.points('ada')).available;
const order = async (answer: { redemption: { id: string } }) => {
  const query = `query ($id: ID!) { node(id: $id) { ... on Redemption {
    state cancelledUnits refunded updatedAt changes { from to units note } } } }`;
  const { data } = await eco.test.ask(eco.program.keys.service, query, {
    id: answer.redemption.id,
  });
  return data.node;
};

describe('goods', () => {
  it('are confirmed at once, prepared, shipped and delivered; each step is told', async () => {
    const { id, rowId } = await reward({ kind: 'GOODS', stock: 5 });
    const bought = await buy(id, 2);
    expect(bought.redemption).toMatchObject({
      ...{ kind: 'GOODS', state: 'CONFIRMED', quantity: 2, unitPrice: 10, points: 20 },
      ...{ cancelledUnits: 0, refunded: 0, cash: null, reservedUntil: null, codes: [] },
    });
    const { id: redemptionId } = bought.redemption;
    for (const [state, note] of [
      ['PREPARING', undefined],
      ['SHIPPED', 'Parcel 4711'],
      ['DELIVERED', undefined],
    ]) {
      const moved = await eco.send('fulfilRedemption', { redemptionId, state, note });
      expect(moved.redemption.state).toBe(state);
    }
    const { changes } = await order(bought);
    expect(changes).toEqual([
      { from: null, to: 'CONFIRMED', units: 0, note: null },
      { from: 'CONFIRMED', to: 'PREPARING', units: 0, note: null },
      { from: 'PREPARING', to: 'SHIPPED', units: 0, note: 'Parcel 4711' },
      { from: 'SHIPPED', to: 'DELIVERED', units: 0, note: null },
    ]);
    expect(await stockOf(eco.test, rowId)).toBe(3);
    expect(await available()).toBe(80);
  });

  it('that fail on their way are given back in full, points and stock', async () => {
    const { id, rowId } = await reward({ kind: 'GOODS', stock: 5 });
    const { redemption } = await buy(id, 3);
    await eco.send('cancelRedemption', { redemptionId: redemption.id, units: 1 });
    for (const state of ['PREPARING', 'SHIPPED']) {
      await eco.send('fulfilRedemption', { redemptionId: redemption.id, state });
    }
    const failed = await eco.send('fulfilRedemption', {
      ...{ redemptionId: redemption.id, state: 'FAILED', note: 'lost' },
    });
    expect(failed.redemption).toMatchObject({
      ...{ state: 'FAILED', cancelledUnits: 3, refunded: 30 },
    });
    expect(failed.member.points.available).toBe(100);
    expect(await stockOf(eco.test, rowId)).toBe(5);
  });

  it('are cancelled unit by unit: k units give back k prices, stock and room (S56, S58)', async () => {
    const limits = [{ period: 'DAY', units: 4 }];
    const { id, rowId } = await reward({ kind: 'GOODS', stock: 4, limits });
    const { redemption } = await buy(id, 4);
    expect(
      (await eco.send('redeemReward', { member: { externalId: 'ada' }, rewardId: id })).code,
    ).toBe('REDEMPTION_LIMIT_REACHED');
    const cancel = (units?: number) =>
      eco.send('cancelRedemption', { redemptionId: redemption.id, units, reason: 'too many' });
    expect((await cancel(3)).redemption).toMatchObject({
      ...{ state: 'CONFIRMED', cancelledUnits: 3, refunded: 30 },
    });
    expect(await stockOf(eco.test, rowId)).toBe(3);
    expect(await available()).toBe(90);
    expect(await cancel(2)).toMatchObject({ code: 'TOO_MANY_UNITS', left: 1, required: 2 });
    await buy(id, 3);
    expect((await cancel()).redemption).toMatchObject({ state: 'CANCELLED', refunded: 40 });
    expect(await available()).toBe(70);
    const history = (await order({ redemption })).changes.map(
      ({ to, units, note }: Record<string, unknown>) => [to, units, note],
    );
    expect(history).toEqual([
      ['CONFIRMED', 0, null],
      ['CONFIRMED', 3, 'too many'],
      ['CANCELLED', 1, 'too many'],
    ]);
  });
});

describe('something virtual, and a service', () => {
  it.each(['VIRTUAL', 'SERVICE'] as const)('%s: is issued and used', async (kind) => {
    const { id } = await reward({ kind });
    const { redemption } = await buy(id);
    for (const state of ['ISSUED', 'USED']) {
      const moved = await eco.send('fulfilRedemption', { redemptionId: redemption.id, state });
      expect(moved.redemption.state).toBe(state);
    }
  });
});

describe('a reservation', () => {
  const cash = { cashAmount: 250n, cashCurrency: 'EUR', reserveMinutes: 15 };

  it('waits for its confirmation; the points and the unit are taken', async () => {
    const { id, rowId } = await reward({ ...cash, kind: 'GOODS', stock: 3 });
    const bought = await buy(id, 2);
    expect(bought.redemption).toMatchObject({
      ...{ state: 'RESERVED', reservedUntil: '2026-03-10T12:15:00.000Z' },
      cash: { unit: 250, total: 500, refunded: 0, currency: 'EUR' },
    });
    expect(await available()).toBe(80);
    expect(await stockOf(eco.test, rowId)).toBe(1);
    eco.clock.advance(15 * MINUTE - 1);
    const confirm = () =>
      eco.send('confirmRedemption', { redemptionId: bought.redemption.id, note: 'pay-1' });
    const confirmed = await confirm();
    expect(confirmed.redemption).toMatchObject({ state: 'CONFIRMED' });
    expect(confirmed.redemption.changes.at(-1).note).toBe('pay-1');
    // A repeat changes nothing; further on it is told where the order stands.
    expect((await confirm()).redemption.changes).toHaveLength(2);
    eco.clock.advance(HOUR);
    expect(await eco.job('expireRedemptions')).toBe(0);
    const input = { redemptionId: bought.redemption.id, state: 'PREPARING' };
    await eco.send('fulfilRedemption', input);
    expect(await confirm()).toMatchObject({
      ...{ code: 'REDEMPTION_MOVE_REFUSED', from: 'PREPARING', to: 'CONFIRMED' },
    });
    const part = await eco.send('cancelRedemption', {
      ...{ redemptionId: bought.redemption.id, units: 1 },
    });
    expect(part.redemption.cash).toMatchObject({ total: 500, refunded: 250 });
  });

  it('ends by itself at its instant, and gives back once, on two runs at once', async () => {
    const { id, rowId } = await reward({ reserveMinutes: 15, stock: 3 });
    const { redemption } = await buy(id, 2);
    eco.clock.advance(15 * MINUTE);
    expect((await order({ redemption })).state).toBe('EXPIRED');
    const confirm = await eco.send('confirmRedemption', { redemptionId: redemption.id });
    const cancel = await eco.send('cancelRedemption', { redemptionId: redemption.id });
    for (const refused of [confirm, cancel]) {
      expect(refused).toMatchObject({ code: 'REDEMPTION_MOVE_REFUSED', from: 'EXPIRED' });
    }
    await Promise.all([eco.job('expireRedemptions'), eco.job('expireRedemptions')]);
    expect(await eco.job('expireRedemptions')).toBe(0);
    expect(await order({ redemption })).toMatchObject({
      ...{ state: 'EXPIRED', cancelledUnits: 2, refunded: 20 },
    });
    expect(await available()).toBe(100);
    expect(await stockOf(eco.test, rowId)).toBe(3);
    expect(
      (await eco.ledger('ada')).map(({ kind, amount, reason }) => [kind, amount, reason]),
    ).toEqual([
      ['ADJUSTMENT', 100, 'ADJUSTMENT'],
      ['SPEND', -20, 'REDEMPTION'],
      ['REFUND', 20, 'REFUND'],
    ]);
  });

  it('that is over frees its room in the limit before its job has run', async () => {
    const limits = [{ period: 'EVER', units: 1 }];
    const { id } = await reward({ reserveMinutes: 15, limits });
    await buy(id);
    eco.clock.advance(15 * MINUTE);
    await buy(id);
    await eco.job('expireRedemptions');
    const again = await eco.send('redeemReward', { member: { externalId: 'ada' }, rewardId: id });
    expect(again).toMatchObject({ limit: 1, period: 'EVER', left: 0 });
  });
});

describe('lists', () => {
  it('show a member’s orders by where they stand now', async () => {
    const { id } = await reward({ kind: 'GOODS' });
    const { id: reserved } = await reward({ reserveMinutes: 15 });
    const first = await buy(id);
    await buy(reserved);
    await eco.send('cancelRedemption', { redemptionId: first.redemption.id });
    const states = async (wanted: string) => {
      const fields = `redemptions(states: ${wanted}) { edges { node { state } } }`;
      const { redemptions } = await eco.read('ada', fields);
      return redemptions.edges.map(({ node }: { node: { state: string } }) => node.state);
    };
    expect(await states('[RESERVED, CANCELLED]')).toEqual(['RESERVED', 'CANCELLED']);
    expect(await states('[EXPIRED]')).toEqual([]);
    eco.clock.advance(15 * MINUTE);
    expect(await states('[RESERVED]')).toEqual([]);
    expect(await states('[EXPIRED, CANCELLED]')).toEqual(['EXPIRED', 'CANCELLED']);
    expect(await states('[]')).toEqual([]);
    expect(await states('null')).toEqual(['EXPIRED', 'CANCELLED']);
  });

  it('are fulfilment’s work: by any filter, oldest first, page by page', async () => {
    const [one, two] = [await reward({ kind: 'GOODS' }), await reward({ kind: 'SERVICE' })];
    await eco.enrol('bob');
    await eco.done('adjustPoints', 'bob', { amount: 100, reason: 'start' });
    const names = ['ada', 'bob', 'ada', 'ada'];
    for (const [at, { id }] of [one, two, one, one].entries()) {
      await eco.done('redeemReward', names[at] ?? '', { rewardId: id });
      eco.clock.advance(HOUR);
    }
    const page = async (filter: string, args = '') => {
      const query = `{ redemptions(filter: {${filter}}${args}) { pageInfo { hasNextPage endCursor }
        edges { node { reward { id } member { id externalId } } } } }`;
      const { data, errors } = await eco.test.ask(eco.program.keys.operator, query);
      expect(errors).toBeUndefined();
      return data.redemptions;
    };
    const found = async (filter: string) =>
      (await page(filter)).edges.map(
        // biome-ignore lint/suspicious/noExplicitAny: as asked above.
        ({ node }: any) => `${node.member.externalId} ${node.reward.id === one.id ? 1 : 2}`,
      );
    const all = ['ada 1', 'bob 2', 'ada 1', 'ada 1'];
    const { node } = (await page('member: {externalId: "bob"}')).edges[0];
    for (const [filter, expected] of [
      ['', all],
      ['states: [CONFIRMED]', all],
      ['states: [SHIPPED]', []],
      ['kinds: [SERVICE, COUPON]', ['bob 2']],
      [`rewardIds: ["${one.id}"]`, ['ada 1', 'ada 1', 'ada 1']],
      [`rewardIds: ["${one.id}", "${two.id}"]`, all],
      ['member: {externalId: "bob"}', ['bob 2']],
      [`member: {id: "${node.member.id}"}, kinds: [GOODS]`, []],
      ['member: {externalId: "nobody"}', []],
      ['boughtFrom: "2026-03-10T13:00:00Z"', all.slice(1)],
      ['boughtFrom: "2026-03-10T13:00:00Z", boughtBefore: "2026-03-10T14:00:00Z"', ['bob 2']],
      ['boughtBefore: "2026-03-10T12:00:00Z"', []],
    ] as const) {
      expect([filter, await found(filter)]).toEqual([filter, expected]);
    }
    const ofOne = `rewardIds: ["${one.id}"]`;
    const head = await page(ofOne, ', first: 2');
    expect([head.edges.length, head.pageInfo.hasNextPage]).toEqual([2, true]);
    const rest = await page(ofOne, `, after: "${head.pageInfo.endCursor}"`);
    expect([rest.edges.length, rest.pageInfo.hasNextPage]).toEqual([1, false]);
  });

  it('are walked whole in pages, also where many are of one instant', async () => {
    const { id } = await reward({ kind: 'GOODS' });
    const bought: string[] = [];
    for (const at of [1, 2, 3, 4, 5, 6, 7]) {
      bought.push((await buy(id)).redemption.id);
      if (at % 3 === 0) eco.clock.advance(1);
    }
    for (const [size, cursor, more] of [
      ['first', 'after', 'hasNextPage'],
      ['last', 'before', 'hasPreviousPage'],
    ] as const) {
      const seen: string[] = [];
      for (let place = ''; ; ) {
        const query = `{ redemptions(${size}: 2${place}) { edges { cursor node { id } }
          pageInfo { hasNextPage hasPreviousPage } } }`;
        const { data } = await eco.test.ask(eco.program.keys.operator, query);
        const { edges, pageInfo } = data.redemptions;
        const ids = edges.map(({ node }: { node: { id: string } }) => node.id);
        seen.splice(size === 'first' ? seen.length : 0, 0, ...ids);
        if (!pageInfo[more]) break;
        place = `, ${cursor}: "${edges.at(size === 'first' ? -1 : 0).cursor}"`;
      }
      expect(seen).toEqual(bought);
    }
  });
});

describe('a command with a key', () => {
  it('is answered again and done once', async () => {
    const { id, rowId } = await reward({ kind: 'GOODS', stock: 5 });
    const { redemption } = await buy(id, 5);
    const input = { redemptionId: redemption.id, units: 2, idempotencyKey: 'k' };
    const answers = await Promise.all([1, 2, 3].map(() => eco.send('cancelRedemption', input)));
    expect(answers.filter(({ replayed }) => replayed)).toHaveLength(2);
    const ship = { redemptionId: redemption.id, state: 'PREPARING', idempotencyKey: 'k' };
    for (const replayed of [false, true]) {
      expect((await eco.send('fulfilRedemption', ship)).replayed).toBe(replayed);
    }
    expect(await stockOf(eco.test, rowId)).toBe(2);
    expect(await available()).toBe(70);
  });
});
