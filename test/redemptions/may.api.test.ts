/** What an order says may be done to it is what can be done, and its history says what was. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Command, type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { makeReward, type Terms } from './support.ts';

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
  await eco.done('adjustPoints', 'ada', { amount: 10_000, reason: 'start' });
});

const fulfil = (state: string): [Command, object] => ['fulfilRedemption', { state }];
const moves: Readonly<Record<string, [Command, object]>> = {
  CONFIRM: ['confirmRedemption', {}],
  CANCEL: ['cancelRedemption', {}],
  PREPARE: fulfil('PREPARING'),
  SHIP: fulfil('SHIPPED'),
  DELIVER: fulfil('DELIVERED'),
  ISSUE: fulfil('ISSUED'),
  USE: fulfil('USED'),
  FAIL: fulfil('FAILED'),
};

let codes = 0;
/** An order that went a way; a coupon of two codes. */
async function orderOf(terms: Terms, way: readonly string[]): Promise<string> {
  codes += 2;
  const coupon = terms.kind === 'COUPON' && { codes: [`code-${codes}`, `code-${codes + 1}`] };
  const { id: rewardId } = await makeReward(eco.test, eco.program, { ...terms, ...coupon });
  const { redemption } = await eco.done('redeemReward', 'ada', { rewardId, quantity: 2 });
  for (const step of way) {
    if (step === 'one code') {
      const code = `code-${codes}`;
      expect((await eco.send('useRewardCode', { rewardId, code })).code).toBeUndefined();
    } else {
      const [name, input] = moves[step] ?? [];
      const sent = await eco.send(name as Command, { redemptionId: redemption.id, ...input });
      expect(sent.code).toBeUndefined();
    }
  }
  return redemption.id;
}

async function mayOf(id: string): Promise<{ memberMay: string[]; operatorMay: string[] }> {
  const query =
    'query ($id: ID!) { node(id: $id) { ... on Redemption { memberMay operatorMay } } }';
  const { data, errors } = await eco.test.ask(eco.program.keys.service, query, { id });
  expect(errors).toBeUndefined();
  return data.node;
}

const reserved = { reserveMinutes: 15 };
const cash = { ...reserved, cashAmount: 5, cashCurrency: 'EUR' };

describe('what may be done', () => {
  it.each([
    [{ kind: 'GOODS', ...reserved }, []],
    [{ kind: 'GOODS', ...cash }, []],
    [{ kind: 'GOODS' }, []],
    [{ kind: 'GOODS', memberCancels: true }, []],
    [{ kind: 'GOODS', memberCancels: true }, ['PREPARE']],
    [{ kind: 'GOODS' }, ['PREPARE', 'SHIP']],
    [{ kind: 'GOODS' }, ['PREPARE', 'SHIP', 'DELIVER']],
    [{ kind: 'COUPON', ...reserved }, []],
    [{ kind: 'COUPON' }, []],
    [{ kind: 'COUPON' }, ['one code']],
    [{ kind: 'SERVICE' }, ['ISSUE']],
    [{ kind: 'VIRTUAL' }, ['CANCEL']],
  ] as const)('%j after %j', async (terms, way) => {
    const { memberMay, operatorMay } = await mayOf(await orderOf(terms as Terms, way));
    const done = { member: [] as string[], operator: [] as string[] };
    const token = await eco.program.token('ada');
    for (const [move, [name, input]] of Object.entries(moves)) {
      for (const who of ['member', 'operator'] as const) {
        if (who === 'member' && name === 'fulfilRedemption') continue;
        const redemptionId = await orderOf(terms as Terms, way);
        const key = who === 'member' ? token : eco.program.keys.operator;
        const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
        const { data, errors } = await eco.test.ask(
          key,
          `mutation ($input: ${type}Input!) { it: ${name}(input: $input) {
             ... on ${type}Payload { redemption { changes { position: at } } } ... on Refusal { code } } }`,
          { input: { redemptionId, ...input } },
        );
        expect(errors).toBeUndefined();
        const hasMoved = data.it.redemption?.changes.length > way.length + 1;
        if (hasMoved) done[who].push(move);
      }
    }
    expect([...operatorMay].sort()).toEqual(done.operator.sort());
    expect([...memberMay].sort()).toEqual(done.member.sort());
  });

  it('with a key is not told to members', async () => {
    const id = await orderOf({ kind: 'GOODS' }, []);
    const ask = async (field: string) =>
      eco.test.ask(
        await eco.program.token('ada'),
        `{ node(id: "${id}") { ... on Redemption { ${field} } } }`,
      );
    expect((await ask('operatorMay')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await ask('memberMay')).data.node.memberMay).toEqual([]);
  });
});

describe('a history', () => {
  const causes = async (id: string, key = eco.program.keys.operator) => {
    const query = `{ node(id: "${id}") { ... on Redemption {
      changes { to cause note actor { kind name } } } } }`;
    return (await eco.test.ask(key, query)).data.node.changes;
  };

  it('says who moved the order and why', async () => {
    const id = await orderOf({ kind: 'GOODS', ...reserved }, []);
    const token = await eco.program.token('ada');
    await eco.send('cancelRedemption', { redemptionId: id, reason: 'Too small', units: 1 });
    await eco.test.ask(
      token,
      `mutation { cancelRedemption(input: {redemptionId: "${id}", reason: "Changed my mind"}) {
         __typename } }`,
    );
    const key = { cause: 'KEY', actor: { kind: 'KEY', name: 'first operator' } };
    const member = { cause: 'MEMBER', actor: { kind: 'MEMBER', name: 'member' } };
    expect(await causes(id)).toEqual([
      { to: 'RESERVED', note: null, ...key },
      { to: 'RESERVED', note: 'Too small', ...key },
      { to: 'CANCELLED', note: 'Changed my mind', ...member },
    ]);
    const told = await causes(id, token);
    expect(told.map(({ cause, actor }: Record<string, unknown>) => [cause, actor])).toEqual([
      ...[
        ['KEY', null],
        ['KEY', null],
        ['MEMBER', null],
      ],
    ]);
  });

  it('of a reservation that was over says so', async () => {
    const id = await orderOf({ kind: 'GOODS', ...reserved }, []);
    eco.clock.advance(15 * 60_000);
    await eco.job('expireRedemptions');
    expect((await causes(id)).at(-1)).toMatchObject({
      ...{ to: 'EXPIRED', cause: 'EXPIRY', actor: { kind: 'SYSTEM' } },
    });
  });
});

it('a reservation without room for its refund keeps no other from ending', async () => {
  await eco.enrol('bob');
  await eco.done('adjustPoints', 'bob', { amount: 100, reason: 'start' });
  const { id: rewardId } = await makeReward(eco.test, eco.program, reserved);
  for (const name of ['ada', 'bob']) await eco.done('redeemReward', name, { rewardId });
  const adjust = (amount: number) => eco.done('adjustPoints', 'ada', { amount, reason: 'test' });
  await adjust(Number.MAX_SAFE_INTEGER - 9_990);
  eco.clock.advance(15 * 60_000);
  expect(await eco.job('expireRedemptions')).toBe(1);
  expect((await eco.points('bob')).available).toBe(100);
  await adjust(-10_000);
  expect(await eco.job('expireRedemptions')).toBe(1);
  expect(await eco.job('expireRedemptions')).toBe(0);
});
