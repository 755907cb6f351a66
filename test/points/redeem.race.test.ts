import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { codeOf, enrol, readMember, run, send } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';

let first: TestApp;
let second: TestApp;
let program: TestProgram;
let members = 0;

beforeAll(async () => {
  bePatient();
  first = await createTestApp();
  second = await openSecondApp(first);
  program = await createTestProgram(first.app);
});
afterAll(async () => {
  expect(await findBreaches(first.app.pool)).toEqual([]);
  await second.close();
  await first.close();
});

/** A member with these points, each amount a lot of its own. */
async function member(...amounts: number[]) {
  members += 1;
  const externalId = `member-${members}`;
  await enrol(first, program.keys.service, externalId);
  for (const amount of amounts) {
    const input = { member: { externalId }, amount, reason: 'test' };
    await run(first, program.keys.operator, 'adjustPoints', input);
  }
  return externalId;
}

async function reward(price: number, stock?: number) {
  const input = { title: `${price} points`, price, stock };
  return (await run(first, program.keys.operator, 'createReward', input)).reward.id as string;
}

async function stockOf(id: string) {
  const query = 'query ($id: ID!) { node(id: $id) { ... on Reward { stock } } }';
  return (await first.ask(program.keys.service, query, { id })).data.node.stock;
}

const available = async (externalId: string) =>
  (await readMember(first, program.keys.service, externalId)).points.available;

/** How often each code was answered; 'done' for a payload. */
function tally(results: readonly { code?: string }[]) {
  const counts: Record<string, number> = {};
  for (const { code = 'done' } of results) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

describe.each([1, 2])('on %i node(s)', (nodes) => {
  const redeem = (call: number, externalId: string, rewardId: string, more: object = {}) =>
    run(nodes === 2 && call % 2 === 1 ? second : first, program.keys.service, 'redeemReward', {
      ...{ member: { externalId }, rewardId },
      ...more,
    });

  it('100 redemptions of 1 at once on a balance of 50: exactly 50 succeed', async () => {
    const externalId = await member(20, 30);
    const rewardId = await reward(1);
    const calls = Array.from({ length: 100 }, (_, call) => redeem(call, externalId, rewardId));
    expect(tally(await Promise.all(calls))).toEqual({ done: 50, INSUFFICIENT_POINTS: 50 });
    expect(await available(externalId)).toBe(0);
    const { rows } = await first.app.pool.query(
      'select count(*) as orders from redemption join member m on m.id = member_id where external_id = $1',
      [externalId],
    );
    expect(rows[0].orders).toBe(50);
  });

  it('two spends of 80 from 100 at once: exactly one (S40)', async () => {
    const rewardId = await reward(80);
    for (let round = 0; round < 10; round += 1) {
      const externalId = await member(100);
      const calls = [redeem(0, externalId, rewardId), redeem(1, externalId, rewardId)];
      expect(tally(await Promise.all(calls))).toEqual({ done: 1, INSUFFICIENT_POINTS: 1 });
      expect(await available(externalId)).toBe(20);
    }
  });

  it('a redemption and a correction of 80 from 100 at once: exactly one', async () => {
    const rewardId = await reward(80);
    const externalId = await member(100);
    const correction = { member: { externalId }, amount: -80, reason: 'test' };
    const results = await Promise.all([
      redeem(1, externalId, rewardId),
      run(first, program.keys.operator, 'adjustPoints', correction),
    ]);
    expect(tally(results)).toEqual({ done: 1, INSUFFICIENT_POINTS: 1 });
    expect(await available(externalId)).toBe(20);
  });

  it('the last unit with 50 buyers: one order, 49 OUT_OF_STOCK, nobody else debited (S52)', async () => {
    const rewardId = await reward(10, 1);
    const buyers = await Promise.all(Array.from({ length: 50 }, () => member(10)));
    const results = await Promise.all(buyers.map((buyer, call) => redeem(call, buyer, rewardId)));
    expect(tally(results)).toEqual({ done: 1, OUT_OF_STOCK: 49 });
    const winner = buyers[results.findIndex(({ code }) => code === undefined)];
    for (const buyer of buyers) expect(await available(buyer)).toBe(buyer === winner ? 0 : 10);
    expect(await stockOf(rewardId)).toBe(0);
    for (const { stock = 0 } of results) expect(stock).toBe(0);
  });

  it('7 units, orders of 2 from 10 buyers: three orders, one unit left', async () => {
    const rewardId = await reward(1, 7);
    const buyers = await Promise.all(Array.from({ length: 10 }, () => member(5)));
    const calls = buyers.map((buyer, call) => redeem(call, buyer, rewardId, { quantity: 2 }));
    expect(tally(await Promise.all(calls))).toEqual({ done: 3, OUT_OF_STOCK: 7 });
    expect(await stockOf(rewardId)).toBe(1);
    const last = buyers[0] ?? '';
    expect(await redeem(0, last, rewardId, { quantity: 2 })).toMatchObject({ stock: 1 });
  });

  it('buyers who cannot pay take no stock from those who can', async () => {
    const rewardId = await reward(10, 5);
    const buyers = await Promise.all(Array.from({ length: 30 }, (_, i) => member(i < 25 ? 9 : 10)));
    const results = await Promise.all(buyers.map((buyer, call) => redeem(call, buyer, rewardId)));
    expect(tally(results.slice(25))).toEqual({ done: 5 });
    expect(tally(results.slice(0, 25)).done).toBeUndefined();
    expect(await stockOf(rewardId)).toBe(0);
  });

  it('two rewards bought in opposite orders by many: no deadlock, all bought', async () => {
    const [one, two] = [await reward(1, 40), await reward(1, 40)];
    const buyers = await Promise.all(Array.from({ length: 40 }, () => member(2)));
    const results = await Promise.all(
      buyers.flatMap((buyer, call) => {
        const order = call % 2 === 0 ? [one, two] : [two, one];
        return order.map((rewardId) => redeem(call, buyer, rewardId));
      }),
    );
    expect(tally(results)).toEqual({ done: 80 });
    expect([await stockOf(one), await stockOf(two)]).toEqual([0, 0]);
  });
});

describe('prices and quantities (S53)', () => {
  it.each([
    // expected price, quantity  answer
    [25, 2, 'done'],
    [24, 2, 'PRICE_CHANGED'],
    [26, 1, 'PRICE_CHANGED'],
    [0, 1, 'PRICE_CHANGED'],
    [undefined, 4, 'done'],
    [25, 5, 'INSUFFICIENT_POINTS'],
    [24, 5, 'PRICE_CHANGED'],
  ])('at 25 a unit, expecting %s for %i units with 100 points: %s', async (...row) => {
    const [expectedPrice, quantity, expected] = row;
    const externalId = await member(100);
    const input = { member: { externalId }, rewardId: await reward(25), quantity, expectedPrice };
    const result = await run(first, program.keys.service, 'redeemReward', input);
    expect(result.code ?? 'done').toBe(expected);
    if (expected === 'PRICE_CHANGED') expect(result.price).toBe(25);
    expect(await available(externalId)).toBe(expected === 'done' ? 100 - 25 * quantity : 100);
  });

  it.each([
    ['rewardId', async () => ({ rewardId: await enrol(first, program.keys.service, 'someone') })],
    ['rewardId', async () => ({ rewardId: 'nothing' })],
    ['quantity', async () => ({ rewardId: await reward(1), quantity: 0 })],
    ['quantity', async () => ({ rewardId: await reward(1), quantity: -1 })],
    ['quantity', async () => ({ rewardId: await reward(1), quantity: 101 })],
    ['expectedPrice', async () => ({ rewardId: await reward(1), expectedPrice: -1 })],
  ])('a wrong %s is named, case %#', async (field, more) => {
    const input = { member: { externalId: await member(100) }, ...(await more()) };
    const answer = await send(first, program.keys.service, 'redeemReward', input);
    expect(codeOf(answer, 'redeemReward')).toBe('BAD_USER_INPUT');
    expect(answer.errors?.[0]?.extensions.field).toContain(field);
  });

  it('a reward of another program is not found', async () => {
    const other = await createTestProgram(first.app);
    const made = await run(first, other.keys.operator, 'createReward', { title: 'x', price: 1 });
    const input = { member: { externalId: await member(100) }, rewardId: made.reward.id };
    const result = await run(first, program.keys.service, 'redeemReward', input);
    expect(result.code).toBe('REWARD_NOT_FOUND');
  });
});
