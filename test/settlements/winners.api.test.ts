/** Who wins how much: ties, rank modes, and who does not (S80). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { bands, contest, score, settle, settlement, TUESDAY, won } from './contest.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(TUESDAY);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
});

describe('who wins', () => {
  it('SHARE: equals share the prizes of their places, the remainder to who came first', async () => {
    const prizes = {
      bands: [
        { from: 1, to: 1, points: 100 },
        { from: 2, to: 2, points: 1 },
      ],
    };
    await contest(eco, prizes);
    await score(eco, { ada: 5, bob: 5, cem: 5, dan: 2 });
    await settle(eco);
    const found = await settlement(eco);
    expect(won(found)).toEqual(['1 1 ada 34', '2 1 bob 34', '3 1 cem 33']);
  });

  it('ALL: each equal has the better prize; those the budget cannot pay share the rest', async () => {
    await contest(eco, { bands, ties: 'ALL', budget: 305 });
    await score(eco, { ada: 5, bob: 5, cem: 4, dan: 4, eve: 3 });
    await settle(eco);
    const found = await settlement(eco);
    expect(won(found)).toEqual(['1 1 ada 100', '2 1 bob 100', '3 3 cem 53', '4 3 dan 52']);
    expect(found).toMatchObject({ planned: 305, paid: 305 });
  });

  it('FIRST: by the order of the list', async () => {
    await contest(eco, { bands, ties: 'FIRST' });
    await score(eco, { ada: 5, bob: 5, cem: 5 });
    await settle(eco);
    expect(won(await settlement(eco))).toEqual(['1 1 ada 100', '2 1 bob 60', '3 1 cem 60']);
  });

  it.each([
    ['DENSE', ['1 1 ada 100', '2 2 bob 60', '3 2 cem 60', '4 3 dan 10']],
    ['UNIQUE', ['1 1 ada 100', '2 2 bob 60', '3 3 cem 60', '4 4 dan 10']],
  ])('%s ranks: prizes go by places all the same', async (rankMode, expected) => {
    await contest(eco, { bands }, { rankMode });
    await score(eco, { ada: 9, bob: 7, cem: 7, dan: 3 });
    await settle(eco);
    expect(won(await settlement(eco))).toEqual(expected);
  });

  it('not who has opted out, nor who has had everything taken back', async () => {
    await contest(eco, { bands });
    await score(eco, { ada: 9, bob: 7, cem: 5 });
    const hide = { leaderboardOptOut: true };
    await eco.done('updateProfile', 'ada', hide);
    await eco.done('recordActivity', 'bob', { type: 'share', reference: 'x', value: 1 });
    await eco.done('reverseActivity', 'cem', { type: 'share', reference: 'r3' });
    await settle(eco);
    const found = await settlement(eco);
    expect(won(found)).toEqual(['1 1 bob 100']);
    expect(found.ranked).toBe(1);
  });
});
