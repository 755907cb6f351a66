/** What `verify` finds about orders, refunds and codes that were tampered with. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { checkRefunds } from '../../src/verify/check-lots.ts';
import type { MemberRows } from '../../src/verify/member-rows.ts';
import { verifyWithin } from './support.ts';
import { createTamperable, dan, type Tamperable } from './tamperable.ts';

let database: Tamperable;
beforeAll(async () => {
  database = await createTamperable();
});
afterEach(() => database.restore());
afterAll(() => database.close());

const order = `(select id from redemption where member_id = ${dan})`;
const refund = `(select seq from ledger_entry where member_id = ${dan} and kind = 'REFUND')`;

const redemption = expect.stringMatching(/^redemption \d+: /);
const about = (what: string) => expect.stringMatching(new RegExp(`^redemption \\d+: ${what}$`));

it.each([
  ['another state', about('state'), `update redemption set state = 'SHIPPED' where id = ${order}`],
  [
    'fewer units given back',
    about('points refunded'),
    `update redemption set cancelled_units = 0 where id = ${order}`,
  ],
  [
    'a move less',
    about('state before move \\d+'),
    `delete from redemption_change where redemption_id = ${order} and from_state is null`,
  ],
  ['no history', about('state'), `delete from redemption_change where redemption_id = ${order}`],
  [
    'a move that is none',
    redemption,
    `update redemption_change set to_state = 'SHIPPED' where redemption_id = ${order} and units = 1;
     update redemption set state = 'SHIPPED' where id = ${order}`,
  ],
  [
    'units of another move',
    about('cancelled units'),
    `update redemption_change set units = 2 where redemption_id = ${order} and units = 1`,
  ],
  ['a code less', about('codes'), `delete from reward_code where code = 'b'`],
  [
    'a code of another order',
    about('codes'),
    `update reward_code set redemption_id = (select min(id) from redemption) where code = 'b'`,
  ],
  [
    'a code that can be used again',
    about('void codes'),
    `update reward_code set state = 'ASSIGNED' where code = 'c'`,
  ],
  [
    'a refund that went to no lot',
    expect.stringContaining('points allocated'),
    `delete from allocation where member_id = ${dan} and debit_seq = ${refund}`,
  ],
])('%s', async (_case, what, statement) => {
  await database.tamper(statement);
  const { ok, report } = await verifyWithin(database.url);
  expect(ok).toBe(false);
  expect(report.difference).toMatchObject({ program: database.program.key, what });
});

it('stock that is not what the codes are', async () => {
  for (const statement of [
    `update reward set stock = stock + 1 where kind = 'COUPON'`,
    `update reward_code set state = 'VOID', redemption_id = 999999 where code = 'd'`,
  ]) {
    await database.tamper(statement);
    const { ok, report } = await verifyWithin(database.url);
    expect(ok).toBe(false);
    expect(report.difference).toMatchObject({
      ...{ program: database.program.key, member: null },
      what: expect.stringMatching(/^reward \d+: stock$/),
    });
    await database.restore();
  }
});

it('a refund that gives a lot more than the debit took from it', () => {
  const at = { memberId: 1, version: 0 };
  const line = { seq: 3, kind: 'REFUND', explanation: { of: 2 } };
  const rows = (back: number) => ({
    chain: { entries: [line] },
    allocations: [
      { debitSeq: 2, lotSeq: 1, amount: 5, ...at },
      { debitSeq: 3, lotSeq: 1, amount: -back, ...at },
    ],
  });
  const findings = (back: number) => [...checkRefunds(rows(back) as unknown as MemberRows)];
  expect(findings(5)).toEqual([]);
  expect(findings(6)).toMatchObject([{ what: 'lot 1: points that entry 2 took', found: '-1' }]);
});
