/** Codes of coupons: given out in order, to one order for ever, and shown to its owner only (S57). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { makeReward, stockOf, type Terms } from './support.ts';

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

const secret = (n: number) => `SECRET-CODE-${n}`;
const codes = (count: number) => Array.from({ length: count }, (_, n) => secret(n));
const coupon = (terms: Terms = {}) =>
  makeReward(eco.test, eco.program, { kind: 'COUPON', codes: codes(5), ...terms });
const service = () => eco.program.keys.service;
const buy = (rewardId: string, quantity = 1) =>
  eco.send('redeemReward', { member: { externalId: 'ada' }, rewardId, quantity }, service());
const use = (rewardId: string, code: string, more: object = {}) =>
  eco.send('useRewardCode', { rewardId, code, ...more }, service());
const textsOf = ({ redemption }: { redemption: { codes: { code: string }[] } }) =>
  redemption.codes.map(({ code }) => code);
const statesOf = ({ redemption }: { redemption: { codes: { state: string }[] } }) =>
  redemption.codes.map(({ state }) => state);

describe('a coupon', () => {
  it('is issued at once, with codes in the order of their import', async () => {
    const { id, rowId } = await coupon();
    const first = await buy(id, 2);
    expect(first.redemption.state).toBe('ISSUED');
    expect(textsOf(first)).toEqual([secret(0), secret(1)]);
    const [second, third] = await Promise.all([buy(id), buy(id)]);
    expect([...textsOf(second), ...textsOf(third)].sort()).toEqual([secret(2), secret(3)]);
    expect(await stockOf(eco.test, rowId)).toBe(1);
    expect(await buy(id, 2)).toMatchObject({ code: 'OUT_OF_STOCK', stock: 1 });
  });

  it('that waits for its confirmation gets its codes with it', async () => {
    const { id, rowId } = await coupon({ reserveMinutes: 5 });
    const { redemption } = await buy(id, 3);
    expect(redemption).toMatchObject({ state: 'RESERVED', codes: [] });
    expect(await stockOf(eco.test, rowId)).toBe(2);
    const redemptionId = redemption.id;
    await eco.send('cancelRedemption', { redemptionId, units: 1 });
    expect(await stockOf(eco.test, rowId)).toBe(3);
    const confirmed = await eco.send('confirmRedemption', { redemptionId }, service());
    expect(confirmed.redemption.state).toBe('ISSUED');
    expect(textsOf(confirmed)).toEqual([secret(0), secret(1)]);
    // A repeat gives no more of them.
    const again = await eco.send('confirmRedemption', { redemptionId }, service());
    expect(textsOf(again)).toEqual([secret(0), secret(1)]);
    expect(await stockOf(eco.test, rowId)).toBe(3);
  });

  it('of which units are given back loses their codes, and stock gets none', async () => {
    const { id, rowId } = await coupon();
    const { redemption } = await buy(id, 3);
    const redemptionId = redemption.id;
    const part = await eco.send('cancelRedemption', { redemptionId, units: 2 });
    expect(part.redemption).toMatchObject({ state: 'ISSUED', cancelledUnits: 2, refunded: 20 });
    expect(statesOf(part)).toEqual(['ASSIGNED', 'VOID', 'VOID']);
    expect(await use(id, secret(2))).toMatchObject({ code: 'CODE_NOT_USABLE', state: 'VOID' });
    expect(await stockOf(eco.test, rowId)).toBe(2);
    const all = await eco.send('cancelRedemption', { redemptionId });
    expect(all.redemption.state).toBe('CANCELLED');
    expect(statesOf(all)).toEqual(['VOID', 'VOID', 'VOID']);
    expect(await stockOf(eco.test, rowId)).toBe(2);
  });

  it('fails as a whole while nothing of it was used', async () => {
    const { id } = await coupon();
    const failed = await eco.send('fulfilRedemption', {
      ...{ redemptionId: (await buy(id, 2)).redemption.id, state: 'FAILED', note: 'bad batch' },
    });
    expect(failed.redemption).toMatchObject({ state: 'FAILED', refunded: 20 });
    expect(statesOf(failed)).toEqual(['VOID', 'VOID']);
    expect(failed.member.points.available).toBe(100);
    const { redemption } = await buy(id, 2);
    await use(id, secret(2));
    const input = { redemptionId: redemption.id, state: 'FAILED' };
    expect(await eco.send('fulfilRedemption', input)).toMatchObject({
      ...{ code: 'REDEMPTION_MOVE_REFUSED', from: 'ISSUED', to: 'FAILED' },
    });
  });
});

describe('a code', () => {
  it('is used once; its order is used when all of it is', async () => {
    const { id } = await coupon();
    await buy(id, 2);
    const first = await use(id, secret(1), { idempotencyKey: 'scan-1' });
    expect(first.redemption.state).toBe('ISSUED');
    expect(statesOf(first)).toEqual(['ASSIGNED', 'USED']);
    expect(first.redemption.codes[1].usedAt).toBe('2026-03-10T12:00:00.000Z');
    expect(await use(id, secret(1), { idempotencyKey: 'scan-1' })).toMatchObject({
      replayed: true,
    });
    expect(await use(id, secret(1))).toMatchObject({ code: 'CODE_NOT_USABLE', state: 'USED' });
    expect((await use(id, secret(0))).redemption.state).toBe('USED');
  });

  it('that was used cannot be cancelled, and the rest can (S56)', async () => {
    const { id } = await coupon();
    const { redemption } = await buy(id, 3);
    await use(id, secret(1));
    const cancel = (units?: number) =>
      eco.send('cancelRedemption', { redemptionId: redemption.id, units });
    expect(await cancel(3)).toMatchObject({ code: 'TOO_MANY_UNITS', left: 2, required: 3 });
    const rest = await cancel();
    expect(rest.redemption).toMatchObject({ state: 'USED', cancelledUnits: 2, refunded: 20 });
    expect(statesOf(rest)).toEqual(['VOID', 'USED', 'VOID']);
    expect((await cancel()).code).toBe('REDEMPTION_MOVE_REFUSED');
  });

  it('of nobody, or of another reward, is not good', async () => {
    const { id } = await coupon();
    const { id: other } = await coupon({ codes: ['THEIRS'] });
    expect(await use(id, secret(0))).toMatchObject({ code: 'CODE_NOT_USABLE', state: 'AVAILABLE' });
    await buy(other);
    expect((await use(id, 'THEIRS')).code).toBe('CODE_NOT_FOUND');
    expect((await use(id, 'nothing')).code).toBe('CODE_NOT_FOUND');
    const theirs = await economies.open();
    const input = { rewardId: other, code: 'THEIRS' };
    const answer = await eco.send('useRewardCode', input, theirs.program.keys.service);
    expect(answer.code).toBe('CODE_NOT_FOUND');
  });

  it('is used by telling that the order was', async () => {
    const { id } = await coupon();
    const { redemption } = await buy(id, 2);
    const used = await eco.send('fulfilRedemption', { redemptionId: redemption.id, state: 'USED' });
    expect(statesOf(used)).toEqual(['USED', 'USED']);
  });

  it('belongs to its order for ever: the database says so, too', async () => {
    const { id, rowId } = await coupon();
    await buy(id);
    const { pool } = eco.test.app;
    for (const statement of [
      `update reward_code set redemption_id = 1000000 where reward_id = $1 and state = 'ASSIGNED'`,
      `update reward_code set state = 'AVAILABLE', redemption_id = null where reward_id = $1`,
      `delete from reward_code where reward_id = $1 and state = 'ASSIGNED'`,
    ]) {
      await expect(pool.query(statement, [rowId])).rejects.toThrow(/never another's/);
    }
  });
});

describe('what codes say', () => {
  it('is for the member and SERVICE keys; operators see the last four characters', async () => {
    const { id } = await coupon({ codes: ['ABCDE-12345', 'abcd'] });
    const { redemption } = await buy(id, 2);
    const query = `query ($id: ID!) { node(id: $id) { ... on Redemption { codes { code } } } }`;
    const shown = async (key: string) =>
      textsOf({
        redemption: (await eco.test.ask(key, query, { id: redemption.id })).data.node,
      });
    expect(await shown(await eco.program.token('ada'))).toEqual(['ABCDE-12345', 'abcd']);
    expect(await shown(service())).toEqual(['ABCDE-12345', 'abcd']);
    expect(await shown(eco.program.keys.operator)).toEqual(['…2345', '…cd']);
    const list = '{ redemptions { edges { node { codes { code } } } } }';
    const { data } = await eco.test.ask(eco.program.keys.operator, list);
    expect(JSON.stringify(data)).not.toMatch(/ABCDE|abcd/);
  });

  it('is in no other table: receipts, events, lines, histories, audit', async () => {
    const { id } = await coupon({ reserveMinutes: 5 });
    const keyed = { member: { externalId: 'ada' }, rewardId: id, idempotencyKey: 'k' };
    const { redemption } = await eco.send('redeemReward', { ...keyed, quantity: 3 });
    const about = { redemptionId: redemption.id, idempotencyKey: 'k' };
    await eco.send('confirmRedemption', about);
    await use(id, secret(0), { idempotencyKey: 'k' });
    await eco.send('cancelRedemption', { ...about, units: 1 });
    await eco.send('fulfilRedemption', { ...about, state: 'USED' });
    const { pool } = eco.test.app;
    const { rows: tables } = await pool.query(
      `select quote_ident(table_name) as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'reward_code'`,
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      const { rows } = await pool.query(
        `select count(*)::int as n from ${name} t where to_jsonb(t)::text like '%SECRET-CODE%'`,
      );
      expect([name, rows[0].n]).toEqual([name, 0]);
    }
  });
});
