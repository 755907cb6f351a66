/** A member who is erased: nothing of the person is readable, and no total changes (S44). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { OF_MEMBERS } from '../../src/members/run-erasures.ts';
import { contest } from '../challenges/support.ts';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { runJob } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  eco = await economies.open();
});
afterAll(() => economies.close());

const personal = ['Lovelace', 'lovelace-1815', '12-10', 'countess', 'Ockham Park', 'ring twice'];

/** Tables, and which of the personal words a row of them has. */
async function readable(): Promise<string[]> {
  const { pool } = eco.test.app;
  const tables = await pool.query<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name
     from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ text: string }>(`select t::text as text from ${name} t`);
    for (const word of personal) {
      if (rows.some(({ text }) => text.includes(word))) found.push(`${name}: ${word}`);
    }
  }
  return found;
}

it('is forgotten everywhere, and the ledger, the boards and verify stay as they were', async () => {
  const externalId = 'lovelace-1815';
  await eco.earning('visit', { trigger: { on: 'ACTIVITY', type: 'visit' }, points: { fixed: 50 } });
  await eco.enrol(externalId, {
    ...{ displayName: 'Ada Lovelace', birthday: '12-10', tags: ['countess'] },
  });
  const { member } = await eco.done('recordActivity', externalId, {
    ...{ type: 'visit', reference: 'v1' },
    attributes: [{ key: 'place', value: 'Ockham Park' }],
  });
  const expiresAt = new Date(eco.clock.now().getTime() + HOUR).toISOString();
  await eco.done('holdPoints', externalId, { points: 5, reason: 'ring twice', expiresAt });
  const rewardId = await eco.reward(10);
  const token = await eco.program.token(externalId);
  const mine = { rewardId, idempotencyKey: 'k1' };
  const { redemption } = await eco.send('redeemReward', mine, token);
  const note = { redemptionId: redemption.id, state: 'ISSUED', note: 'ring twice' };
  await eco.send('fulfilRedemption', note);
  const cup = await contest(eco, { kind: 'TEAM', teamRules: { sizeMax: 2 } });
  await cup.send(
    'joinChallenge',
    { team: { create: { name: 'Foxes' } }, idempotencyKey: 'k2' },
    token,
  );
  await cup.send('renewInviteCode', { idempotencyKey: 'k3' }, token);
  await cup.done('disqualifyParticipant', externalId, { reason: 'ring twice' });
  const before = await eco.ledger(externalId);
  expect((await readable()).length).toBeGreaterThan(6);

  const { member: erased } = await eco.done('eraseMember', externalId);
  const jobs = async () => {
    for (;;) if ((await runJob(eco.test.app, 'eraseMembers')) === 0) return;
  };
  await jobs();
  expect(await readable()).toEqual([]);
  expect(erased.externalId).toMatch(/^erased:\d+$/);
  expect(await eco.ledger(erased.externalId)).toEqual(before);
  expect(await eco.points(erased.externalId)).toMatchObject({ available: 35, held: 5 });
  expect(member.points.available).toBe(50);

  expect(await eco.refused('recordActivity', externalId, { type: 'visit', reference: 'v2' })).toBe(
    'MEMBER_NOT_FOUND',
  );
  const mineAgain = await eco.test.ask(token, '{ me { externalId } }');
  expect(mineAgain.data.me).toBeNull();
  // Asked again, nothing happens; the external id is free for somebody new.
  await eco.done('eraseMember', erased.externalId);
  const { member: newcomer } = await eco.enrol(externalId);
  expect(newcomer.points).toMatchObject({ available: 0, lifetimeEarned: 0 });
});

it('is in no receipt of what members may send themselves', () => {
  const scopeOf = (extensions: object) =>
    (extensions as { pothosOptions?: { authScopes?: { acts?: true } } }).pothosOptions?.authScopes;
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  const theirs = fields.filter(({ extensions }) => scopeOf(extensions)?.acts === true);
  expect(theirs.map(({ name }) => name).sort()).toEqual([...OF_MEMBERS].sort());
});

it('is nobody whom one enrols', async () => {
  const answer = await eco.test.ask(
    eco.program.keys.service,
    'mutation { enrolMember(input: {externalId: "erased:5"}) { __typename } }',
  );
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    ...{ code: 'BAD_USER_INPUT', field: 'externalId' },
  });
});

it('who is named in the very batch that forgets them is not found behind it', async () => {
  await eco.enrol('grace');
  const answers = await Promise.all([
    eco.send('eraseMember', { member: { externalId: 'grace' } }),
    eco.send('adjustPoints', { member: { externalId: 'grace' }, amount: 5, reason: 'x' }),
  ]);
  expect(answers.map(({ code }) => code ?? 'done')).toEqual(['done', 'MEMBER_NOT_FOUND']);
});
