import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { entryHash } from '../../src/points/chain.ts';
import { ChainProof } from '../../src/verify/chain-proof.ts';
import { verifyWithin } from './support.ts';
import { ann, bob, cid, createTamperable, type Tamperable } from './tamperable.ts';

let database: Tamperable;
beforeAll(async () => {
  database = await createTamperable();
});
afterEach(() => database.restore());
afterAll(() => database.close());

const columns =
  'program_id, kind, amount, occurred_at, local_date, zone, utc_offset_seconds, day_start_minutes, recorded_at, source_type, source_id, purpose, rule_version, actor, idempotency_key, explanation, hash';

describe('a chain', () => {
  it.each([
    [
      'changed amount',
      `update ledger_entry set amount = amount + 1 where seq = 2 and member_id = ${bob}`,
      'bob',
      2,
    ],
    [
      'changed explanation',
      `update ledger_entry set explanation = explanation || '{"streakDay": 9}' where seq = 3 and member_id = ${bob}`,
      'bob',
      3,
    ],
    [
      'changed actor',
      `update ledger_entry set actor = 'nobody' where seq = 1 and member_id = ${ann}`,
      'ann',
      1,
    ],
    [
      'changed hash',
      `update ledger_entry set hash = sha256('x') where seq = 4 and member_id = ${ann}`,
      'ann',
      4,
    ],
    [
      'deleted first entry',
      `delete from ledger_entry where seq = 1 and member_id = ${bob}`,
      'bob',
      1,
    ],
    ['deleted entry', `delete from ledger_entry where seq = 3 and member_id = ${bob}`, 'bob', 3],
    [
      'deleted last entry',
      `delete from ledger_entry where member_id = ${bob} and seq = (select max(seq) from ledger_entry where member_id = ${bob})`,
      'bob',
      7,
    ],
    [
      'inserted entry',
      `insert into ledger_entry (member_id, seq, ${columns}) select member_id, seq + 1, ${columns.replace('source_id', "source_id || 'x'")} from ledger_entry where member_id = ${bob} and seq = 8`,
      'bob',
      9,
    ],
    [
      'swapped entries',
      `update ledger_entry set seq = 100 where seq = 2 and member_id = ${bob}; update ledger_entry set seq = 2 where seq = 3 and member_id = ${bob}; update ledger_entry set seq = 3 where seq = 100 and member_id = ${bob}`,
      'bob',
      2,
    ],
    [
      'lot that expires later',
      `update lot set expires_at = expires_at + interval '1 year' where seq = 9 and member_id = ${cid}`,
      'cid',
      9,
    ],
    [
      'lot that does not expire any more',
      `update lot set expires_at = null where seq = 9 and member_id = ${cid}`,
      'cid',
      9,
    ],
    [
      'lot that is active at once',
      `update lot set activates_at = '2026-01-01' where seq = 9 and member_id = ${cid}`,
      'cid',
      9,
    ],
    [
      'lot that expires, whose account says so',
      `update lot set expires_at = '2030-01-01' where seq = 2 and member_id = ${bob}; update account set next_expiry_at = '2030-01-01' where member_id = ${bob}`,
      'bob',
      2,
    ],
    [
      'entry moved to another member',
      `update ledger_entry set member_id = ${ann}, seq = 100 where member_id = ${bob} and seq = 8`,
      'ann',
      13,
    ],
  ])('with a %s', async (_case, statement, member, entrySeq) => {
    await database.tamper(statement);
    const { ok, report, problems } = await verifyWithin(database.url);
    expect(ok).toBe(false);
    expect(report).toMatchObject({
      ok: false,
      difference: { program: database.program.key, member, entrySeq },
    });
    expect(problems).toHaveLength(1);
  });
});

it('an entry of another day than its instant is found even when its hash was made to fit', () => {
  const at = new Date('2026-03-02T08:00:00Z');
  const entry = {
    ...{ memberId: 1, seq: 1, programId: 1, kind: 'SPEND' as const, amount: -5, occurredAt: at },
    ...{ localDate: '2026-03-01', zone: 'Europe/Rome', utcOffsetSeconds: 3600, dayStartMinutes: 0 },
    ...{ recordedAt: at, sourceType: 'ADJUSTMENT', sourceId: 'x', purpose: 'BASE' },
    ...{ ruleVersion: null, actor: 'system', idempotencyKey: null, explanation: {} },
  };
  const proof = new ChainProof();
  const lot = { lotSeq: null, lotActivatesAt: null, lotExpiresAt: null };
  proof.add({ ...entry, ...lot, hash: entryHash(null, entry, null) });
  expect(proof.broken).toMatchObject({ what: 'entry 1: local date', expected: '2026-03-02' });
});

describe('a figure', () => {
  it.each([
    ['balance', `update account set balance = balance + 1 where member_id = ${bob}`],
    ['lifetime earned', `update account set lifetime_earned = 0 where member_id = ${bob}`],
    ['last entry: seq', `update account set entry_seq = 3 where member_id = ${bob}`],
    ['last entry: hash', `update account set head_hash = sha256('x') where member_id = ${bob}`],
    ['streak: current', `update account set streak_current = 5 where member_id = ${bob}`],
    [
      'streak: longest',
      `update account set streak_longest = 7, streak_total_days = 9 where member_id = ${bob}`,
    ],
    ['streak: total days', `update account set streak_total_days = 9 where member_id = ${bob}`],
    [
      'streak: last date',
      `update account set last_check_in_date = '2026-03-07' where member_id = ${bob}`,
    ],
    ['account', `delete from account where member_id = ${bob}`],
    ['account: program', `update account set program_id = 77 where member_id = ${bob}`],
    [
      'lot 2: remaining',
      `update lot set remaining = remaining - 1 where seq = 2 and member_id = ${bob}`,
    ],
    ['lot 2: amount', `update lot set amount = amount + 1 where seq = 2 and member_id = ${bob}`],
    ['lot 2: amount', `delete from lot where seq = 2 and member_id = ${bob}`],
    [
      'lot 50: entry',
      `insert into lot select member_id, 50, program_id, amount, remaining, activates_at, expires_at from lot where seq = 1 and member_id = ${bob}`,
    ],
    [
      'streak: current',
      `delete from check_in where local_date = '2026-03-06' and member_id = ${bob}`,
    ],
    [
      'check-in 2026-03-02: points',
      `update check_in set points = 99 where local_date = '2026-03-02' and member_id = ${bob}`,
    ],
    [
      'check-in 2026-03-02: streak day',
      `update check_in set streak_day = 9 where local_date = '2026-03-02' and member_id = ${bob}`,
    ],
    [
      'check-in 2026-03-02: local date',
      `update check_in set occurred_at = occurred_at + interval '1 day' where local_date = '2026-03-02' and member_id = ${bob}`,
    ],
    [
      'check-in 2026-03-02: local date',
      `update check_in set zone = 'Pacific/Kiritimati', occurred_at = '2026-03-02T12:00Z' where local_date = '2026-03-02' and member_id = ${bob}`,
    ],
    [
      'check-in 2026-03-02: local date',
      `update check_in set zone = 'Nowhere/At-all' where local_date = '2026-03-02' and member_id = ${bob}`,
    ],
    [
      'check-in 2026-03-02: local date',
      `update check_in set day_start_minutes = 1000 where local_date = '2026-03-02' and member_id = ${bob}`,
    ],
  ])('%s', async (what, statement) => {
    await database.tamper(statement);
    const { ok, report } = await verifyWithin(database.url);
    expect(ok).toBe(false);
    expect(report.difference).toMatchObject({ program: database.program.key, member: 'bob', what });
  });

  it.each([
    [
      'entry 12: points allocated',
      `update allocation set amount = amount - 1 where (debit_seq, lot_seq) = (12, (select min(lot_seq) from allocation where debit_seq = 12 and amount > 1))`,
    ],
    ['entry 12: points allocated', 'delete from allocation where debit_seq = 12'],
    ['entry 3: points allocated', `insert into allocation values (${ann}, 3, 1, 5)`],
    ['lot 1: remaining', `update allocation set lot_seq = 10 where debit_seq = 11 and lot_seq = 1`],
    [
      'allocation of entry 11 from lot 12: lot',
      `update allocation set lot_seq = 12 where debit_seq = 11; update lot set remaining = remaining + 5 where member_id = ${ann} and seq = 1`,
    ],
    ['redemption 1: points', 'update redemption set points = points + 1'],
    ['redemption 1: entry', 'update redemption set entry_seq = 3'],
    ['redemption 1: points', 'delete from redemption'],
    ['redemption 1: local date', `update redemption set local_date = '2026-01-01'`],
    ['activity walk:w:1: points', 'update activity set points = 8'],
    ['activity walk:w:1: points', 'delete from activity'],
    ['activity walk:w:1: member', `update activity set member_id = ${bob}`],
    ['activity walk:w:1: local date', `update activity set occurred_at = '2026-01-01'`],
  ])('%s', async (what, statement) => {
    await database.tamper(statement);
    const { report } = await verifyWithin(database.url);
    expect(report.difference).toMatchObject({ member: 'ann', what });
  });

  it.each([
    ['next expiry', `update account set next_expiry_at = null where member_id = ${cid}`],
    ['pending until', `update account set pending_until = null where member_id = ${cid}`],
  ])('%s', async (what, statement) => {
    await database.tamper(statement);
    const { report } = await verifyWithin(database.url);
    expect(report.difference).toMatchObject({ member: 'cid', what });
  });
});
