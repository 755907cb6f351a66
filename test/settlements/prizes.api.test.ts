/** What prizes a leaderboard may have, and how they may change. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, openEconomies } from '../economy/api.ts';
import { make, send } from '../leaderboards/boards.ts';
import { bePatient } from '../support/patience.ts';
import { bands, contest, problems, TUESDAY } from './contest.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(TUESDAY);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
});

const board = { key: 'board', title: 'Board', metric: 'CHECK_INS', cadence: 'WEEKLY' };
const refused = (prizes: object) => problems(eco, 'createLeaderboard', { ...board, prizes });

/** What the board says of its prizes. */
async function prizes() {
  const query = `{ leaderboard(key: "board") { version prizes { ties each budget
    bands { from to points } } season { prizes { budget } } } }`;
  const { data, errors } = await eco.test.ask(eco.program.keys.screen, query);
  expect(errors).toBeUndefined();
  return data.leaderboard;
}

describe('prizes', () => {
  it('are shown by the board and its season, with what was left out filled in', async () => {
    await contest(eco, { bands });
    expect(await prizes()).toEqual({
      version: 1,
      prizes: { bands, ties: 'SHARE', each: null, budget: 230 },
      season: { prizes: { budget: 230 } },
    });
    await make(eco, { key: 'none' });
    const { data } = await eco.test.ask(
      eco.program.keys.screen,
      '{ leaderboard(key: "none") { prizes { budget } season { prizes { budget } } } }',
    );
    expect(data.leaderboard).toEqual({ prizes: null, season: { prizes: null } });
  });

  it('are refused with everything that does not go together', async () => {
    expect(await refused({})).toEqual(['prizes.bands: say what places win']);
    expect(await refused({ each: 5, budget: 10 })).toEqual([
      'prizes.each: leave it out: it is for the goal EVERYONE_AT_TARGET',
      'prizes.bands: say what places win',
    ]);
    expect(await refused({ bands, ties: 'ALL' })).toEqual([
      'prizes.budget: is required with ALL: any number may be ranked equal',
    ]);
    const odd = [
      { from: 2, to: 1, points: 5 },
      { from: 3, to: 4, points: 9 },
    ];
    expect(await refused({ bands: odd })).toEqual([
      'prizes.bands.0.from: must be 1: places follow one another',
      'prizes.bands.0.to: must not be less than from, 2',
      'prizes.bands.1.from: must be 2: places follow one another',
      'prizes.bands.1.points: must not be more than the better places win, 5',
    ]);
    const huge = [{ from: 1, to: 2, points: Number.MAX_SAFE_INTEGER }];
    expect(await refused({ bands: huge })).toEqual([
      'prizes.bands: come to more than 2^53 − 1 points in all',
    ]);
  });

  it.each([
    [{ bands: [] }, 'prizes.bands: must be a list of 1 to 100'],
    [{ bands: [{ from: 1, to: 10_001, points: 1 }] }, 'must be a whole number from 1 to 10000'],
    [{ bands: [{ from: 1, to: 1, points: 0 }] }, 'must be greater than 0'],
    [{ bands, budget: -1 }, 'prizes.budget: must be greater than 0'],
  ])('out of bounds are an error of the input: %j', async (given, says) => {
    const answer = await eco.test.ask(
      eco.program.keys.operator,
      'mutation ($input: CreateLeaderboardInput!) { createLeaderboard(input: $input) { __typename } }',
      { input: { ...board, prizes: given } },
    );
    expect(answer.errors?.[0]?.message).toContain(says);
  });

  it('only grow once the board has begun', async () => {
    await contest(eco, { bands });
    const update = (given: object | null) => ({ key: 'board', prizes: given });
    const says = [
      'prizes: cannot be lowered, be it by a budget that better places use up, nor ties or expiry changed: the leaderboard has begun, and they were promised',
    ];
    for (const lower of [
      null,
      { bands: bands.slice(0, 2) },
      { bands, budget: 229 },
      { bands, ties: 'FIRST' },
      { bands, expiry: { days: 30, until: 'END_OF_DAY' } },
      {
        bands: [
          { from: 1, to: 3, points: 70 },
          { from: 4, to: 4, points: 70 },
        ],
        budget: 1_000,
      },
    ]) {
      expect(
        await problems(eco, 'updateLeaderboard', update(lower)),
        JSON.stringify(lower),
      ).toEqual(says);
    }
    const higher = { bands: [{ from: 1, to: 5, points: 100 }] };
    const answer = await send(eco, 'updateLeaderboard', update(higher));
    expect(answer.__typename).toBe('UpdateLeaderboardPayload');
    expect(await prizes()).toMatchObject({ version: 2, prizes: { budget: 500 } });
    await send(eco, 'updateLeaderboard', update(higher));
    expect(await prizes()).toMatchObject({ version: 2 });
  });

  it('change as they like before it begins', async () => {
    await contest(eco, { bands }, { startsAt: '2026-03-20T00:00:00Z' });
    await send(eco, 'updateLeaderboard', { key: 'board', prizes: { bands: bands.slice(0, 1) } });
    expect(await prizes()).toMatchObject({ version: 2, prizes: { budget: 100 } });
    await send(eco, 'updateLeaderboard', { key: 'board', prizes: null });
    expect(await prizes()).toMatchObject({ version: 3, prizes: null });
  });

  it('may be added at any time', async () => {
    await contest(eco, undefined);
    const answer = await send(eco, 'updateLeaderboard', { key: 'board', prizes: { bands } });
    expect(answer.__typename).toBe('UpdateLeaderboardPayload');
    expect(await prizes()).toMatchObject({ prizes: { budget: 230 } });
  });
});
