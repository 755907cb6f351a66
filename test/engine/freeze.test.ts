import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import {
  type Answer,
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { enrol, run, send } from '../support/commands.ts';
import { makeDataDir, removeDataDir } from '../support/data-dir.ts';
import { postmasterPid } from '../support/embedded-postgres-process.ts';
import { findBreaches } from '../support/invariants.ts';
import { pays } from '../support/rules.ts';

/** RELIABILITY.md 6.6 and T18: a PostgreSQL that stands still must not make us stand still. */
const ANSWER_MS = 5_000;
const FREEZE_MS = 9_000;
const members = Array.from({ length: 20 }, (_, index) => `member-${index}`);
const closers: (() => Promise<unknown>)[] = [];
let test: TestApp;
let program: TestProgram;
let rewardId: string;
let dataDir: string;

beforeAll(async () => {
  dataDir = await makeDataDir();
  closers.push(() => removeDataDir(dataDir));
  const settings = { fsync: 'off', full_page_writes: 'off' };
  const server = await openEmbeddedPostgres({ dataDir, purpose: 'serve', settings });
  closers.push(() => server.close());
  test = await createTestApp({ env: { DATABASE_URL: server.url } });
  closers.push(() => test.close());
  program = await createTestProgram(test.app);
  for (const member of members) await enrol(test, program.keys.service, member);
  const reward = { title: 'x', price: 1 };
  rewardId = (await run(test, program.keys.operator, 'createReward', reward)).reward.id;
}, 60_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
}, 60_000);

/** The server we started, and each of its own processes. */
async function serverProcesses(): Promise<number[]> {
  const postmaster = (await postmasterPid(dataDir)) ?? 0;
  expect(postmaster).toBeGreaterThan(1);
  const children = readdirSync('/proc').filter((name) => {
    try {
      const [, fields = ''] = readFileSync(`/proc/${Number(name)}/stat`, 'utf8').split(') ');
      return Number(fields.split(' ')[1]) === postmaster;
    } catch {
      return false; // No process, or one that has ended.
    }
  });
  return [postmaster, ...children.map(Number)];
}

type Timed = { what: string; ms: number; code: string | undefined };

/** Asks, and notes how long the answer took and what it was. */
async function timed(what: string, ask: () => Promise<Answer>): Promise<Timed> {
  const from = performance.now();
  const answer = await ask();
  return { what, ms: performance.now() - from, code: answer.errors?.[0]?.extensions.code };
}

/** One request of each kind, with a key each so that it can be repeated. */
function requests(round: number): Promise<Timed>[] {
  const { operator, service } = program.keys;
  const externalId = members[round % members.length] ?? '';
  const member = { externalId };
  const keyed = { idempotencyKey: `round-${round}` };
  const read = (fields: string) => () =>
    test.ask(service, `{ member(by: { externalId: "${externalId}" }) { ${fields} } }`);
  return [
    timed('adjustPoints', () =>
      send(test, operator, 'adjustPoints', { ...keyed, member, amount: 1, reason: 'r' }),
    ),
    timed('checkIn', () => send(test, service, 'checkIn', { member })),
    timed('checkIn by token', async () =>
      send(test, await program.token(`member-${round % 7}`), 'checkIn', {}),
    ),
    timed('redeemReward', () => send(test, service, 'redeemReward', { member, rewardId })),
    timed('createReward', () =>
      send(test, operator, 'createReward', { title: `${round}`, price: 1 }),
    ),
    timed('draftRule', () =>
      send(test, operator, 'draftRule', { key: 'a', definition: { earning: pays('a', 1) } }),
    ),
    timed('member', read('points { available expiring { at } } streak { state }')),
    timed('ledger', read('ledger { edges { node { seq } } }')),
    timed('redemptions', read('redemptions { edges { node { id reward { title } } } }')),
    timed('rewards', () => test.ask(service, '{ rewards { edges { node { title } } } }')),
    timed('leaderboard', () =>
      test.ask(service, '{ leaderboard(key: "weekly") { season { version } } }'),
    ),
  ];
}

it('answers every request within 5 s while PostgreSQL is frozen, and all is well 5 s after it', async () => {
  const warm = await Promise.all(requests(0));
  expect(warm.filter(({ code }) => code !== undefined)).toEqual([]);
  const sent: Promise<Timed>[] = [];
  let rounds = 1;
  const frozen = await serverProcesses();
  expect(frozen.length).toBeGreaterThan(5);
  // Some are under way when it happens: at any step of theirs, the COMMIT included.
  for (; rounds < 4; rounds += 1) sent.push(...requests(rounds));
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  const from = performance.now();
  const sending: Promise<Timed>[] = [];
  try {
    for (; performance.now() - from < FREEZE_MS - ANSWER_MS; rounds += 1) {
      sending.push(...requests(rounds));
      await sleep(150);
    }
    const answers = await Promise.all([...sent, ...sending]);
    const slow = answers.filter(({ ms }) => ms > ANSWER_MS);
    expect(slow.map(({ what, ms }) => `${what}: ${Math.round(ms)} ms`)).toEqual([]);
    const codes = new Set((await Promise.all(sending)).map(({ code }) => code));
    expect(codes).toEqual(new Set(['SERVICE_UNAVAILABLE']));
    const longest = Math.max(...answers.map(({ ms }) => ms));
    console.info(`frozen: ${answers.length} answers, the slowest after ${Math.round(longest)} ms`);
    await sleep(Math.max(0, FREEZE_MS - (performance.now() - from)));
  } finally {
    for (const pid of frozen.toReversed()) process.kill(pid, 'SIGCONT');
  }
  const back = performance.now();
  let failing: Timed[] = [];
  do failing = (await Promise.all(requests(0))).filter(({ code }) => code !== undefined);
  while (failing.length > 0 && performance.now() - back < ANSWER_MS);
  expect(failing).toEqual([]);

  // What was told to ask again is asked again: each point is there once, done then or now.
  for (let round = 1; round < rounds; round += 1) {
    const member = { externalId: members[round % members.length] };
    const input = { member, amount: 1, reason: 'r', idempotencyKey: `round-${round}` };
    await run(test, program.keys.operator, 'adjustPoints', input);
  }
  const { rows } = await test.app.pool.query(
    `select count(*) as points, count(distinct idempotency_key) as keys from ledger_entry
     where kind = 'ADJUSTMENT'`,
  );
  expect(rows).toEqual([{ points: rounds, keys: rounds }]);
  expect(await findBreaches(test.app.pool)).toEqual([]);
}, 60_000);
