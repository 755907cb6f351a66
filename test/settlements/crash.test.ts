/** A server is killed at each step of a settlement in turn: the payouts are the same, once each (S79). */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recordActivity } from '../../src/activities/record-activity.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { atStart, award } from '../../src/settlements/awards.ts';
import { prizesOf } from '../../src/settlements/prizes.ts';
import { verified } from '../economy/support.ts';
import { counted } from '../leaderboards/boards.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { type Gates, openGates } from './gates.ts';

const MEMBERS = 700;
const prizes = {
  bands: [
    { from: 1, to: 1, points: 500 },
    { from: 2, to: 20, points: 50 },
    { from: 21, to: 650, points: 3 },
  ],
  ties: 'SHARE' as const,
};
const scoreOf = (index: number) => 1 + ((index * 37) % 90);
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
  const { rows } = await test.app.pool.query<{ id: number }>(
    'select id from member where program_id = $1 order by id',
    [program.id],
  );
  // Payouts go out by member id, 500 at once: those of the second 500 wait, the first are paid.
  const late = (index: number) => `new.member_id = ${rows[index]?.id}`;
  gates = await openGates(test.databaseUrl, [
    { on: 'settlement', event: 'insert' },
    { on: 'settlement_winner', event: 'insert' },
    { on: 'payout', event: 'insert' },
    { on: 'payout', event: 'update', when: late(690) },
    { on: 'payout', event: 'update', when: late(695) },
    { on: 'settlement', event: 'update', when: `new.state = 'PAID' and old.state <> 'PAID'` },
    { on: 'settlement', event: 'update', when: `new.state = 'PUBLISHED'` },
  ]);
}, 120_000);
afterEach(async () => {
  for (const server of running.splice(0)) if (server.running) await server.kill();
});
afterAll(async () => {
  await gates.close();
  await test.close();
});

async function start(): Promise<ServerProcess> {
  const server = await startProcess({ DATABASE_URL: test.databaseUrl });
  running.push(server);
  return server;
}

const operate = async (query: string) => {
  const { data, errors } = await test.ask(program.keys.operator, query);
  expect(errors).toBeUndefined();
  return data;
};

/** A board that is over, with as many members as matter. */
async function furnish(): Promise<void> {
  const bands = prizes.bands.map(
    ({ from, to, points }) => `{from: ${from}, to: ${to}, points: ${points}}`,
  );
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  await operate(`mutation { createLeaderboard(input: {key: "board", title: "Race",
    metric: ACTIVITY_VALUE, activityType: "run", cadence: ALL_TIME, settleDelayMinutes: 0,
    endsAt: "${at(300_000)}", prizes: {bands: [${bands}]}}) { __typename } }`);
  await sleep(50); // A board counts from the millisecond behind its making.
  const viewer = { kind: 'system', programId: program.id, name: 'test' } as const;
  const all = Array.from({ length: MEMBERS }, (_one, index) => index);
  for (let from = 0; from < MEMBERS; from += 100) {
    const some = all.slice(from, from + 100);
    await Promise.all(
      some.map((index) => test.app.engine.run(enrolMember, viewer, { externalId: `m${index}` })),
    );
    await Promise.all(
      some.map((index) =>
        test.app.engine.run(recordActivity, viewer, {
          ...{ member: { externalId: `m${index}` }, type: 'run', reference: `r${index}` },
          value: scoreOf(index),
        }),
      ),
    );
  }
  await counted(test.app);
  await operate(`mutation { updateLeaderboard(input: {key: "board", endsAt: "${at(1_500)}"}) {
    ... on Refusal { message } } }`);
  await sleep(2_000);
}

/** How far it is: the state, and payouts by theirs. */
async function stand(): Promise<string> {
  const { rows } = await test.app.pool.query<{ text: string }>(
    `select concat_ws(' ', s.state,
       (select count(*) from settlement_winner) || ' winners',
       (select count(*) from payout where state = 'PLANNED') || ' planned',
       (select count(*) from payout where state = 'PAID') || ' paid') as text from settlement s`,
  );
  return rows[0]?.text ?? 'none';
}

/** Starts a server, and kills it where it waits; what it was at may be committed after its death. */
async function killAt(index: number, commits = false): Promise<string> {
  await gates.shut(index);
  const server = await start();
  await expect.poll(() => gates.isReached(index), PATIENCE).toBe(true);
  await server.kill();
  if (!commits) await gates.endWaiting(index);
  await gates.open(index);
  if (commits) await expect.poll(() => gates.isReached(index), PATIENCE).toBe(false);
  return stand();
}

/** What must be paid, by external id: by the pure functions, from the scores that were given. */
async function expectedPoints(): Promise<Map<string, number>> {
  const { rows } = await test.app.pool.query<{
    name: string;
    score: number;
    reachedAt: Date;
    id: number;
  }>(
    `select m.external_id as name, m.id, t.score, t.reached_at as "reachedAt" from standing t
     join member m on m.id = t.member_id order by t.score desc, t.reached_at, m.id`,
  );
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const ranked = rows.map(({ id, score, reachedAt }) => ({
    ...{ participantId: id, score, reachedAt },
    equals: rows.filter((other) => other.score === score).length,
  }));
  const terms = { prizes: prizesOf(prizes), goal: 'RANKING', rankMode: 'COMPETITION' } as const;
  const { winners } = award(terms, ranked, atStart);
  return new Map(
    winners.map(({ participantId, points }) => [names.get(participantId) ?? '', points]),
  );
}

const SUM = 500 + 19 * 50 + 630 * 3;

describe('a settlement', () => {
  it('comes to the same payouts, once each, wherever its servers are killed', async () => {
    expect(await killAt(0), 'while it is frozen').toBe('none');
    expect(await killAt(1), 'after the freeze, while it is ranked').toBe(
      'FROZEN 0 winners 0 planned 0 paid',
    );
    expect(await killAt(2), 'between rank and plan').toMatch(
      /^RANKED \d+ winners 0 planned 0 paid$/,
    );
    const half = await killAt(3);
    expect(half, 'in the middle of paying').toMatch(
      /^PLANNED \d+ winners [1-9]\d* planned \d{3} paid$/,
    );
    const more = await killAt(4, true);
    expect(more, 'and with a line that nobody heard of').toMatch(
      /^PLANNED \d+ winners \d+ planned \d{3} paid$/,
    );
    expect(await killAt(5), 'when all is paid').toMatch(/^PLANNED \d+ winners 0 planned \d+ paid$/);
    expect(await killAt(6), 'before it is published').toMatch(
      /^PAID \d+ winners 0 planned \d+ paid$/,
    );

    await Promise.all([start(), start()]);
    await expect.poll(stand, PATIENCE).toMatch(/^PUBLISHED/);

    const expected = await expectedPoints();
    const { rows: lines } = await test.app.pool.query<{ name: string; amount: number }>(
      `select m.external_id as name, e.amount from ledger_entry e join member m on m.id = e.member_id
       where e.source_type = 'SETTLEMENT'`,
    );
    expect(lines).toHaveLength(expected.size);
    expect(new Map(lines.map(({ name, amount }) => [name, amount]))).toEqual(expected);
    expect([...expected.values()].reduce((sum, one) => sum + one, 0)).toBe(SUM);
    const { leaderboard } = await operate(
      '{ leaderboard(key: "board") { season { settlement { state planned paid ranked } } } }',
    );
    expect(leaderboard.season.settlement).toEqual({
      ...{ state: 'PUBLISHED', planned: SUM, paid: SUM, ranked: MEMBERS },
    });
    expect(await findBreaches(test.app.pool)).toEqual([]);
    expect(await verified(test)).toEqual([]);
  }, 300_000);
});
