/** Who watches a board that has ended hears that it is final, what was won, and who is shown anew. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type Economy, openEconomies } from '../economy/api.ts';
import { counted, make } from '../leaderboards/boards.ts';
import { type Event, followers } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';

const START = '2026-03-10T12:00:00Z';
const END = '2026-03-10T13:00:00.000Z';
const query = `subscription { leaderboardChanged(key: "board", first: 5) { kind version
  season { state settlement { state winners { edges { node { points } } } } }
  standings { member { displayName } } } }`;
const soon = { timeout: 10_000, interval: 20 };

let economies: Awaited<ReturnType<typeof openEconomies>>;
let server: RunningServer;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
  server = await startServer(economies.test.app);
});
beforeEach(async () => {
  eco = await economies.open();
  for (const name of ['ada', 'bob']) await eco.enrol(name);
});
afterAll(async () => {
  await server?.close();
  await economies.close();
});

describe.each(followers)('over %s', (_name, follow) => {
  it('in versions of their own, one after the other', async () => {
    const bands = [{ from: 1, to: 1, points: 50 }];
    await make(eco, {
      ...{ cadence: 'ALL_TIME', startsAt: START, endsAt: END, settleDelayMinutes: 0 },
      prizes: { bands },
    });
    await eco.done('checkIn', 'ada');
    await counted(eco.test.app);
    const follower = await follow(server.url, eco.program.keys.screen, query);
    const last = (): Event => follower.events.at(-1).leaderboardChanged;
    const seen = ({ version, season, standings }: Event) => [
      ...[version, season.state, season.settlement?.winners.edges.length ?? null],
      standings.map(({ member }: Event) => member.displayName),
    ];
    const { version } = last();
    expect(seen(last())).toEqual([version, 'ACTIVE', null, ['ada']]);

    eco.clock.set(END);
    await eco.job('freezeSeasons');
    await expect.poll(() => seen(last()), soon).toEqual([version + 1, 'FROZEN', 0, ['ada']]);
    await eco.job('settleSeasons');
    await expect.poll(() => seen(last()), soon).toEqual([version + 2, 'FROZEN', 1, ['ada']]);
    await eco.done('eraseMember', 'ada');
    const erased = [version + 3, 'FROZEN', 1, ['Erased member']];
    await expect.poll(() => seen(last()), soon).toEqual(erased);
    expect(follower.events.map(({ leaderboardChanged }) => leaderboardChanged.kind)).toEqual([
      ...['SNAPSHOT', 'DELTA', 'DELTA', 'DELTA'],
    ]);
    follower.stop();
  });
});
