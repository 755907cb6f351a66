/** What `verify` finds wrong with settlements. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../src/platform/db.ts';
import { findSettlementDifference } from '../../src/verify/check-settlements.ts';
import { type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { bands, contest, score, settle, TUESDAY } from './contest.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(TUESDAY);
  eco = await economies.open();
  await contest(eco, { bands });
  await score(eco, { ada: 9, bob: 7, cem: 7, dan: 3, eve: 1 });
  await settle(eco);
});
afterAll(() => economies.close());

const found = () => findSettlementDifference(eco.test.app.pool, eco.program.id);

/** Runs statements that the triggers would refuse. */
const tamper = (...statements: string[]) =>
  inTransaction(eco.test.app.pool, async (client) => {
    await client.query('set local session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
  });

it.each([
  [
    'a payout that is more than its line',
    `update payout set points = points + 1 where place = 1`,
    `update payout set points = points - 1 where place = 1`,
    { member: 'ada', expected: /^101 in entry 1/, found: /^100 in entry 1/ },
  ],
  [
    'a line without its payout',
    `update payout set state = 'FORFEITED', paid_at = null where place = 4`,
    `update payout set state = 'PAID', paid_at = '2026-03-15T23:00:00Z' where place = 4`,
    { member: 'dan', expected: /^none$/, found: /^10 in entry 1/ },
  ],
  [
    'sums that are others',
    'update settlement set planned = 231',
    'update settlement set planned = 230',
    { member: null, what: /points planned$/, expected: /^230$/, found: /^231$/ },
  ],
  [
    'prizes above the budget',
    `update settlement set terms = jsonb_set(terms, '{prizes,budget}', '229')`,
    `update settlement set terms = jsonb_set(terms, '{prizes,budget}', '230')`,
    { what: /points won, of its budget$/, expected: /^229$/, found: /^230$/ },
  ],
  [
    'a winner the ranking does not have',
    `update standing set score = 8 where member_id = (select id from member
       where external_id = 'cem')`,
    `update standing set score = 7 where member_id = (select id from member
       where external_id = 'cem')`,
    { what: /place 2 / },
  ],
  [
    'somebody who won and is not there',
    `update settlement_winner set settlement_id = -settlement_id where place = 4;
     update payout set settlement_id = -settlement_id where place = 4`,
    `update settlement_winner set settlement_id = -settlement_id where place = 4;
     update payout set settlement_id = -settlement_id where place = 4`,
    { member: 'dan' },
  ],
])('finds %s', async (_what, change, undo, expected) => {
  expect(await found()).toBeUndefined();
  await tamper(...change.split(';'));
  try {
    const difference = await found();
    expect(difference).toBeDefined();
    for (const [key, value] of Object.entries(expected)) {
      const text = difference?.[key as keyof typeof difference];
      if (value instanceof RegExp) expect(String(text)).toMatch(value);
      else expect(text).toBe(value);
    }
  } finally {
    await tamper(...undo.split(';'));
  }
  expect(await found()).toBeUndefined();
});
