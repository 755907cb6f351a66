/** Every "no" about orders, and that it changes nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/engine/operation.ts';
import { fromGlobalId, toGlobalId } from '../../src/graphql/ids.ts';
import { cancelRedemption, expireRedemption } from '../../src/redemptions/cancel-redemption.ts';
import { confirmRedemption } from '../../src/redemptions/confirm-redemption.ts';
import { fulfilRedemption } from '../../src/redemptions/fulfil-redemption.ts';
import { useRewardCode } from '../../src/redemptions/use-reward-code.ts';
import { type Command, DAY, type Economy, openEconomies } from '../economy/api.ts';
import { createTestProgram } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { makeReward, type Terms } from './support.ts';

const START = '2026-03-10T12:00:00Z';
let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
  await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'start' });
});

const reward = async (terms: Terms = {}) => (await makeReward(eco.test, eco.program, terms)).id;
const redeem = (rewardId: string, more: object = {}) =>
  eco.send('redeemReward', { member: { externalId: 'ada' }, rewardId, ...more });
const ordered = async (terms: Terms = {}, quantity = 1): Promise<string> =>
  (await redeem(await reward(terms), { quantity })).redemption.id;
const token = () => eco.program.token('ada');

/** What is stored of the program, to see that nothing changed. */
async function everything() {
  const { rows } = await eco.test.app.pool.query(
    `select (select json_agg(a) from account a where program_id = $1) as a,
            (select json_agg(r order by id) from redemption r where program_id = $1) as o,
            (select json_agg(w order by id) from reward w where program_id = $1) as w,
            (select json_agg(c order by id) from reward_code c where program_id = $1) as c,
            (select count(*) from event where program_id = $1) as e`,
    [eco.program.id],
  );
  return rows[0];
}

async function refused(name: Command, input: object, key = eco.program.keys.operator) {
  const before = await everything();
  const answer = await eco.send(name, input, key);
  expect(answer.code).toBeDefined();
  expect(await everything()).toEqual(before);
  return answer;
}

describe('redeemReward', () => {
  it('to nobody, or of nothing', async () => {
    const rewardId = await reward();
    const member = { externalId: 'zoe' };
    expect((await refused('redeemReward', { member, rewardId })).code).toBe('MEMBER_NOT_FOUND');
    const other = await createTestProgram(eco.test.app);
    const { id } = await makeReward(eco.test, other);
    for (const one of [toGlobalId('Reward', 999_999), id, await reward({ state: 'DRAFT' })]) {
      expect((await redeem(one)).code).toBe('REWARD_NOT_FOUND');
    }
  });

  it.each([
    ['withdrawn', { state: 'WITHDRAWN' }, false],
    ['not yet sold', { startsAt: '2026-03-10T12:00:00.001Z' }, false],
    ['sold from now on', { startsAt: START }, true],
    ['sold until now', { endsAt: START }, false],
    ['sold for a millisecond more', { endsAt: '2026-03-10T12:00:00.001Z' }, true],
  ] as const)('of what is %s', async (_what, terms, sold) => {
    const input = { member: { externalId: 'ada' }, rewardId: await reward(terms) };
    if (sold) expect((await eco.send('redeemReward', input)).code).toBeUndefined();
    else expect((await refused('redeemReward', input)).code).toBe('REWARD_NOT_ON_SALE');
  });

  it('of what is for others; by tag and by tier, which has its price', async () => {
    const vip = await reward({ audience: { tags: ['vip'] } });
    const ofVip = await refused('redeemReward', { member: { externalId: 'ada' }, rewardId: vip });
    expect(ofVip).toMatchObject({ code: 'NOT_ELIGIBLE', tiers: [] });
    await eco.done('updateMember', 'ada', { tags: ['vip'] });
    expect((await redeem(vip)).code).toBeUndefined();
    await eco.tiers({
      ...{ basis: 'LIFETIME', evaluation: 'YEARLY', downgrade: 'NEVER', graceDays: 0 },
      levels: [
        { key: 'basic', name: 'Basic', threshold: 0 },
        { key: 'gold', name: 'Gold', threshold: 500 },
      ],
    });
    const gold = await reward({ audience: { tiers: ['gold'] } });
    expect(await redeem(gold)).toMatchObject({
      ...{ code: 'NOT_ELIGIBLE', tiers: ['gold'] },
      message: 'This reward is locked: it is for members of the tier gold.',
    });
    const staff = await reward({ audience: { tiers: ['gold'], tags: ['staff'] } });
    expect(await redeem(staff)).toMatchObject({ code: 'NOT_ELIGIBLE', tiers: [] });
    const basic = await reward({
      ...{ audience: { tiers: ['basic'] }, price: 30, tierPrices: { basic: 20, gold: 10 } },
    });
    const dear = await refused('redeemReward', {
      ...{ member: { externalId: 'ada' }, rewardId: basic, expectedPrice: 30 },
    });
    expect(dear).toMatchObject({ code: 'PRICE_CHANGED', price: 20 });
    expect((await redeem(basic, { expectedPrice: 20 })).redemption.unitPrice).toBe(20);
  });

  it.each([
    ['DAY', DAY],
    ['WEEK', 7 * DAY],
    ['MONTH', 31 * DAY],
  ] as const)('of more than the limit of a %s; the next one is anew', async (period, ms) => {
    const rewardId = await reward({ limits: [{ period, units: 2 }], price: 1 });
    await redeem(rewardId);
    const input = { member: { externalId: 'ada' }, rewardId };
    expect(await refused('redeemReward', { ...input, quantity: 2 })).toMatchObject({
      ...{ code: 'REDEMPTION_LIMIT_REACHED', limit: 2, period, left: 1 },
    });
    await redeem(rewardId);
    expect((await refused('redeemReward', input)).left).toBe(0);
    eco.clock.advance(ms);
    expect((await redeem(rewardId, { quantity: 2 })).code).toBeUndefined();
  });

  it('of more than there is, or than there are points for', async () => {
    const rewardId = await reward({ stock: 1 });
    const input = { member: { externalId: 'ada' }, rewardId, quantity: 2 };
    expect(await refused('redeemReward', input)).toMatchObject({ code: 'OUT_OF_STOCK', stock: 1 });
    const coupon = { ...input, rewardId: await reward({ kind: 'COUPON', codes: ['a'] }) };
    expect(await refused('redeemReward', coupon)).toMatchObject({ stock: 1 });
    const dear = { ...input, rewardId: await reward({ price: 51 }) };
    expect((await refused('redeemReward', dear)).code).toBe('INSUFFICIENT_POINTS');
  });
});

describe('an order that is not there', () => {
  const commands = [
    ['confirmRedemption', {}],
    ['cancelRedemption', {}],
    ['fulfilRedemption', { state: 'PREPARING' }],
  ] as const;

  it.each(commands)('%s: of another program, or of another member', async (name, more) => {
    const redemptionId = await ordered({ reserveMinutes: 5 });
    for (const id of [toGlobalId('Redemption', 999_999), redemptionId]) {
      const other = await createTestProgram(eco.test.app);
      const key = id === redemptionId ? other.keys.operator : eco.program.keys.operator;
      const answer = await refused(name, { redemptionId: id, ...more }, key);
      expect(answer.code).toBe('REDEMPTION_NOT_FOUND');
    }
    if (name === 'fulfilRedemption') return;
    await eco.enrol('bob');
    const bob = await eco.program.token('bob');
    expect((await refused(name, { redemptionId, ...more }, bob)).code).toBe('REDEMPTION_NOT_FOUND');
  });

  it('is not there for the engine either', async () => {
    const { id: rewardId, rowId } = await makeReward(eco.test, eco.program, {
      ...{ kind: 'COUPON', codes: ['x'] },
    });
    const { redemption } = await redeem(rewardId);
    const { rowId: another } = await makeReward(eco.test, eco.program);
    await eco.enrol('bob');
    const other = await createTestProgram(eco.test.app);
    const redemptionId = fromGlobalId('id', 'Redemption', redemption.id);
    const [code] = await eco.test.app.db.rewardCode.findMany({ where: { rewardId: rowId } });
    const input = { redemptionId, state: 'USED' as const, codeId: Number(code?.id) };
    const before = await everything();
    for (const [programId, externalId, reward] of [
      [eco.program.id, 'bob', rowId],
      [eco.program.id, 'ada', another],
      [other.id, 'ada', rowId],
    ] as const) {
      const viewer = { kind: 'system', programId, name: 'test' } as const;
      const given = { ...input, member: { externalId }, rewardId: reward };
      const operations = [confirmRedemption, cancelRedemption, expireRedemption];
      // Those that do not hold the reward do not ask whose it is.
      if (reward !== another) operations.push(fulfilRedemption as never, useRewardCode as never);
      for (const operation of operations) {
        const run = eco.test.app.engine.run(
          operation as unknown as Operation<object, unknown>,
          viewer,
          given,
        );
        await expect(run).rejects.toMatchObject({
          code: (operation as object) === useRewardCode ? 'CODE_NOT_FOUND' : 'REDEMPTION_NOT_FOUND',
        });
      }
    }
    expect(await everything()).toEqual(before);
  });

  it('is no node for others', async () => {
    const redemptionId = await ordered();
    await eco.enrol('bob');
    const other = await createTestProgram(eco.test.app);
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    const ask = async (key: string) =>
      (await eco.test.ask(key, query, { id: redemptionId })).data?.node?.id ?? null;
    const { operator, service, screen } = eco.program.keys;
    for (const key of [operator, service, await token()]) expect(await ask(key)).toBe(redemptionId);
    for (const key of [screen, other.keys.operator, await eco.program.token('bob')]) {
      expect(await ask(key)).toBeNull();
    }
  });
});

describe('members', () => {
  const cash = { cashAmount: 100n, cashCurrency: 'EUR', reserveMinutes: 5 };

  it('confirm what costs no money, and nothing else', async () => {
    const paid = await ordered(cash);
    const no = await refused('confirmRedemption', { redemptionId: paid }, await token());
    expect(no.code).toBe('NOT_BY_MEMBER');
    expect(no.message).toMatch(/cash part/);
    const redemptionId = await ordered({ reserveMinutes: 5 });
    const yes = await eco.send('confirmRedemption', { redemptionId }, await token());
    expect(yes.redemption.state).toBe('CONFIRMED');
  });

  it('cancel what is reserved; what is confirmed where the reward allows it', async () => {
    const cancel = async (id: string) =>
      eco.send('cancelRedemption', { redemptionId: id }, await token());
    expect((await cancel(await ordered(cash))).redemption.state).toBe('CANCELLED');
    const may = await ordered({ kind: 'GOODS', memberCancels: true }, 2);
    const part = { redemptionId: may, units: 1 };
    expect((await eco.send('cancelRedemption', part, await token())).redemption.refunded).toBe(10);
    await eco.send('fulfilRedemption', { redemptionId: may, state: 'PREPARING' });
    const coupon = { kind: 'COUPON', codes: ['a'], memberCancels: true } as const;
    const whys = [/has begun.* PREPARING/, /memberCancels is false/, /has begun.* ISSUED/];
    for (const id of [may, await ordered({ kind: 'GOODS' }), await ordered(coupon)]) {
      const no = await refused('cancelRedemption', { redemptionId: id }, await token());
      expect(no.code).toBe('NOT_BY_MEMBER');
      expect(no.message).toMatch(whys.shift() ?? /^$/);
    }
    const ended = await ordered({ memberCancels: true });
    await cancel(ended);
    expect(await cancel(ended)).toMatchObject({
      ...{ code: 'REDEMPTION_MOVE_REFUSED', from: 'CANCELLED', to: 'CANCELLED' },
    });
  });
});

describe('a move that is none', () => {
  it.each([
    ['GOODS', 'SHIPPED'],
    ['GOODS', 'USED'],
    ['VIRTUAL', 'USED'],
    ['VIRTUAL', 'PREPARING'],
  ] as const)('of %s to %s', async (kind, state) => {
    const redemptionId = await ordered({ kind });
    expect(await refused('fulfilRedemption', { redemptionId, state })).toMatchObject({
      ...{ code: 'REDEMPTION_MOVE_REFUSED', from: 'CONFIRMED', to: state },
    });
  });

  it('of a reservation, but to confirm or cancel it', async () => {
    for (const kind of ['GOODS', 'COUPON'] as const) {
      const redemptionId = await ordered({ kind, reserveMinutes: 5, codes: [kind], stock: 1 });
      for (const state of ['PREPARING', 'ISSUED', 'FAILED']) {
        const answer = await refused('fulfilRedemption', { redemptionId, state });
        expect(answer).toMatchObject({ from: 'RESERVED', to: state });
      }
    }
  });

  it('says why, and where it may go instead', async () => {
    const redemptionId = await ordered({ kind: 'GOODS' });
    const skipped = await refused('fulfilRedemption', { redemptionId, state: 'SHIPPED' });
    expect(skipped.allowed).toEqual(['PREPARING', 'CANCELLED', 'FAILED']);
    expect(skipped.message).toMatch(/is CONFIRMED: the next step is PREPARING or .* not SHIPPED/);
    const many = await refused('cancelRedemption', { redemptionId, units: 2 });
    expect([many.code, many.left]).toEqual(['TOO_MANY_UNITS', 1]);
    expect(many.message).toMatch(/units of the order/);
    await eco.send('cancelRedemption', { redemptionId });
    const ended = await refused('cancelRedemption', { redemptionId });
    expect([ended.allowed, ended.message]).toEqual([[], 'This order has ended: it is CANCELLED.']);
  });

  it('of what was given back in full', async () => {
    const redemptionId = await ordered({ kind: 'GOODS' });
    await eco.send('cancelRedemption', { redemptionId });
    expect((await refused('cancelRedemption', { redemptionId })).from).toBe('CANCELLED');
    expect((await refused('confirmRedemption', { redemptionId })).from).toBe('CANCELLED');
  });
});

it('more points than can be kept exactly do not come back', async () => {
  const redemptionId = await ordered({ kind: 'GOODS', price: 100 });
  const rest = Number.MAX_SAFE_INTEGER - 50;
  await eco.done('adjustPoints', 'ada', { amount: rest, reason: 'much' });
  for (const [name, more] of [
    ['cancelRedemption', {}],
    ['fulfilRedemption', { state: 'FAILED' }],
  ] as const) {
    expect((await refused(name, { redemptionId, ...more })).code).toBe('BALANCE_OUT_OF_RANGE');
  }
});
