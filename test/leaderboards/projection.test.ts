/** The standings follow the event log exactly once, whoever runs the projection (S95). */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importCheckIn } from '../../src/checkin/import-check-in.ts';
import { limits } from '../../src/limits.ts';
import type { Pool } from '../../src/platform/db.ts';
import type { Log } from '../../src/platform/log.ts';
import { Projection } from '../../src/projections/projection.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { openSecondApp } from '../support/second-app.ts';

let test: TestApp;
let program: TestProgram;
beforeAll(async () => {
  test = await createTestApp();
  program = await createTestProgram(test.app);
});
afterAll(() => test.close());

const checkIn = (on: TestApp, externalId: string, date: string) =>
  on.app.engine.run(
    importCheckIn,
    { kind: 'system', programId: program.id, name: 'import' },
    { externalId, occurredAt: new Date(`${date}T12:00:00Z`) },
  );

/** Standings that differ from a recomputation from the ledger. */
const differing = `
  with wanted as (
    select s.id as season_id, e.member_id, sum(e.amount) as score, max(e.occurred_at) as reached_at
    from ledger_entry e join leaderboard b on b.program_id = e.program_id
    join season s on s.leaderboard_id = b.id and e.occurred_at >= s.starts_at
      and (s.ends_at is null or e.occurred_at < s.ends_at)
    where e.kind = 'EARN' group by 1, 2)
  select * from wanted w full join standing s using (season_id, member_id)
  where w.score is distinct from s.score or w.reached_at is distinct from s.reached_at`;

it('counts each event once while two nodes compete for them', async () => {
  const second = await openSecondApp(test);
  const positions: number[] = [];
  for (let day = 1; day <= 28; day += 1) {
    const date = `2026-02-${String(day).padStart(2, '0')}`;
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, n) => checkIn(n % 2 === 0 ? test : second, `m${n}`, date)),
    );
    positions.push(...done.map(({ outcome }) => outcome.position));
  }
  await test.app.projection.waitFor(program.id, Math.max(...positions));
  await second.close();
  const { rows } = await test.app.pool.query(differing);
  expect(rows).toEqual([]);
  const { rows: total } = await test.app.pool.query(
    `select sum(t.score) as points, s.participants from standing t join season s on s.id = t.season_id
     where s.ends_at is null group by s.participants`,
  );
  // 10 + 15 + 20 + 25 + 30 + 35 and 22 × 40 each.
  expect(total).toEqual([{ points: String(20 * (135 + 22 * 40)), participants: 20 }]);
});

it('does not skip an event whose transaction commits after later ones', async () => {
  const slow = new pg.Client({ connectionString: test.databaseUrl });
  await slow.connect();
  const late = await checkIn(test, 'late', '2026-03-01');
  await test.app.projection.waitFor(program.id, late.outcome.position);
  const { rows } = await test.app.pool.query('select * from event where position = $1', [
    late.outcome.position,
  ]);
  await slow.query('begin');
  await slow.query(
    `insert into event (program_id, type, member_id, occurred_at, payload) values ($1, $2, $3, $4, $5)`,
    [rows[0].program_id, rows[0].type, rows[0].member_id, rows[0].occurred_at, rows[0].payload],
  );
  const fast = await checkIn(test, 'fast', '2026-03-01');
  await slow.query('commit'); // Only now: with a position before the one of `fast`.
  await slow.end();
  await test.app.projection.waitFor(program.id, fast.outcome.position);
  const { rows: scores } = await test.app.pool.query(
    `select m.external_id as id, t.score from standing t join season s on s.id = t.season_id
     join member m on m.id = t.member_id where s.ends_at is null and m.external_id in ('late', 'fast')
     order by 1`,
  );
  expect(scores).toEqual([
    { id: 'fast', score: 10 },
    { id: 'late', score: 20 }, // Its event was inserted twice on purpose.
  ]);
});

it('says how long it has been held up by a transaction left open, and does not spin', async () => {
  Object.assign(limits, { projectionLateMs: 1_000 });
  const { pool } = test.app;
  const said: string[] = [];
  const say = (_fields: object, message: string) => void said.push(message);
  let looks = 0;
  const counted = {
    connect: () => {
      looks += 1;
      return pool.connect();
    },
    query: pool.query.bind(pool),
  };
  const probe = new Projection(
    { what: 'boards', name: 'probe', apply: async () => [] },
    counted as unknown as Pool,
    { info: say, warn: say } as unknown as Log,
    () => {},
  );
  const forgotten = new pg.Client({ connectionString: test.databaseUrl });
  await forgotten.connect();
  await probe.start();
  try {
    await expect.poll(() => probe.lagSeconds, { timeout: 10_000 }).toBe(0);
    await forgotten.query('begin');
    await forgotten.query('select pg_current_xact_id()'); // It need not write anything.
    await checkIn(test, 'waiting', '2026-05-01');
    await expect.poll(() => probe.lagSeconds, { timeout: 10_000 }).toBeGreaterThan(0.2);
    const before = { looks, at: performance.now() };
    await expect.poll(() => said.length, { timeout: 10_000 }).toBe(1);
    expect(said[0]).toMatch(/stays open/);
    expect(probe.lagSeconds).toBeGreaterThan(1);
    expect(test.app.projection.lagSeconds).toBeGreaterThan(0.5);
    const perSecond = (looks - before.looks) / ((performance.now() - before.at) / 1000);
    expect(perSecond).toBeLessThan(15); // Every 20 ms would be 50.
    await forgotten.query('rollback');
    await expect.poll(() => probe.lagSeconds, { timeout: 10_000 }).toBe(0);
    await expect.poll(() => said.length, { timeout: 10_000 }).toBe(2);
  } finally {
    await forgotten.end();
    await probe.stop();
  }
});

it('tells at once that it stands still when an event cannot be read, then ever more seldom', async () => {
  const said: number[] = [];
  const probe = new Projection(
    { what: 'boards', name: 'fault', apply: () => Promise.reject(new Error('poison')) },
    test.app.pool,
    {
      error: ({ failures }: { failures: number }) => void said.push(failures),
      info: () => {},
      warn: () => {},
    } as unknown as Log,
    () => {},
  );
  const { outcome } = await checkIn(test, 'poison', '2026-05-02');
  await probe.start();
  try {
    await expect.poll(() => said, { timeout: 20_000 }).toEqual([1, 2, 4]);
    expect(probe.lagSeconds).toBeGreaterThan(1);
    expect(await test.app.projection.waitFor(program.id, outcome.position)).toBe(true);
  } finally {
    await probe.stop();
    await test.app.pool.query(`delete from cursor where consumer = 'fault'`);
  }
});

it('gives each season consecutive versions', async () => {
  const seen: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const { outcome } = await checkIn(test, `v${n}`, '2026-04-01');
    await test.app.projection.waitFor(program.id, outcome.position);
    const { rows } = await test.app.pool.query('select version from season where ends_at is null');
    seen.push(rows[0].version);
  }
  expect(seen.map((version) => version - (seen[0] ?? 0))).toEqual([0, 1, 2, 3, 4]);
});
