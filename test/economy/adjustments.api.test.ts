/** Corrections by hand: reasons and four eyes (S42); notices of expiry (S32). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { bePatient } from '../support/patience.ts';
import { setRule } from '../support/rules.ts';
import { DAY, type Economy, fixed, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
let second: string;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  const role = { programId: eco.program.id, role: 'OPERATOR' as const, name: 'second' };
  second = (await insertApiKey(eco.test.app.db, role, eco.clock.now())).text;
  await eco.enrol('ada');
});

const member = { externalId: 'ada' };

describe('an adjustment', () => {
  beforeEach(() => eco.policy({ adjustmentLimit: 100, adjustmentReasons: ['goodwill', 'error'] }));
  const ask = async (amount: number, more: object = {}) =>
    eco.done('adjustPoints', 'ada', { amount, reason: 'goodwill', ...more });
  const decide = (adjustmentId: string, approve: boolean, key?: string) =>
    eco.send('decideAdjustment', { member, adjustmentId, approve }, key);
  const pending = async () => {
    const query = `{ pendingAdjustments(first: 5) { edges { node {
      id amount reason state member { externalId } } } } }`;
    const { data } = await eco.test.ask(eco.program.keys.operator, query);
    return data.pendingAdjustments.edges.map(({ node }: { node: object }) => node);
  };

  it('needs one of the reasons', async () => {
    const { errors } = await eco.test.ask(
      eco.program.keys.operator,
      'mutation ($input: AdjustPointsInput!) { adjustPoints(input: $input) { __typename } }',
      { input: { member, amount: 1, reason: 'because' } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect((await ask(1, { reason: 'error' })).applied).toBe(true);
  });

  it.each([100, -100])('of exactly the limit, %i, is booked at once', async (amount) => {
    await ask(100);
    expect(await ask(amount)).toMatchObject({ applied: true, adjustmentId: null });
    expect((await eco.points('ada')).available).toBe(100 + amount);
  });

  it('above the limit waits; its maker cannot approve it, a second person can, once', async () => {
    const { adjustmentId, applied } = await ask(101);
    expect(applied).toBe(false);
    expect((await eco.points('ada')).available).toBe(0);
    expect(await pending()).toEqual([
      { id: adjustmentId, amount: 101, reason: 'goodwill', state: 'PENDING', member },
    ]);
    expect((await decide(adjustmentId, true)).code).toBe('SECOND_PERSON_REQUIRED');
    expect(await decide(adjustmentId, true, second)).toMatchObject({ applied: true });
    expect(await pending()).toEqual([]);
    expect(await eco.points('ada')).toMatchObject({ available: 101, lifetimeEarned: 0 });
    const again = await decide(adjustmentId, false, second);
    expect(again).toMatchObject({ code: 'ADJUSTMENT_DECIDED', state: 'APPROVED' });
    expect((await eco.points('ada')).available).toBe(101);
  });

  it('leaves a trace: who asked and who decided, in the list, the line and the audit', async () => {
    const ask2 = async (query: string, key = eco.program.keys.operator) => {
      const answer = await eco.test.ask(key, query);
      expect(answer.errors).toBeUndefined();
      return answer.data;
    };
    const { adjustmentId } = await ask(101);
    const { adjustmentId: rejected } = await ask(102);
    await decide(adjustmentId, true, second);
    await decide(rejected, false, second);
    await ask(-100);
    const asked = { kind: 'KEY', name: expect.any(String), id: expect.any(String) };
    const actors = 'requestedBy { kind id name } decidedBy { kind id name }';
    const all = await ask2(
      `{ adjustments(member: { externalId: "ada" }, first: 1) { edges { node { id state ${actors} } }
          pageInfo { endCursor } }
         approved: adjustments(state: APPROVED, first: 5) { edges { node { id ${actors} } } }
         nobody: adjustments(member: { externalId: "nobody" }) { edges { node { id } } } }`,
    );
    const both = { requestedBy: asked, decidedBy: asked };
    expect(all.adjustments.edges).toEqual([{ node: { id: rejected, state: 'REJECTED', ...both } }]);
    const { requestedBy, decidedBy } = all.adjustments.edges[0].node;
    expect(requestedBy.id).not.toBe(decidedBy.id);
    expect(all.approved.edges).toEqual([{ node: { id: adjustmentId, ...both } }]);
    expect(all.nobody.edges).toEqual([]);
    const next = await ask2(
      `{ adjustments(first: 5, after: "${all.adjustments.pageInfo.endCursor}") { edges { node { id } } } }`,
    );
    expect(next.adjustments.edges).toEqual([{ node: { id: adjustmentId } }]);
    const { ledger } = await eco.read(
      'ada',
      `ledger(first: 5) { edges { node { amount explanation facts ${actors} } } }`,
    );
    expect(ledger.edges.map(({ node }: { node: object }) => node)).toMatchObject([
      { amount: -100, requestedBy: null, decidedBy: null },
      {
        amount: 101,
        explanation: 'Adjusted: goodwill; approved by a second person.',
        requestedBy,
        decidedBy,
      },
    ]);
    expect(JSON.stringify(ledger.edges[1].node.facts)).not.toContain('key:');
    const { audit } = await ask2(
      '{ audit(first: 4) { edges { node { action after actor { id } } } } }',
    );
    expect(audit.edges.map(({ node }: { node: object }) => node)).toMatchObject([
      { action: 'decideAdjustment', after: { state: 'REJECTED' }, actor: { id: decidedBy.id } },
      { action: 'decideAdjustment', after: { state: 'APPROVED', amount: 101 } },
      { action: 'requestAdjustment', after: { state: 'PENDING', amount: 102 } },
      { action: 'requestAdjustment', actor: { id: requestedBy.id } },
    ]);
  });

  it('of more than there is to take is refused when it is asked for', async () => {
    await ask(100);
    const refused = await eco.refused('adjustPoints', 'ada', { amount: -101, reason: 'error' });
    expect(refused).toBe('INSUFFICIENT_POINTS');
    expect(await pending()).toEqual([]);
  });

  it('may be taken back by its maker', async () => {
    const { adjustmentId } = await ask(101);
    expect(await decide(adjustmentId, false)).toMatchObject({ applied: false });
    expect(await pending()).toEqual([]);
    const again = await decide(adjustmentId, true, second);
    expect(again).toMatchObject({ code: 'ADJUSTMENT_DECIDED', state: 'REJECTED' });
  });

  it('whose points would have expired is not approved any more, and can be rejected', async () => {
    const expiresAt = new Date(eco.clock.now().getTime() + DAY).toISOString();
    const { adjustmentId } = await ask(101, { expiresAt });
    eco.clock.set(expiresAt);
    expect((await decide(adjustmentId, true, second)).code).toBe('ADJUSTMENT_EXPIRED');
    expect(await eco.ledger('ada')).toEqual([]);
    expect(await decide(adjustmentId, false, second)).toMatchObject({ applied: false });
  });

  it('that takes points takes those of holds that are over', async () => {
    await ask(50);
    const expiresAt = new Date(eco.clock.now().getTime() + DAY).toISOString();
    await eco.done('holdPoints', 'ada', { points: 50, reason: 'hotel', expiresAt });
    expect(await eco.refused('adjustPoints', 'ada', { amount: -50, reason: 'error' })).toBe(
      'INSUFFICIENT_POINTS',
    );
    eco.clock.set(expiresAt);
    expect((await ask(-50)).applied).toBe(true);
  });

  it('that is rejected books nothing', async () => {
    const { adjustmentId } = await ask(500);
    expect(await decide(adjustmentId, false, second)).toMatchObject({ applied: false });
    expect(await eco.ledger('ada')).toEqual([]);
    expect((await decide(adjustmentId, true, second)).code).toBe('ADJUSTMENT_DECIDED');
  });

  it('is refused at approval when the points are gone, and can be approved later', async () => {
    await ask(100);
    await ask(60);
    const { adjustmentId } = await ask(-150);
    await ask(-100);
    expect((await decide(adjustmentId, true, second)).code).toBe('INSUFFICIENT_POINTS');
    await ask(100);
    expect(await decide(adjustmentId, true, second)).toMatchObject({ applied: true });
    expect((await eco.points('ada')).available).toBe(10);
  });

  it('20 approvals at once book it once', async () => {
    const { adjustmentId } = await ask(200);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => decide(adjustmentId, true, second)),
    );
    expect(answers.filter(({ code }) => code === undefined)).toHaveLength(1);
    expect((await eco.points('ada')).available).toBe(200);
  });

  it('of another member is not found', async () => {
    await eco.enrol('bob');
    const { adjustmentId } = await ask(200);
    const input = { member: { externalId: 'bob' }, adjustmentId, approve: true };
    expect((await eco.send('decideAdjustment', input, second)).code).toBe('ADJUSTMENT_NOT_FOUND');
  });
});

describe('a notice of expiry (S32)', () => {
  /** What the member was told so far: days before and points. */
  async function told() {
    const { rows } = await eco.test.app.pool.query(
      `select e.payload->'notices' as notices from event e join member m on m.id = e.member_id
       where m.program_id = $1 and e.type = 'points.expiring' order by e.position`,
      [eco.program.id],
    );
    return rows.flatMap(({ notices }) =>
      notices.map(({ days, points }: { days: number; points: number }) => `${days}: ${points}`),
    );
  }

  it('is given once for each expiry and number of days, the nearest of several', async () => {
    await eco.policy({ expiryNoticeDays: [7, 1, 30] });
    await eco.earning('buy', fixed('buy', 40, { expiry: { days: 20, until: 'END_OF_DAY' } }));
    await eco.act('ada', 'buy'); // Expires on 30 March at 22:00 UTC: summer time has begun.
    for (const _ of [1, 2, 3]) await eco.job('noticeExpiry');
    expect(await told()).toEqual(['30: 40']);
    await eco.done('redeemReward', 'ada', { rewardId: await eco.reward(15) });
    eco.clock.set('2026-03-23T22:59:59.999Z'); // Seven local days before.
    await eco.job('noticeExpiry');
    expect(await told()).toEqual(['30: 40']);
    eco.clock.advance(1);
    await Promise.all([1, 2, 3].map(() => eco.job('noticeExpiry')));
    expect(await told()).toEqual(['30: 40', '7: 25']);
    eco.clock.set('2026-03-30T21:59:00Z');
    await eco.job('noticeExpiry');
    await eco.job('noticeExpiry');
    expect(await told()).toEqual(['30: 40', '7: 25', '1: 25']);
    eco.clock.advance(DAY);
    await eco.job('noticeExpiry');
    expect(await told()).toHaveLength(3);
  });

  it('counts local days, whatever hours they have and the clock shows', async () => {
    await eco.policy({ expiryNoticeDays: [2] });
    // At 10 on Sunday 29 March in Rome, the day of 23 hours; two dates before is Friday.
    const expiresAt = '2026-03-29T08:00:00Z';
    await eco.done('adjustPoints', 'ada', { amount: 9, reason: 'gift', expiresAt });
    eco.clock.set('2026-03-26T22:59:59.999Z');
    await eco.job('noticeExpiry');
    expect(await told()).toEqual([]);
    eco.clock.advance(1);
    await eco.job('noticeExpiry');
    expect(await told()).toEqual(['2: 9']);
  });

  it('of a nearer number of days is not followed by a farther one that is set later', async () => {
    await eco.policy({ expiryNoticeDays: [7] });
    await eco.earning('buy', fixed('buy', 40, { expiry: { days: 5, until: 'END_OF_DAY' } }));
    await eco.act('ada', 'buy');
    await eco.job('noticeExpiry');
    expect(await told()).toEqual(['7: 40']);
    eco.clock.advance(1_000);
    await setRule(
      eco.test,
      eco.program,
      'default',
      { expiryNoticeDays: [7, 30] },
      { kind: 'POINTS_POLICY', since: eco.clock.now().toISOString() },
    );
    await eco.job('noticeExpiry');
    expect(await told()).toEqual(['7: 40']);
  });

  it('late by weeks tells the nearest alone; another expiry has its own', async () => {
    await eco.policy({ expiryNoticeDays: [30, 7, 1] });
    await eco.earning('buy', fixed('buy', 40, { expiry: { days: 20, until: 'END_OF_DAY' } }));
    await eco.act('ada', 'buy');
    eco.clock.set('2026-03-30T12:00:00Z');
    await eco.act('ada', 'buy');
    await eco.job('noticeExpiry');
    await eco.job('noticeExpiry');
    expect(new Set(await told())).toEqual(new Set(['1: 40', '30: 40']));
    expect(await told()).toHaveLength(2);
    const read = async (first: number) => {
      const fields = `points { expiryNotices(first: ${first}) { expiresAt days points sentAt } }`;
      return (await eco.read('ada', fields)).points.expiryNotices;
    };
    const sentAt = eco.clock.now().toISOString();
    const notices = [
      { expiresAt: '2026-04-19T22:00:00.000Z', days: 30, points: 40, sentAt },
      { expiresAt: '2026-03-30T22:00:00.000Z', days: 1, points: 40, sentAt },
    ];
    expect(await read(100)).toEqual(notices);
    expect(await read(1)).toEqual(notices.slice(0, 1));
  });
});
