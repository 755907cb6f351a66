/** What operators may do to leaderboards, and what is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { DAY, type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { make, places, season, send } from './boards.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
const START = '2026-03-10T12:00:00Z';
const LATER = '2026-03-20T12:00:00.000Z';
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
});

const board = { key: 'board', title: 'Board', metric: 'CHECK_INS', cadence: 'WEEKLY' };
const create = (more: object = {}) => send(eco, 'createLeaderboard', { ...board, ...more });
const update = (more: object = {}) => send(eco, 'updateLeaderboard', { key: 'board', ...more });
// biome-ignore lint/suspicious/noExplicitAny: answers as the query asked.
const fieldsOf = ({ problems }: any): string[] => problems.map(({ field }: any) => field);

const listed = async (args = '') => {
  const { data } = await eco.test.ask(eco.program.keys.screen, `{ leaderboards${args} { key } }`);
  return data.leaderboards.map(({ key }: { key: string }) => key);
};

const audited = async () => {
  const query = '{ audit(first: 5) { edges { node { action target before after } } } }';
  const { data } = await eco.test.ask(eco.program.keys.operator, query);
  return data.audit.edges.map(({ node }: { node: object }) => node);
};

describe('createLeaderboard', () => {
  it('makes a board with defaults, and leaves an audit row', async () => {
    const { leaderboard } = await create();
    expect(leaderboard).toEqual({
      ...board,
      ...{ activityType: null, rankMode: 'COMPETITION', settleDelayMinutes: 72 * 60 },
      ...{ filter: null, startsAt: null, endsAt: null, archivedAt: null, version: 1 },
      countsFrom: '2026-03-10T12:00:00.001Z',
    });
    expect(await listed()).toContain('board');
    expect((await audited())[0]).toMatchObject({
      ...{ action: 'createLeaderboard', target: 'leaderboard:board', before: null },
      after: { metric: 'CHECK_INS', title: 'Board', rankMode: 'COMPETITION' },
    });
  });

  it('refuses what does not go together, all of it at once', async () => {
    const refused = await create({
      ...{ metric: 'ACTIVITY_VALUE', filter: { tiers: ['gold'] } },
      ...{ startsAt: '2026-03-01T00:00:00Z', endsAt: '2026-02-01T00:00:00Z' },
    });
    expect(refused.code).toBe('LEADERBOARD_NOT_VALID');
    expect(fieldsOf(refused)).toEqual(['activityType', 'endsAt', 'filter.tiers.0', 'endsAt']);
    expect(fieldsOf(await create({ activityType: 'run' }))).toEqual(['activityType']);
    expect(fieldsOf(await create({ endsAt: START }))).toEqual(['endsAt']);
    expect(await listed()).not.toContain('board');
  });

  it('refuses a key that is taken, also by an archived board', async () => {
    await make(eco);
    expect((await create()).code).toBe('LEADERBOARD_KEY_TAKEN');
    await send(eco, 'archiveLeaderboard', { key: 'board' });
    expect((await create()).code).toBe('LEADERBOARD_KEY_TAKEN');
  });

  it('makes one of twenty parallel ones, and no more boards than there may be', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => create()));
    expect(all.filter(({ leaderboard }) => leaderboard)).toHaveLength(1);
    expect(all.filter(({ code }) => code === 'LEADERBOARD_KEY_TAKEN')).toHaveLength(19);
    const inUse = (await listed()).length;
    Object.assign(limits, { programLeaderboardsMax: inUse });
    try {
      expect(fieldsOf(await create({ key: 'more' }))).toEqual(['key']);
    } finally {
      Object.assign(limits, { programLeaderboardsMax: 100 });
    }
  });
});

describe('updateLeaderboard', () => {
  it('changes what leaves rankings as they are, under a new version', async () => {
    await make(eco, { filter: { tags: ['a'] } });
    const change = {
      ...{ title: 'New', settleDelayMinutes: 60, endsAt: LATER },
      filter: { tags: ['b', 'b', 'a'] },
    };
    const { leaderboard } = await update(change);
    expect(leaderboard).toMatchObject({ ...change, version: 2, filter: { tags: ['a', 'b'] } });
    expect((await update(change)).leaderboard.version).toBe(2);
    const rows = await audited();
    expect(rows.map(({ action }: { action: string }) => action)).toEqual([
      'updateLeaderboard',
      'createLeaderboard',
    ]);
    expect(rows[0]).toMatchObject({
      before: { title: 'Board', endsAt: null },
      after: { title: 'New', endsAt: LATER },
    });
    expect((await update({ endsAt: null })).leaderboard.endsAt).toBeNull();
  });

  it('refuses with words what would change rankings that were seen', async () => {
    await make(eco);
    const refused = await update({
      ...{ startsAt: LATER, rankMode: 'DENSE', filter: { tags: ['a'] }, endsAt: START },
    });
    expect(refused.code).toBe('LEADERBOARD_NOT_VALID');
    expect(refused.problems).toEqual([
      { field: 'startsAt', message: expect.stringMatching(/has begun/) },
      { field: 'rankMode', message: expect.stringMatching(/make another leaderboard/) },
      { field: 'filter', message: expect.stringMatching(/everybody was counted/) },
      { field: 'endsAt', message: expect.stringMatching(/is over/) },
      { field: 'endsAt', message: expect.stringMatching(/not after the start/) },
    ]);
    expect(fieldsOf(await update({ filter: { tiers: ['gold'] } }))).toContain('filter.tiers.0');
  });

  it('may change all of it before the board begins, but its start only to a later time', async () => {
    await make(eco, { startsAt: LATER });
    await season(eco);
    expect(fieldsOf(await update({ startsAt: START }))).toEqual(['startsAt']);
    const startsAt = '2026-03-21T12:00:00.000Z';
    const { leaderboard } = await update({ startsAt, rankMode: 'DENSE', filter: { tags: ['a'] } });
    expect(leaderboard).toMatchObject({ startsAt, rankMode: 'DENSE', filter: { tags: ['a'] } });
    expect(await season(eco)).toMatchObject({ state: 'SCHEDULED', startsAt });
  });

  it('moves the end of the season that runs, and not one that is over', async () => {
    await eco.enrol('ada');
    await make(eco, { cadence: 'ALL_TIME' });
    expect(await season(eco)).toMatchObject({ startsAt: null, endsAt: null });
    await update({ endsAt: LATER });
    expect(await season(eco)).toMatchObject({ endsAt: LATER });
    const end = '2026-03-25T12:00:00.000Z';
    await update({ endsAt: end });
    eco.clock.set(new Date(Date.parse(end) - 1));
    await eco.done('checkIn', 'ada');
    eco.clock.set(end);
    expect(await season(eco)).toMatchObject({ endsAt: end, state: 'CLOSING' });
    eco.clock.advance(DAY);
    await eco.done('checkIn', 'ada');
    expect(await places(eco)).toEqual(['1 ada 1']);
    expect(await season(eco, { at: eco.clock.now().toISOString() })).toBeNull();
    expect(fieldsOf(await update({ endsAt: null }))).toEqual(['endsAt']);
  });

  it('moves the end of a season that is made at the same time', async () => {
    for (let round = 0; round < 10; round += 1) {
      const key = `race-${round}`;
      await make(eco, { key, cadence: 'ALL_TIME' });
      const look = () => season(eco, { key });
      const [, { leaderboard }] = await Promise.all([
        Promise.all([look(), look(), look()]),
        send(eco, 'updateLeaderboard', { key, endsAt: LATER }),
      ]);
      expect(leaderboard.endsAt).toBe(LATER);
      expect(await look()).toMatchObject({ endsAt: LATER });
    }
  });

  it('is refused for a board that is not there or archived', async () => {
    expect((await update({ title: 'x' })).code).toBe('LEADERBOARD_NOT_FOUND');
    await make(eco);
    await send(eco, 'archiveLeaderboard', { key: 'board' });
    expect((await update({ title: 'x' })).code).toBe('LEADERBOARD_ARCHIVED');
  });
});

describe('archiveLeaderboard', () => {
  it('ends the season, counts nothing more, and leaves it readable', async () => {
    await eco.enrol('ada');
    await make(eco);
    await eco.done('checkIn', 'ada');
    eco.clock.advance(DAY);
    const { leaderboard } = await send(eco, 'archiveLeaderboard', { key: 'board' });
    eco.clock.advance(1);
    const archivedAt = eco.clock.now().toISOString();
    expect(leaderboard).toMatchObject({ archivedAt, version: 2 });
    await eco.done('checkIn', 'ada');
    expect(await places(eco)).toEqual(['1 ada 1']);
    expect(await season(eco)).toMatchObject({ state: 'CLOSING', endsAt: archivedAt });
    expect(await season(eco, { at: archivedAt })).toBeNull();
    expect(await season(eco, { at: START })).toMatchObject({ endsAt: archivedAt });
    expect(await listed()).not.toContain('board');
    expect(await listed('(archived: true)')).toEqual(['board']);
    expect((await audited())[0]).toMatchObject({ action: 'archiveLeaderboard' });
    eco.clock.advance(4 * DAY);
    await eco.job('freezeSeasons');
    expect(await season(eco)).toMatchObject({ state: 'FROZEN' });
  });

  it('takes a board that never began', async () => {
    await make(eco, { startsAt: LATER });
    await season(eco);
    await send(eco, 'archiveLeaderboard', { key: 'board' });
    eco.clock.set(LATER);
    await eco.enrol('ada');
    await eco.done('checkIn', 'ada');
    expect(await places(eco)).toEqual([]);
  });

  it('is refused for a board that is not there or archived', async () => {
    const archive = () => send(eco, 'archiveLeaderboard', { key: 'board' });
    expect((await archive()).code).toBe('LEADERBOARD_NOT_FOUND');
    await make(eco);
    await archive();
    expect((await archive()).code).toBe('LEADERBOARD_ARCHIVED');
  });
});
