/** What happened before a board: previewed, counted once, beside what goes on (S21). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { backfill, counted, make, places, season, send } from './boards.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
const START = '2026-03-10T12:00:00Z';
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const name of ['ada', 'bob']) await eco.enrol(name);
});

const activity = (name: string, reference: string, value: number) =>
  eco.done('recordActivity', name, { type: 'run', reference, value });
const back = (name: string, reference: string) =>
  eco.done('reverseActivity', name, { type: 'run', reference });
const runs = { metric: 'ACTIVITY_VALUE', activityType: 'run' };

describe('a backfill', () => {
  it('does what its preview said; a second one finds nothing', async () => {
    await activity('ada', 'a', 5);
    await activity('ada', 'b', 7);
    eco.clock.advance(7 * DAY);
    await activity('ada', 'c', 1);
    await activity('bob', 'd', 2);
    await back('bob', 'd');
    eco.clock.advance(HOUR);
    await make(eco, runs);
    await activity('bob', 'e', 4);
    expect(await places(eco)).toEqual(['1 bob 4']);
    const figures = { facts: 4, standings: 3, seasons: 2, frozen: 0 };
    expect(await backfill(eco, 'board', true)).toEqual(figures);
    expect(await places(eco)).toEqual(['1 bob 4']);
    expect(await backfill(eco, 'board', false)).toEqual(figures);
    expect(await places(eco)).toEqual(['1 bob 4', '2 ada 1']);
    expect(await places(eco, { at: START })).toEqual(['1 ada 12']);
    expect(await season(eco)).toMatchObject({ participants: 2 });
    const nothing = { facts: 0, standings: 0, seasons: 0, frozen: 0 };
    expect(await backfill(eco, 'board', false)).toEqual(nothing);
    await back('ada', 'a');
    expect(await places(eco, { at: START })).toEqual(['1 ada 7']);
  });

  it('goes back to the start of the board, and no further', async () => {
    await activity('ada', 'a', 5);
    eco.clock.advance(DAY);
    await activity('ada', 'b', 7);
    eco.clock.advance(DAY);
    await make(eco, { ...runs, startsAt: '2026-03-11T00:00:00Z' });
    await backfill(eco, 'board', false);
    expect(await places(eco)).toEqual(['1 ada 7']);
  });

  it('leaves frozen seasons alone, and says so', async () => {
    await activity('ada', 'a', 5);
    eco.clock.advance(HOUR);
    await make(eco, { ...runs, settleDelayMinutes: 0 });
    await activity('ada', 'b', 7);
    await counted(eco.test.app);
    eco.clock.advance(7 * DAY);
    await eco.job('freezeSeasons');
    expect(await backfill(eco, 'board', false)).toMatchObject({ standings: 1, frozen: 1 });
    expect(await places(eco, { at: START })).toEqual(['1 ada 7']);
  });

  it('hides those who have opted out, and takes filters as of now', async () => {
    await activity('ada', 'a', 5);
    await activity('bob', 'b', 7);
    await eco.done('updateProfile', 'bob', { leaderboardOptOut: true });
    await eco.done('updateMember', 'ada', { tags: ['runner'] });
    eco.clock.advance(HOUR);
    await make(eco, runs);
    await make(eco, { ...runs, key: 'runners', filter: { tags: ['runner'] } });
    await backfill(eco, 'board', false);
    await backfill(eco, 'runners', true);
    await backfill(eco, 'runners', false);
    expect(await places(eco)).toEqual(['1 ada 5']);
    expect(await places(eco, { key: 'runners' })).toEqual(['1 ada 5']);
    await eco.done('updateMember', 'ada', { tags: [] });
    await back('ada', 'a');
    expect(await places(eco, { key: 'runners' })).toEqual(['1 ada 0']);
  });

  it('counts each fact once while members go on', async () => {
    for (let n = 0; n < 30; n += 1) await activity(n % 2 === 0 ? 'ada' : 'bob', `a${n}`, 1);
    eco.clock.advance(HOUR);
    await make(eco, runs);
    const { run } = await send(eco, 'backfillLeaderboard', { key: 'board', dryRun: false });
    expect(run.state).toBe('SCANNING');
    await Promise.all([
      ...Array.from({ length: 30 }, (_, n) => activity(n % 2 === 0 ? 'ada' : 'bob', `b${n}`, 1)),
      ...Array.from({ length: 10 }, (_, n) => back(n % 2 === 0 ? 'ada' : 'bob', `a${n}`)),
      ...Array.from({ length: 5 }, () => eco.job('backfillBoards')),
    ]);
    await eco.job('backfillBoards');
    expect(await places(eco)).toEqual(['1 ada 25', '1 bob 25'].sort());
  });

  it('takes turns with other jobs, however long it is', async () => {
    await activity('ada', 'a', 5);
    eco.clock.advance(HOUR);
    await make(eco, runs);
    await counted(eco.test.app);
    const { run } = await send(eco, 'backfillLeaderboard', { key: 'board', dryRun: false });
    const query = `{ leaderboardBackfill(id: "${run.id}") { state } }`;
    const state = async () =>
      (await eco.test.ask(eco.program.keys.operator, query)).data.leaderboardBackfill.state;
    const turn = limits.jobTurnMs;
    Object.assign(limits, { jobTurnMs: 0 });
    try {
      expect(eco.test.app.jobs.find(({ name }) => name === 'backfillBoards')?.takesTurns).toBe(
        true,
      );
      await eco.job('backfillBoards');
      expect(await state()).toBe('APPLYING');
      for (let turns = 0; turns < 3; turns += 1) await eco.job('backfillBoards');
      expect(await state()).toBe('DONE');
    } finally {
      Object.assign(limits, { jobTurnMs: turn });
    }
    expect(await places(eco)).toEqual(['1 ada 5']);
  });

  it('is refused where it makes no sense', async () => {
    const ask = () => send(eco, 'backfillLeaderboard', { key: 'board', dryRun: true });
    expect((await ask()).code).toBe('LEADERBOARD_NOT_FOUND');
    await make(eco);
    expect((await ask()).run.state).toBe('SCANNING');
    expect((await ask()).code).toBe('LEADERBOARD_BACKFILL_RUNNING');
    await counted(eco.test.app);
    await eco.job('backfillBoards');
    await send(eco, 'archiveLeaderboard', { key: 'board' });
    expect((await ask()).code).toBe('LEADERBOARD_ARCHIVED');
  });
});
