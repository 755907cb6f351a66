/** Many at once, on one node and on two: balances, caps and budgets hold to the point. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asker, type TestApp } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { type Economy, fixed, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let second: TestApp;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  second = await openSecondApp(economies.test);
});
afterAll(async () => {
  await second.close();
  await economies.close();
});

const hundred = Array.from({ length: 100 }, (_, call) => call);

describe.each([1, 2])('on %i node(s)', (nodes) => {
  let eco: Economy;
  let askers: TestApp['ask'][];
  beforeAll(() => {
    askers = [economies.test.ask, nodes === 2 ? asker(second.app) : economies.test.ask];
  });

  async function onNode(call: number, mutation: string) {
    const ask = askers[call % 2] as TestApp['ask'];
    const { data, errors } = await ask(eco.program.keys.service, `mutation { ${mutation} }`);
    expect(errors).toBeUndefined();
    return Object.values(data)[0] as {
      code?: string;
      awards: { points: number; wanted: number; limits: { limit: string; room: number }[] }[];
    };
  }
  const act = (call: number, externalId: string, type: string, value = 0) =>
    onNode(
      call,
      `recordActivity(input: {member: {externalId: "${externalId}"}, type: "${type}",
         value: ${value}, reference: "${type}-${call}"}) {
         ... on RecordActivityPayload { awards { points wanted limits { limit room } } }
         ... on Refusal { code } }`,
    );
  const awardOf = async (...given: Parameters<typeof act>) => {
    const [award] = (await act(...given)).awards;
    if (award === undefined) throw new Error('an award is told, even of 0 points');
    return award;
  };
  const sum = (awards: readonly { points: number }[]) =>
    awards.reduce((total, { points }) => total + points, 0);

  it('100 redemptions of 1 on a balance of 50, with 20 held beside: exactly 50', async () => {
    eco = await economies.open();
    await eco.enrol('ada');
    await eco.done('adjustPoints', 'ada', { amount: 70, reason: 'start' });
    const expiresAt = new Date(eco.clock.now().getTime() + 3_600_000).toISOString();
    await eco.done('holdPoints', 'ada', { points: 20, reason: 'hotel', expiresAt });
    const rewardId = await eco.reward(1);
    const results = await Promise.all(
      hundred.map((call) =>
        onNode(
          call,
          `redeemReward(input: {member: {externalId: "ada"}, rewardId: "${rewardId}"}) {
             __typename ... on Refusal { code } }`,
        ),
      ),
    );
    expect(results.filter(({ code }) => code === undefined)).toHaveLength(50);
    expect(results.filter(({ code }) => code === 'INSUFFICIENT_POINTS')).toHaveLength(50);
    expect(await eco.points('ada')).toMatchObject({ available: 0, held: 20 });
  });

  it('100 activities against a cap of 500 a day: 500 in all, wanted and given kept (S37)', async () => {
    eco = await economies.open();
    await eco.enrol('ada');
    await eco.earning('walk', fixed('walk', 7, { caps: [{ period: 'DAY', points: 500 }] }));
    const awards = await Promise.all(hundred.map((call) => awardOf(call, 'ada', 'walk')));
    expect(sum(awards)).toBe(500);
    for (const { points, wanted, limits } of awards) {
      expect(wanted).toBe(7);
      const room = points < 7 ? [{ limit: 'CAP earning:walk DAY', room: points }] : [];
      expect(limits).toEqual(room);
    }
    expect(awards.map(({ points }) => points).toSorted((a, b) => b - a)).toEqual(
      hundred.map((n) => (n < 71 ? 7 : n === 71 ? 3 : 0)),
    );
    const lines = await eco.ledger('ada');
    expect(lines).toHaveLength(72);
    expect(lines.filter(({ amount, wanted }) => amount !== wanted)).toMatchObject([
      { amount: 3, wanted: 7 },
    ]);
  });

  it('100 activities of two rules against one cap for all: never more', async () => {
    eco = await economies.open();
    await eco.enrol('ada');
    await eco.policy({
      caps: [
        { period: 'WEEK', points: 333 },
        { period: 'MONTH', points: 350 },
      ],
    });
    await eco.earning('walk', fixed('walk', 5));
    await eco.earning('run', fixed('run', 11));
    const types = ['walk', 'run'];
    const results = await Promise.all(
      hundred.map((call) => awardOf(call, 'ada', types[call % 4 < 2 ? 0 : 1] ?? '')),
    );
    expect(sum(results)).toBe(333);
    expect((await eco.points('ada')).lifetimeEarned).toBe(333);
  });

  it('100 members against a budget of 333: exactly that, and then nothing (S38)', async () => {
    eco = await economies.open();
    await Promise.all(hundred.map((n) => eco.enrol(`m${n}`)));
    await eco.earning('walk', fixed('walk', 10, { budget: 333 }));
    const awards = await Promise.all(hundred.map((n) => awardOf(n, `m${n}`, 'walk')));
    expect(sum(awards)).toBe(333);
    expect(awards.filter(({ points }) => points === 10)).toHaveLength(33);
    expect(awards.filter(({ points }) => points === 3)).toHaveLength(1);
    for (const { points, wanted, limits } of awards) {
      expect(wanted).toBe(10);
      const brake = points < 10 ? [{ limit: 'BUDGET earning:walk@1', room: points }] : [];
      expect(limits).toEqual(brake);
    }
    expect(await spent('walk')).toBe(333);
  });

  it('100 members against a campaign’s budget: it adds exactly that', async () => {
    eco = await economies.open();
    await Promise.all(hundred.map((n) => eco.enrol(`m${n}`)));
    await eco.earning('walk', fixed('walk', 10));
    const when = { firstDate: '2026-03-01', lastDate: '2026-03-31' };
    await eco.campaign('triple', { when, percent: 300, budget: 505 });
    const awards = await Promise.all(hundred.map((n) => awardOf(n, `m${n}`, 'walk')));
    expect(sum(awards)).toBe(1_000 + 505);
    expect(awards.filter(({ points }) => points === 10)).toHaveLength(74);
    expect(await spent('triple')).toBe(505);
  });

  it('50 returns of one item each of 30: 30 are taken, the others refused', async () => {
    eco = await economies.open();
    await eco.enrol('ada');
    await eco.earning('buy', fixed('buy', 100));
    await eco.done('recordActivity', 'ada', { type: 'buy', reference: 'x', units: 30 });
    const results = await Promise.all(
      hundred.slice(50).map((call) =>
        onNode(
          call,
          `reverseActivity(input: {member: {externalId: "ada"}, type: "buy", reference: "x",
             units: 1}) { __typename ... on Refusal { code } }`,
        ),
      ),
    );
    expect(results.filter(({ code }) => code === undefined)).toHaveLength(30);
    expect(results.filter(({ code }) => code === 'ALREADY_REVERSED')).toHaveLength(20);
    expect(await eco.points('ada')).toMatchObject({ available: 0, lifetimeEarned: 0, debt: 0 });
  });

  async function spent(key: string): Promise<number> {
    const { rows } = await economies.test.app.pool.query(
      `select b.spent from rule_budget b join rule r on r.id = b.rule_id
       where r.program_id = $1 and r.key = $2`,
      [eco.program.id, key],
    );
    return Number(rows[0]?.spent);
  }
});
