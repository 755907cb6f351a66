/** Challenges settle by the same code: targets, teams and their splits (S79, S80, S85). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { challenge, disband, reached, team } from './challenge-rows.ts';
import { contest, paid, score, settle, settlement, TUESDAY, won } from './contest.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(TUESDAY);
});
// Rows made by hand are nothing to be proven: what joining and playing leave is, in test/challenges.
afterAll(() => economies.test.close());
beforeEach(async () => {
  eco = await economies.open();
});

const prizes = (points: readonly number[], more: object = {}) => ({
  bands: points.map((one, index) => ({ from: index + 1, to: index + 1, points: one })),
  ...more,
});
const each = (points: number, budget: number) => ({
  ...{ bands: [], ties: 'SHARE', each: points, budget, expiry: null, since: null },
});
const JOINED = 'JOINED';

describe('a target', () => {
  it('FIRST_TO_TARGET: who reached it first, whatever the score became; who is hidden did not', async () => {
    await contest(eco, prizes([50, 30]));
    await score(eco, { ada: 9, bob: 20, cem: 12, dan: 3 });
    await eco.done('updateProfile', 'cem', { leaderboardOptOut: true });
    const made = await challenge(eco, { goal: 'FIRST_TO_TARGET', target: 9 });
    await reached(eco, made, ['cem', 'ada', 'bob']);
    await settle(eco);
    const found = await settlement(eco);
    expect(won(found)).toEqual(['1 1 ada 50', '2 2 bob 30']);
    expect(found.ranked).toBe(2);
    const [line] = await eco.ledger('ada');
    expect(line.explanation).toBe('Rank 1 in Spring cup, from 2026-03-09 on.');
  });

  it('EVERYONE_AT_TARGET: everyone alike, and evenly what the budget has when it lacks', async () => {
    await contest(eco, undefined);
    await score(eco, { ada: 9, bob: 20, cem: 12, dan: 3 });
    const goal = 'EVERYONE_AT_TARGET';
    const made = await challenge(eco, { goal, target: 9, prizes: each(40, 100) });
    await reached(eco, made, ['cem', 'ada', 'bob']);
    await settle(eco);
    const found = await settlement(eco);
    expect(won(found)).toEqual(['1 1 cem 34', '2 1 ada 33', '3 1 bob 33']);
    const [line] = await eco.ledger('ada');
    expect(line).toMatchObject({
      explanation: 'Target of 9 reached in Spring cup, from 2026-03-09 on.',
      zh: '“Spring cup”（2026-03-09 起）达成目标 9。',
    });
  });
});

describe('teams', () => {
  /** Two teams of ada, bob and cem, and of dan and eve, with scores of 20 and 5. */
  async function teams(split: 'EQUAL' | 'BY_CONTRIBUTION' | 'CAPTAIN', points = [100, 31]) {
    await contest(eco, prizes(points));
    await score(eco, { ada: 15, bob: 5, cem: 2, dan: 4, eve: 1, fay: 1 });
    const made = await challenge(eco, { split });
    const left = { cem: JOINED, fay: 'LEFT', ada: JOINED, bob: JOINED };
    await team(eco, made, { name: 'Foxes', score: 22, members: left });
    await team(eco, made, { name: 'Owls', score: 5, members: { dan: JOINED, eve: JOINED } });
    return made;
  }

  it('EQUAL: evenly among who is in it at the end, the remainder to who joined first', async () => {
    await teams('EQUAL');
    await settle(eco);
    const found = await settlement(eco);
    expect(won(found)).toEqual(['1 1 Foxes 100', '2 2 Owls 31']);
    expect(paid(found)).toEqual([
      ...['ada 33 PAID', 'bob 33 PAID', 'cem 34 PAID', 'dan 16 PAID', 'eve 15 PAID'],
    ]);
    expect(found).toMatchObject({ planned: 131, paid: 131 });
    const [line] = await eco.ledger('dan');
    expect(line).toMatchObject({
      explanation: 'Rank 2 in Spring cup, from 2026-03-09 on, with a team.',
      zh: '“Spring cup”（2026-03-09 起）第 2 名，团队奖励。',
    });
  });

  it('BY_CONTRIBUTION: by their scores, to the point', async () => {
    await teams('BY_CONTRIBUTION');
    await settle(eco);
    expect(paid(await settlement(eco))).toEqual([
      ...['ada 68 PAID', 'bob 23 PAID', 'cem 9 PAID', 'dan 25 PAID', 'eve 6 PAID'],
    ]);
  });

  it('CAPTAIN: all of it', async () => {
    await teams('CAPTAIN');
    await settle(eco);
    expect(paid(await settlement(eco))).toEqual(['cem 100 PAID', 'dan 31 PAID']);
  });

  it('who was disqualified, and a team that nobody is left in, get nothing', async () => {
    const made = await teams('EQUAL', [100, 50, 20]);
    await eco.enrol('gus');
    await team(eco, made, { name: 'Bears', score: 9, members: { gus: 'DISQUALIFIED' } });
    await eco.enrol('hal');
    await team(eco, made, { name: 'Cats', score: 30, members: { hal: 'LEFT' } });
    await disband(eco, 'Cats');
    await settle(eco);
    const found = await settlement(eco);
    expect(won(found)).toEqual(['1 1 Foxes 100', '2 2 Bears 50', '3 3 Owls 20']);
    expect(found).toMatchObject({ state: 'PUBLISHED', planned: 120, paid: 120, ranked: 3 });
  });
});

describe('a challenge', () => {
  it('that was cancelled pays nothing', async () => {
    await contest(eco, prizes([50]));
    await score(eco, { ada: 9 });
    await challenge(eco, { cancelled: true });
    await settle(eco);
    expect(await settlement(eco)).toBeNull();
  });
});

describe('a settlement in small parts', () => {
  const { settlementRowsMax, settlementTeamsMax } = limits;
  beforeEach(() => {
    Object.assign(limits, { settlementRowsMax: 2, settlementTeamsMax: 1 });
    return () => void Object.assign(limits, { settlementRowsMax, settlementTeamsMax });
  });
  const many = { ada: 9, bob: 7, cem: 7, dan: 7, eve: 7, fay: 7, gus: 3, hal: 3, ida: 1 };

  it('comes to the same, with equals across parts', async () => {
    await contest(eco, prizes([50, 40, 30, 20, 10, 8, 5]));
    await score(eco, many);
    await settle(eco);
    expect(won(await settlement(eco))).toEqual([
      ...['1 1 ada 50', '2 2 bob 22', '3 2 cem 22', '4 2 dan 22', '5 2 eve 21', '6 2 fay 21'],
      ...['7 7 gus 3', '8 7 hal 2'],
    ]);
  });

  it('so do targets and teams', async () => {
    await contest(eco, undefined);
    await score(eco, many);
    const made = await challenge(eco, {
      ...{ goal: 'EVERYONE_AT_TARGET', target: 7, prizes: each(40, 100) },
    });
    await reached(eco, made, ['bob', 'ada', 'fay', 'cem', 'eve', 'dan']);
    await settle(eco);
    expect(won(await settlement(eco))).toEqual([
      ...['1 1 bob 17', '2 1 ada 17', '3 1 fay 17', '4 1 cem 17', '5 1 eve 16', '6 1 dan 16'],
    ]);
    eco = await economies.open();
    await contest(eco, prizes([50, 40, 30, 20, 10]));
    await score(eco, many);
    const cup = await challenge(eco, { split: 'EQUAL' });
    for (const [index, name] of ['ada', 'bob', 'cem', 'dan', 'eve'].entries()) {
      const state = index === 1 || index === 2 || index === 4 ? 'DISQUALIFIED' : JOINED;
      await team(eco, cup, { name: `T${name}`, score: 9 - index, members: { [name]: state } });
    }
    await settle(eco);
    expect(paid(await settlement(eco))).toEqual(['ada 50 PAID', 'dan 20 PAID']);
  });
});
