/** Scarce things and many buyers: limits, codes and give-backs under parallel calls, on two nodes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verified } from '../economy/support.ts';
import {
  createTestApp,
  createTestProgram,
  runJob,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { makeReward, stockOf, type Terms } from './support.ts';

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
  expect(await verified(first)).toEqual([]);
  await second.close();
  await first.close();
});

/** Sends a mutation by turns to both nodes; answers the payload or the refusal. */
async function send(call: number, name: string, input: object) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const fields =
    name.includes('Re') || name.includes('Code') ? 'redemption { id state codes { code } }' : '';
  const document = `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename
    ... on ${type}Payload { replayed ${fields} } ... on Refusal { code } } }`;
  const node = call % 2 === 0 ? first : second;
  const key = name === 'adjustPoints' ? program.keys.operator : program.keys.service;
  const { data, errors } = await node.ask(key, document, { input });
  expect(errors).toBeUndefined();
  return data[name];
}

async function member(points: number): Promise<string> {
  members += 1;
  const externalId = `m-${members}`;
  await send(0, 'enrolMember', { externalId });
  await send(0, 'adjustPoints', { member: { externalId }, amount: points, reason: 'test' });
  return externalId;
}
const crowd = (size: number, points: number) =>
  Promise.all(Array.from({ length: size }, () => member(points)));
const redeem = (call: number, externalId: string, rewardId: string, quantity = 1) =>
  send(call, 'redeemReward', { member: { externalId }, rewardId, quantity });
const reward = (terms: Terms) => makeReward(first, program, terms);
async function balances(names: readonly string[]): Promise<number[]> {
  const { rows } = await first.app.pool.query(
    `select a.balance from account a join member m on m.id = a.member_id
     where m.program_id = $1 and m.external_id = any($2) order by m.id`,
    [program.id, names],
  );
  return rows.map(({ balance }) => balance);
}

function tally(answers: readonly { code?: string }[]) {
  const counts: Record<string, number> = {};
  for (const { code = 'done' } of answers) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

it('the last code with 50 buyers: one order, 49 OUT_OF_STOCK, nobody else debited', async () => {
  const { id, rowId } = await reward({ kind: 'COUPON', codes: ['only'] });
  const buyers = await crowd(50, 10);
  const answers = await Promise.all(buyers.map((buyer, call) => redeem(call, buyer, id)));
  expect(tally(answers)).toEqual({ done: 1, OUT_OF_STOCK: 49 });
  expect((await balances(buyers)).filter((balance) => balance === 0)).toHaveLength(1);
  expect(await stockOf(first, rowId)).toBe(0);
});

it('40 codes for 60 buyers, two by two and one by one: each code has one owner', async () => {
  const codes = Array.from({ length: 40 }, (_, n) => `code-${n}`);
  const { id } = await reward({ kind: 'COUPON', codes, price: 1 });
  const buyers = await crowd(60, 2);
  const answers = await Promise.all(
    buyers.map((buyer, call) => redeem(call, buyer, id, 1 + (call % 2))),
  );
  const given = answers.flatMap(({ redemption }) => redemption?.codes ?? []);
  expect(given).toHaveLength(40);
  expect(new Set(given.map(({ code }: { code: string }) => code)).size).toBe(40);
});

it('10n orders of one member against a limit of n: exactly n', async () => {
  const { id } = await reward({ limits: [{ period: 'DAY', units: 5 }], price: 1, stock: 100 });
  const buyer = await member(100);
  const calls = Array.from({ length: 50 }, (_, call) => redeem(call, buyer, id));
  expect(tally(await Promise.all(calls))).toEqual({ done: 5, REDEMPTION_LIMIT_REACHED: 45 });
  expect(await balances([buyer])).toEqual([95]);
});

it('a confirmation, a cancellation and failures of one order at once: it ends in one way', async () => {
  for (let round = 0; round < 8; round += 1) {
    const { id, rowId } = await reward({ reserveMinutes: 60, stock: 3 });
    const buyer = await member(30);
    const { redemption } = await redeem(0, buyer, id, 3);
    const redemptionId = redemption.id;
    const answers = await Promise.all([
      send(round, 'cancelRedemption', { redemptionId }),
      send(round + 1, 'confirmRedemption', { redemptionId }),
      send(round, 'fulfilRedemption', { redemptionId, state: 'FAILED' }),
      send(round + 1, 'cancelRedemption', { redemptionId, units: 1 }),
    ]);
    const ended = answers.filter(
      ({ code, redemption: left }) => code === undefined && /CANCELLED|FAILED/.test(left.state),
    );
    const [balance] = await balances([buyer]);
    const stock = await stockOf(first, rowId);
    expect(balance).toBe((stock ?? 0) * 10);
    if (ended.length > 0) expect([balance, stock]).toEqual([30, 3]);
  }
});

it('50 scans of one code at once: it is good once', async () => {
  const { id } = await reward({ kind: 'COUPON', codes: ['scan-me'] });
  await redeem(0, await member(10), id);
  const scans = Array.from({ length: 50 }, (_, call) =>
    send(call, 'useRewardCode', { rewardId: id, code: 'scan-me' }),
  );
  expect(tally(await Promise.all(scans))).toEqual({ done: 1, CODE_NOT_USABLE: 49 });
});

it('many reservations expire on two nodes at once, each once', async () => {
  const { id, rowId } = await reward({ reserveMinutes: 1, stock: 60 });
  const buyers = await crowd(30, 20);
  await Promise.all(buyers.map((buyer, call) => redeem(call, buyer, id, 2)));
  await first.app.pool.query(
    `update redemption set reserved_until = now() - interval '1 second' where reward_id = $1`,
    [rowId],
  );
  await Promise.all([
    runJob(first.app, 'expireRedemptions'),
    runJob(second.app, 'expireRedemptions'),
  ]);
  expect(await stockOf(first, rowId)).toBe(60);
  expect(await balances(buyers)).toEqual(buyers.map(() => 20));
});
