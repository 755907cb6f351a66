/** What comes back goes to the lots that paid, with their expiry (S35). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, fixed, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { makeReward } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
let rewardId: string;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
  rewardId = (await makeReward(eco.test, eco.program, { kind: 'GOODS' })).id;
  await eco.earning('brief', fixed('brief', 30, { expiry: { until: 'END_OF_DAY' } }));
  await eco.earning('long', fixed('long', 40, { expiry: { until: 'END_OF_DAY', days: 30 } }));
  await eco.earning('ever', fixed('ever', 30));
});

const buy = async (quantity: number): Promise<string> =>
  (await eco.done('redeemReward', 'ada', { rewardId, quantity })).redemption.id;
const cancel = (redemptionId: string, units?: number) =>
  eco.send('cancelRedemption', { redemptionId, units });
/** What is left of each lot, oldest first. */
const lots = async () => {
  const { rows } = await eco.test.app.pool.query(
    `select l.remaining, to_char(l.expires_at, 'YYYY-MM-DD"T"HH24:MI') as expires from lot l
     join member m on m.id = l.member_id where m.program_id = $1 order by l.seq`,
    [eco.program.id],
  );
  return rows.map(({ remaining, expires }) => [remaining, expires]);
};
const end = { brief: '2026-03-10T23:00', long: '2026-04-09T22:00' };
const kinds = async () => (await eco.ledger('ada')).map(({ kind, amount }) => `${kind} ${amount}`);

describe('a refund', () => {
  it('gives back what was taken last first, in parts that are together the whole', async () => {
    for (const type of ['ever', 'long', 'brief']) await eco.act('ada', type);
    const id = await buy(9); // 30 brief, 40 long, 20 ever.
    expect(await lots()).toEqual([
      [10, null],
      [0, end.long],
      [0, end.brief],
    ]);
    await cancel(id, 3);
    expect(await lots()).toEqual([
      [30, null],
      [10, end.long],
      [0, end.brief],
    ]);
    await cancel(id, 5);
    expect(await lots()).toEqual([
      [30, null],
      [40, end.long],
      [20, end.brief],
    ]);
    const { member } = await cancel(id);
    expect(member.points).toMatchObject({ available: 100, lifetimeEarned: 100 });
    expect(member.points.expiring.map(({ points }: { points: number }) => points)).toEqual([
      30, 40,
    ]);
    expect((await kinds()).slice(3)).toEqual(['SPEND -90', 'REFUND 30', 'REFUND 50', 'REFUND 10']);
  });

  it('says why, in words', async () => {
    await eco.act('ada', 'ever');
    await cancel(await buy(2), 1);
    const line = (await eco.ledger('ada')).at(-1);
    expect(line).toMatchObject({ kind: 'REFUND', reason: 'REFUND', amount: 10 });
    expect(line.explanation).toMatch(/^1 × Thing \d+ given back, 10 points each\.$/);
    expect(line.zh).toMatch(/^退还 Thing \d+ × 1，每件 10 积分。$/);
  });

  it('to a lot that expired meanwhile stays expired without days of grace', async () => {
    await eco.act('ada', 'brief');
    await eco.act('ada', 'ever');
    const [one, two] = [await buy(2), await buy(2)]; // 20 brief; 10 brief and 10 ever.
    eco.clock.advance(DAY);
    await cancel(two, 1);
    expect((await eco.points('ada')).available).toBe(30);
    await cancel(two, 1);
    await cancel(one, 1);
    await cancel(one, 1);
    expect((await eco.points('ada')).available).toBe(30);
    expect(await lots()).toEqual([
      [0, end.brief],
      [30, null],
    ]);
    const gone = ['REFUND 10', 'EXPIRY -10'];
    expect((await kinds()).slice(4)).toEqual(['REFUND 10', ...gone, ...gone, ...gone]);
  });

  it('to a lot that expired meanwhile lives on for the days of grace', async () => {
    await eco.policy({ refundGraceDays: 7 });
    await eco.act('ada', 'brief');
    await eco.act('ada', 'ever');
    const id = await buy(4); // 30 brief, 10 ever.
    eco.clock.advance(DAY);
    await cancel(id, 2); // 10 ever, 10 brief.
    expect(await lots()).toEqual([
      [0, end.brief],
      [30, null],
      [10, '2026-03-18T12:00'],
    ]);
    const line = (await eco.ledger('ada')).at(-1);
    expect(line).toMatchObject({ kind: 'REFUND', amount: 20 });
    expect(line.explanation).toContain('10 of them had expired and live on');
    await cancel(id);
    expect((await eco.points('ada')).expiring).toEqual([
      { at: '2026-03-18T12:00:00.000Z', points: 30 },
    ]);
    eco.clock.advance(7 * DAY);
    await eco.job('expirePoints');
    expect((await eco.points('ada')).available).toBe(30);
  });

  it('repays what is owed first, and what is left of it is there to spend', async () => {
    await eco.act('ada', 'ever');
    const id = await buy(3);
    const { seq } = (await eco.ledger('ada'))[0];
    await eco.done('reverseEntry', 'ada', { seq });
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 30 });
    await cancel(id, 1);
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 20 });
    await cancel(id);
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 0, lifetimeEarned: 0 });
    await eco.act('ada', 'ever');
    expect(await eco.points('ada')).toMatchObject({ available: 30 });
  });

  it('gives back what a reversal did not recover: by policy it was forgone', async () => {
    await eco.policy({ reversal: 'ONLY_LOT' });
    await eco.act('ada', 'ever');
    const id = await buy(2);
    await eco.done('reverseEntry', 'ada', { seq: 1 });
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 0 });
    await cancel(id);
    expect(await eco.points('ada')).toMatchObject({ available: 20, debt: 0 });
  });

  it('to a lot of which a hold has pinned the rest leaves the hold alone', async () => {
    await eco.act('ada', 'brief');
    const id = await buy(1);
    const expiresAt = new Date(eco.clock.now().getTime() + 2 * DAY).toISOString();
    await eco.done('holdPoints', 'ada', { points: 20, reason: 'x', expiresAt });
    eco.clock.advance(DAY);
    await cancel(id); // Expires with its lot; what is pinned does not.
    expect(await eco.points('ada')).toMatchObject({ available: 0, held: 20 });
    eco.clock.advance(DAY);
    await eco.job('expireHolds');
    await eco.job('expirePoints');
    expect(await eco.points('ada')).toMatchObject({ available: 0, held: 0 });
    expect((await kinds()).slice(1)).toEqual([
      'SPEND -10',
      'REFUND 10',
      'EXPIRY -10',
      'EXPIRY -20',
    ]);
  });

  it('of two orders at once from one lot gives each its own', async () => {
    await eco.act('ada', 'long');
    const ids = [await buy(1), await buy(1), await buy(2)];
    await Promise.all(ids.map((id) => cancel(id)));
    expect(await lots()).toEqual([[40, end.long]]);
    await cancel(await buy(4));
    await buy(4);
    expect(await lots()).toEqual([[0, end.long]]);
  });

  it('counts for no tier, board or cap: it is not earned', async () => {
    await eco.act('ada', 'ever');
    const before = (await eco.points('ada')).lifetimeEarned;
    await cancel(await buy(3));
    expect((await eco.points('ada')).lifetimeEarned).toBe(before);
    eco.clock.advance(HOUR);
  });
});
