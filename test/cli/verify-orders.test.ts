/** What `verify` finds about orders, refunds and codes that were tampered with. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { verifyWithin } from './support.ts';
import { bob, createTamperable, type Tamperable } from './tamperable.ts';

let database: Tamperable;
beforeAll(async () => {
  database = await createTamperable();
});
afterEach(() => database.restore());
afterAll(() => database.close());

const order = `(select id from redemption where member_id = ${bob})`;
const refund = `(select seq from ledger_entry where member_id = ${bob} and kind = 'REFUND')`;
const lotOf = (seq: string) =>
  `(select min(lot_seq) from allocation where member_id = ${bob} and debit_seq = ${seq})`;
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
    'a refund of more than a lot gave',
    expect.stringContaining('points that entry'),
    `update allocation set lot_seq = lot_seq + 1 where member_id = ${bob} and debit_seq = ${refund};
     update lot set remaining = remaining - 3 where member_id = ${bob} and seq = ${lotOf('9')};
     update lot set remaining = amount where member_id = ${bob} and seq = 2`,
  ],
  [
    'a refund that went to no lot',
    expect.stringContaining('points allocated'),
    `delete from allocation where member_id = ${bob} and debit_seq = ${refund}`,
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
