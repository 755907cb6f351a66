/** Histograms of seasons: many at once, those that come by another way, those before the migration. */
import './few-marks.ts';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addScores, bumpVersions } from '../../src/leaderboards/seasons.sql.ts';
import { createSqlPlacements } from '../../src/leaderboards/sql-standings.ts';
import { limits } from '../../src/limits.ts';
import { inTransaction } from '../../src/platform/db.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { histogramFaults, makeSeason } from './naive-season.ts';

let test: TestApp;
let program: TestProgram;
beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  program = await createTestProgram(test.app);
});
afterAll(() => test.close());

const reachedAt = new Date('2026-01-01T00:00:00Z');
const change = (memberId: number, amount: number) => ({ memberId, amount, minute: 0 });

it('are right when one transaction moves more seasons than marks are kept of', async () => {
  const seasons = await Promise.all(Array.from({ length: 30 }, () => makeSeason(test, program)));
  const members = Array.from({ length: 30 }, (_, n) => n + 1);
  for (const season of seasons) await season.apply(members.map((id) => change(id, id)));
  await inTransaction(test.app.pool, (client) =>
    addScores(
      client,
      seasons.flatMap(({ id: seasonId }) =>
        members.map((memberId) => ({
          ...{ seasonId, memberId, amount: (memberId * 7) % 30, reachedAt, hidden: false },
        })),
      ),
    ),
  );
  for (const { id } of seasons) expect(await histogramFaults(test, id)).toEqual([]);
});

it('are counted for a season whose standings came by another way, and not needed until then', async () => {
  const season = await makeSeason(test, program);
  const { pool } = test.app;
  await pool.query(
    `insert into standing (season_id, member_id, score, reached_at)
     select $1, n, n / 3, $2 from generate_series(1, 100) n`,
    [season.id, reachedAt.toISOString()],
  );
  const placements = createSqlPlacements(pool);
  const own = { seasonId: season.id, rankMode: 'UNIQUE' } as const;
  const before = await placements.around(own, 50, 0);
  expect(before.placements[0]?.rank).toBe(53); // 16 is the score of 48, 49 and 50, and 50 have more.
  await inTransaction(pool, (client) =>
    addScores(client, [
      { seasonId: season.id, memberId: 100, amount: 1, reachedAt, hidden: false },
    ]),
  );
  const { rows } = await pool.query(
    'select cardinality(ahead) as marks, standings from season_histogram where season_id = $1',
    [season.id],
  );
  expect(rows).toEqual([{ marks: expect.any(Number), standings: 100 }]);
  expect(rows[0].marks).toBeGreaterThan(10);
  expect(await histogramFaults(test, season.id)).toEqual([]);
  const after = await placements.around(own, 50, 0);
  expect(after.placements).toEqual(before.placements);
});

it('are made by the migration for the seasons there are', async () => {
  const season = await makeSeason(test, program);
  await season.apply(Array.from({ length: 500 }, (_, n) => change(n + 1, n % 9)));
  const { pool } = test.app;
  await pool.query('delete from season_histogram');
  const file = '../../prisma/migrations/20261122150100_standings_guards/migration.sql';
  const sql = readFileSync(path.join(import.meta.dirname, file), 'utf8');
  await pool.query(sql.slice(sql.indexOf('INSERT INTO season_histogram')));
  const { rows } = await pool.query(
    `select cardinality(ahead) as marks, ahead[1] as first from season_histogram where season_id = $1`,
    [season.id],
  );
  expect(rows).toEqual([{ marks: 7, first: 64 }]);
  expect(await histogramFaults(test, season.id)).toEqual([]);
  await season.apply([change(3, 100), change(501, 4)]);
  expect(await histogramFaults(test, season.id)).toEqual([]);
});

it('go with a trail of changes that is cut behind', async () => {
  Object.assign(limits, { seasonChangesKept: 50 });
  const season = await makeSeason(test, program);
  const { pool } = test.app;
  await season.apply([change(1, 1)]);
  for (let n = 0; n < 101; n += 1) {
    await inTransaction(pool, (client) =>
      bumpVersions(client, new Map([[season.id, { shown: 0, memberIds: [1] }]])),
    );
  }
  const { rows } = await pool.query(
    'select min(version) as first, max(version) as last from season_change where season_id = $1',
    [season.id],
  );
  expect(rows).toEqual([{ first: 52, last: 102 }]);
});
