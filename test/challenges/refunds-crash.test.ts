/** A server is killed in the middle of giving entry fees back: everybody has theirs, once (S81). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelChallenge } from '../../src/challenges/change-challenge.ts';
import { joinChallenge } from '../../src/challenges/join-challenge.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { verified } from '../economy/support.ts';
import { type Gates, openGates } from '../settlements/gates.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

const MEMBERS = 1_200;
const FEE = 40;
const PATIENCE = { timeout: 60_000, interval: 20 };

let test: TestApp;
let program: TestProgram;
let gates: Gates;
const running: ServerProcess[] = [];

beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  program = await createTestProgram(test.app);
  await furnish();
  gates = await openGates(test.databaseUrl, [
    { on: 'challenge_participant', event: 'update', when: `${given} and ${share(1, 2)}` },
    { on: 'challenge_participant', event: 'update', when: `${given} and ${share(9, 10)}` },
    { on: 'challenge', event: 'update', when: 'new.refunded_at is not null' },
  ]);
}, 120_000);
afterEach(async () => {
  for (const server of running.splice(0)) if (server.running) await server.kill();
});
afterAll(async () => {
  await gates.close();
  await test.close();
});

/** A fee is given back … */
const given = 'old.fee_seq is not null and new.fee_seq is null';
/** … to a member behind so many of them, who go by their ids. */
const share = (part: number, of: number) => `new.member_id > ${Math.trunc((MEMBERS * part) / of)}`;

async function start(): Promise<ServerProcess> {
  const server = await startProcess({ DATABASE_URL: test.databaseUrl });
  running.push(server);
  return server;
}

/** A challenge that many have paid for, and that was called off. */
async function furnish(): Promise<void> {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const { data } = await test.ask(
    program.keys.operator,
    `mutation { createChallenge(input: {title: "Cup", metric: CHECK_INS, entryFee: ${FEE},
      startsAt: "${at(600_000)}", endsAt: "${at(900_000)}"}) {
      ... on CreateChallengePayload { challenge { version } } } }`,
  );
  expect(data.createChallenge.challenge.version).toBe(1);
  const { rows } = await test.app.pool.query<{ id: number }>('select id from challenge');
  const challengeId = rows[0]?.id ?? 0;
  const viewer = { kind: 'system', programId: program.id, name: 'test' } as const;
  const { engine } = test.app;
  for (let from = 0; from < MEMBERS; from += 200) {
    const some = Array.from({ length: 200 }, (_one, index) => ({ externalId: `m${from + index}` }));
    await Promise.all(
      some.map(({ externalId }) => engine.run(enrolMember, viewer, { externalId })),
    );
    const points = { amount: 100, reason: 'start' };
    await Promise.all(
      some.map((member) => engine.run(adjustPoints, viewer, { member, ...points })),
    );
    await Promise.all(
      some.map((member) => engine.run(joinChallenge, viewer, { member, challengeId })),
    );
  }
  await cancelChallenge(test.app, viewer, { challengeId, reason: 'Rain' });
}

/** Of how many fees were given back, and whether that is all. */
async function stand() {
  const { rows } = await test.app.pool.query<{ back: number; done: boolean }>(
    `select (select count(*)::int from challenge_participant where fee_seq is null) as back,
       refunded_at is not null as done from challenge`,
  );
  return rows[0];
}

/** Starts a server, and kills it where it waits; what it was at may be committed after its death. */
async function killAt(index: number, commits = false) {
  await gates.shut(index);
  const server = await start();
  await expect.poll(() => gates.isReached(index), PATIENCE).toBe(true);
  await server.kill();
  if (!commits) await gates.endWaiting(index);
  await gates.open(index);
  await expect.poll(() => gates.isReached(index), PATIENCE).toBe(false);
  return stand();
}

describe('giving fees back', () => {
  it('comes to the same, once each, wherever its servers are killed', async () => {
    const half = await killAt(0);
    expect(half?.back, 'in the middle').toBeGreaterThan(0);
    expect(half?.back, 'in the middle').toBeLessThan(MEMBERS);
    const more = await killAt(1, true);
    expect(more?.back, 'with lines that nobody heard of').toBeGreaterThan(half?.back ?? 0);
    expect(await killAt(2), 'when all are back').toEqual({ back: MEMBERS, done: false });
    await Promise.all([start(), start()]);
    await expect.poll(stand, PATIENCE).toEqual({ back: MEMBERS, done: true });
    const { rows } = await test.app.pool.query<{ lines: number; members: number; points: number }>(
      `select count(*)::int as lines, count(distinct member_id)::int as members,
         sum(amount)::int as points from ledger_entry where kind = 'REFUND'`,
    );
    expect(rows).toEqual([{ lines: MEMBERS, members: MEMBERS, points: MEMBERS * FEE }]);
    const balances = await test.app.pool.query('select distinct balance::int from account');
    expect(balances.rows).toEqual([{ balance: 100 }]);
    expect(await findBreaches(test.app.pool)).toEqual([]);
    expect(await verified(test)).toEqual([]);
  }, 300_000);
});
