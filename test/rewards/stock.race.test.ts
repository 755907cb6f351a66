/** Stock that operators change while it is being sold: nothing is lost, nothing sold twice. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../src/platform/db.ts';
import { findBreaches } from '../support/invariants.ts';
import { openShops, type Shop } from './shop.ts';

let shops: Awaited<ReturnType<typeof openShops>>;
let shop: Shop;
const BUYERS = 12;

beforeAll(async () => {
  shops = await openShops();
  shop = await shops.open({ withTiers: false });
  for (let n = 0; n < BUYERS; n += 1) await shop.enrol(`m${n}`, 10_000);
});
afterAll(async () => {
  expect(await findBreaches(shops.test.app.pool)).toEqual([]);
  await shops.close();
});

/** Buys in parallel, a few rounds each; answers how many orders were made. */
async function buyAll(rewardId: string, rounds: number): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: BUYERS }, async (_, n) => {
      const codes: (string | undefined)[] = [];
      for (let round = 0; round < rounds; round += 1) {
        codes.push((await shop.redeem(`m${n}`, rewardId)).code);
      }
      return codes;
    }),
  );
  const codes = answers.flat();
  expect(codes.filter((code) => code !== undefined && code !== 'OUT_OF_STOCK')).toEqual([]);
  return codes.filter((code) => code === undefined).length;
}

it('adjusted while it sells: stock = what there was + adjusted − sold', async () => {
  const { id } = await shop.add({ stock: 40 });
  const changes = [7, -3, 5, -2, 11, -4, 1, 6];
  const [sold, ...adjusted] = await Promise.all([
    buyAll(id, 6),
    ...changes.map((by) => shop.send('adjustStock', { rewardId: id, by })),
  ]);
  const moved = adjusted.reduce(
    (sum, { code }, index) => sum + (code === undefined ? (changes[index] ?? 0) : 0),
    0,
  );
  expect((await shop.read(id, 'stock')).stock).toBe(40 + moved - sold);
  expect(sold).toBeGreaterThan(0);
});

it('terms changed while it sells lose no sale', async () => {
  const { id } = await shop.add({ stock: 1_000 });
  const [sold] = await Promise.all([
    buyAll(id, 5),
    ...Array.from({ length: 20 }, (_, n) => shop.change(id, { title: `Thing ${n}` })),
  ]);
  expect(sold).toBe(5 * BUYERS);
  expect((await shop.read(id, 'stock')).stock).toBe(1_000 - sold);
});

it('set while it sells: every later sale is counted from there', async () => {
  const { id } = await shop.add({ stock: 500 });
  const [, answer] = await Promise.all([buyAll(id, 5), shop.change(id, { stock: 300 })]);
  expect(answer.code).toBeUndefined();
  const { stock } = await shop.read(id, 'stock');
  expect(stock).toBeGreaterThanOrEqual(300 - 5 * BUYERS);
  expect(stock).toBeLessThanOrEqual(300);
});

it('codes imported, withdrawn and given away at once: stock = available codes', async () => {
  const { id } = await shop.add({ kind: 'COUPON' });
  const codes = (batch: number) => Array.from({ length: 50 }, (_, n) => `B${batch}-${n}-CODE`);
  const row = Number(Buffer.from(id, 'base64').toString().split(':')[1]);
  /** As the engine does: under the reward's lock, stock and code together. */
  const give = () =>
    inTransaction(shop.test.app.pool, async (client) => {
      await client.query('select id from reward where id = $1 for update', [row]);
      await client.query(
        `with given as (update reward_code set state = 'ASSIGNED', redemption_id = 1 where id = (
           select min(id) from reward_code where reward_id = $1 and state = 'AVAILABLE') returning 1)
         update reward set stock = stock - (select count(*) from given) where id = $1`,
        [row],
      );
    });
  await Promise.all([
    ...[0, 1, 2, 3, 1, 2].map((batch) =>
      shop.send('importRewardCodes', { rewardId: id, codes: codes(batch) }),
    ),
    ...Array.from({ length: 10 }, give),
    shop.send('withdrawRewardCodes', { rewardId: id, codes: codes(3) }),
  ]);
  const { rows } = await shop.test.app.pool.query(
    `select r.stock, (select count(*) from reward_code c where c.reward_id = r.id
       and c.state = 'AVAILABLE')::int as available from reward r where id = ${row}`,
  );
  expect(rows[0].stock).toBe(rows[0].available);
});
