/** How seasons settle and become final (S67 to S69). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importCheckIn } from '../../src/checkin/import-check-in.ts';
import { limits } from '../../src/limits.ts';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { runJob } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { counted, make, places, season, send } from './boards.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
/** A Tuesday in Rome. */
const START = '2026-03-10T12:00:00Z';
/** The end of its week. */
const SUNDAY = '2026-03-15T23:00:00Z';
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const name of ['ada', 'bob']) await eco.enrol(name);
});

const freeze = () => eco.job('freezeSeasons');

/** How many seasons of the test's own board are frozen once the job has run. */
async function frozenBy(job: () => Promise<unknown> = freeze): Promise<number> {
  await job();
  const { rows } = await eco.test.app.pool.query(
    `select s.id from season s join leaderboard b on b.id = s.leaderboard_id
     where b.program_id = $1 and b.key = 'board' and s.frozen_at is not null`,
    [eco.program.id],
  );
  return rows.length;
}
const at = START;

type Late = { amount: number; occurredAt: string; member: { externalId: string } };
/** What came late to the season of the board that holds an instant. */
async function lateFacts(asked: { at: string; page?: string }): Promise<Late[]> {
  const args = asked.page === undefined ? '' : `(${asked.page})`;
  await counted(eco.test.app);
  const { data, errors } = await eco.test.ask(
    eco.program.keys.operator,
    `{ leaderboard(key: "board") { season(at: "${asked.at}") { lateFacts${args} { edges { node {
      amount occurredAt member { externalId } } } } } } }`,
  );
  expect(errors).toBeUndefined();
  return data.leaderboard.season.lateFacts.edges.map(({ node }: { node: Late }) => node);
}

describe('a season', () => {
  it('is SCHEDULED, ACTIVE, CLOSING and FROZEN; facts that come before the freeze count', async () => {
    const startsAt = '2026-03-11T12:00:00Z';
    await make(eco, { startsAt, settleDelayMinutes: 12 * 60 });
    expect(await season(eco)).toMatchObject({
      ...{ state: 'SCHEDULED', startsAt: '2026-03-11T12:00:00.000Z' },
      ...{ endsAt: '2026-03-15T23:00:00.000Z', frozenAt: null },
    });
    await eco.done('checkIn', 'ada');
    expect(await places(eco)).toEqual([]);
    eco.clock.set(startsAt);
    expect(await season(eco)).toMatchObject({ state: 'ACTIVE' });
    await eco.done('checkIn', 'ada');
    eco.clock.set(SUNDAY);
    const closing = { at: '2026-03-14T12:00:00Z' };
    expect(await season(eco, closing)).toMatchObject({ state: 'CLOSING' });
    expect(await season(eco)).toMatchObject({ state: 'ACTIVE', participants: 0 });
    const late = { occurredAt: '2026-03-15T22:59:59.999Z' };
    eco.clock.set(new Date(Date.parse(SUNDAY) + 12 * HOUR - 1));
    expect(await frozenBy()).toBe(0);
    await eco.done('checkIn', 'bob', late);
    eco.clock.advance(1);
    await eco.done('checkIn', 'ada', { occurredAt: '2026-03-14T12:00:00Z' });
    expect(await frozenBy()).toBe(1);
    const frozen = await season(eco, closing);
    expect(frozen).toMatchObject({ state: 'FROZEN', frozenAt: '2026-03-16T11:00:00.000Z' });
    expect(await places(eco, closing)).toEqual(['1 ada 2', '2 bob 1']);
    await eco.done('checkIn', 'bob', { occurredAt: '2026-03-14T12:00:00Z' });
    expect(await season(eco, closing)).toEqual(frozen);
    expect(await frozenBy()).toBe(1);
    expect(await lateFacts(closing)).toEqual([
      { amount: 1, occurredAt: '2026-03-14T12:00:00.000Z', member: { externalId: 'bob' } },
    ]);
  });

  it('tells operators of late facts in pages, in the order they came, and nobody else', async () => {
    await make(eco, { settleDelayMinutes: 0 });
    await eco.done('checkIn', 'ada');
    await counted(eco.test.app);
    eco.clock.set(SUNDAY);
    expect(await frozenBy()).toBe(1);
    for (const name of ['bob', 'ada']) {
      await eco.done('checkIn', name, { occurredAt: '2026-03-14T12:00:00Z' });
    }
    const at = '2026-03-14T12:00:00Z';
    const who = async (page: string) =>
      (await lateFacts({ at, page })).map(({ member }) => member.externalId);
    expect(await who('first: 100')).toEqual(['bob', 'ada']);
    expect(await who('last: 1')).toEqual(['ada']);
    const query = `{ leaderboard(key: "board") { season(at: "${at}") { lateFacts(first: 1) {
      pageInfo { endCursor } } } } }`;
    const { data } = await eco.test.ask(eco.program.keys.service, query);
    const { endCursor } = data.leaderboard.season.lateFacts.pageInfo;
    expect(await who(`after: "${endCursor}"`)).toEqual(['ada']);
    expect(await who(`last: 5, before: "${endCursor}"`)).toEqual([]);
    const { errors } = await eco.test.ask(eco.program.keys.screen, query);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  it('keeps what it was ranked by, and is found by its id for ever', async () => {
    await make(eco, { title: 'First', settleDelayMinutes: 0, filter: { tags: ['a'] } });
    const { id } = await season(eco);
    eco.clock.set(SUNDAY);
    expect(await frozenBy()).toBe(1);
    await send(eco, 'updateLeaderboard', {
      key: 'board',
      title: 'Second',
      filter: { tags: ['b'] },
    });
    await send(eco, 'archiveLeaderboard', { key: 'board' });
    const query = `query ($id: ID!) { node(id: $id) { ... on Season { state
      leaderboard { title version } definition { version title filter { tags } } } } }`;
    const { data } = await eco.test.ask(eco.program.keys.screen, query, { id });
    expect(data.node).toEqual({
      ...{ state: 'FROZEN', leaderboard: { title: 'Second', version: 3 } },
      definition: { version: 1, title: 'First', filter: { tags: ['a'] } },
    });
  });

  it('settles from when it was made, if an import made it later', async () => {
    await make(eco, { startsAt: '2026-01-01T00:00:00Z', settleDelayMinutes: 60 });
    await eco.test.app.pool.query(`update leaderboard set counts_from = '2026-01-01'`);
    const viewer = { kind: 'system', programId: eco.program.id, name: 'import' } as const;
    const take = (occurredAt: string) =>
      eco.test.app.engine.run(importCheckIn, viewer, {
        ...{ externalId: 'ada', occurredAt: new Date(occurredAt) },
      });
    await take('2026-02-03T12:00:00Z');
    await counted(eco.test.app);
    expect(await frozenBy()).toBe(0);
    await take('2026-02-04T12:00:00Z');
    await counted(eco.test.app);
    eco.clock.advance(HOUR);
    expect(await frozenBy()).toBe(1);
    expect(await places(eco, { at: '2026-02-03T12:00:00Z' })).toEqual(['1 ada 2']);
  });

  it('waits for the boards to pass what was recorded in time', async () => {
    await make(eco, { settleDelayMinutes: 0 });
    await eco.done('checkIn', 'ada');
    const { pool } = eco.test.app;
    const client = await pool.connect();
    const { positionWaitMs } = limits;
    Object.assign(limits, { positionWaitMs: 200 }); // Boards of other tests wait for this, too.
    try {
      // Nobody counts while this holds the cursor.
      await client.query('begin');
      await client.query(`select 1 from cursor where consumer = 'standings' for update`);
      await eco.done('checkIn', 'bob');
      eco.clock.set(SUNDAY);
      expect(await frozenBy()).toBe(0);
    } finally {
      Object.assign(limits, { positionWaitMs });
      await client.query('rollback');
      client.release();
    }
    await expect.poll(frozenBy, { timeout: 10_000 }).toBe(1);
    expect(await places(eco, { at })).toEqual(['1 ada 1', '1 bob 1']);
  });

  it('is frozen once, by two nodes at once', async () => {
    await make(eco, { cadence: 'DAILY', settleDelayMinutes: 0 });
    for (let day = 0; day < 4; day += 1) {
      await eco.done('checkIn', 'ada');
      eco.clock.advance(DAY);
    }
    await counted(eco.test.app);
    const second = await openSecondApp(eco.test);
    await freeze();
    await make(eco, { key: 'other', cadence: 'DAILY', settleDelayMinutes: 0 });
    await eco.done('checkIn', 'bob');
    await counted(eco.test.app);
    eco.clock.advance(DAY);
    const both = await Promise.all([freeze(), runJob(second.app, 'freezeSeasons')]);
    await second.close();
    // Its own seasons of the day before, and the one that the program's other boards closed.
    expect(both.filter((seasons) => seasons > 0)).toHaveLength(1);
    expect(await frozenBy()).toBe(5);
  });

  it('is never changed by anybody once it is frozen, but for its version', async () => {
    await make(eco, { settleDelayMinutes: 0 });
    await eco.done('checkIn', 'ada');
    await counted(eco.test.app);
    eco.clock.set(SUNDAY);
    expect(await frozenBy()).toBe(1);
    const { pool } = eco.test.app;
    const frozen = '(select id from season where frozen_at is not null order by id desc limit 1)';
    for (const statement of [
      `update standing set score = 2 where season_id = ${frozen}`,
      `delete from standing where season_id = ${frozen}`,
      `insert into standing values (${frozen}, 999999, 1, now(), false)`,
      `update season set frozen_at = null, definition = null where id = ${frozen}`,
      `update season set version = version + 1, participants = 0 where id = ${frozen}`,
      `update season set version = version - 1 where id = ${frozen}`,
      `delete from season where id = ${frozen}`,
      'truncate standing',
    ]) {
      await expect(pool.query(statement), statement).rejects.toThrow(/never changed or removed/);
    }
  });
});
