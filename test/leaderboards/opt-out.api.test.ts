/** Members choose how boards show them, and whether (S74). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startServer } from '../../src/http/server.ts';
import { DAY, type Economy, fixed, openEconomies } from '../economy/api.ts';
import { boardQuery, expectFaithful, overSse } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { counted, make, places, season, send } from './boards.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
const START = '2026-03-10T12:00:00Z';
const names = ['ada', 'bob', 'cy', 'di'];
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const [index, name] of names.entries()) {
    await eco.enrol(name);
    await eco.earning(`do-${name}`, fixed(`do-${name}`, 40 - 10 * index));
    await eco.act(name, `do-${name}`);
  }
});

const weekly = () => places(eco, { key: 'weekly' });
const optOut = (name: string, leaderboardOptOut = true) =>
  eco.done('updateProfile', name, { leaderboardOptOut });

/** One's place and neighbours: `rank name`. */
async function around(name: string, credential: string): Promise<string[]> {
  await counted(eco.test.app);
  const query = `{ leaderboard(key: "weekly") { season { standing(member: {externalId: "${name}"}) { rank }
    around(member: {externalId: "${name}"}, radius: 1) { rank member { externalId } } } } }`;
  const { data, errors } = await eco.test.ask(credential, query);
  expect(errors).toBeUndefined();
  const { standing, around: run } = data.leaderboard.season;
  // biome-ignore lint/suspicious/noExplicitAny: answers as the query asked.
  const shown = run.map(({ rank, member }: any) => `${rank} ${member.externalId}`);
  return standing === null ? shown : [String(standing.rank), ...shown];
}

describe('who opts out', () => {
  it('appears on no board, and the others close up; opting in undoes it', async () => {
    expect(await weekly()).toEqual(['1 ada 40', '2 bob 30', '3 cy 20', '4 di 10']);
    await optOut('bob');
    expect(await weekly()).toEqual(['1 ada 40', '2 cy 20', '3 di 10']);
    expect(await season(eco, { key: 'weekly' })).toMatchObject({
      participants: 3,
      standings: { totalCount: 3 },
    });
    await eco.act('bob', 'do-bob');
    await make(eco, { metric: 'CHECK_INS' });
    await eco.done('checkIn', 'bob');
    expect(await places(eco)).toEqual([]);
    expect(await season(eco)).toMatchObject({ participants: 0 });
    await optOut('bob', false);
    expect(await places(eco)).toEqual(['1 bob 1']);
    expect((await weekly())[0]).toBe('1 bob 70');
    await optOut('bob', false);
    expect(await season(eco, { key: 'weekly' })).toMatchObject({ participants: 4 });
  });

  it('sees the own place as it would be; others see neither it nor a gap', async () => {
    await optOut('bob');
    const bob = await eco.program.token('bob');
    expect(await around('bob', bob)).toEqual(['2', '1 ada', '2 bob', '3 cy']);
    expect(await around('bob', eco.program.keys.operator)).toHaveLength(4);
    expect(await around('bob', eco.program.keys.screen)).toEqual([]);
    expect(await around('cy', await eco.program.token('cy'))).toEqual([
      ...['2', '1 ada', '2 cy', '3 di'],
    ]);
  });

  it('leaves and enters the windows of those who follow the board', async () => {
    const server = await startServer(eco.test.app);
    const follower = await overSse(server.url, eco.program.keys.screen, boardQuery(3, 'weekly'));
    try {
      const shown = () =>
        follower.events
          .at(-1)
          // biome-ignore lint/suspicious/noExplicitAny: events have the shape of the query.
          .leaderboardChanged.standings.map(({ member }: any) => member.externalId);
      const soon = { timeout: 5_000, interval: 20 };
      await counted(eco.test.app);
      await expect.poll(shown, soon).toEqual(['ada', 'bob', 'cy']);
      await optOut('bob');
      await expect.poll(shown, soon).toEqual(['ada', 'cy', 'di']);
      await optOut('bob', false);
      await expect.poll(shown, soon).toEqual(['ada', 'bob', 'cy']);
      expectFaithful(follower.events);
    } finally {
      follower.stop();
      await server.close();
    }
  });

  it('stays on frozen seasons', async () => {
    await make(eco, { settleDelayMinutes: 0 });
    await eco.done('checkIn', 'ada');
    await eco.done('checkIn', 'bob');
    await optOut('ada');
    await counted(eco.test.app);
    eco.clock.advance(7 * DAY);
    await eco.job('freezeSeasons');
    await optOut('bob');
    await optOut('ada', false);
    expect(await places(eco, { at: START })).toEqual(['1 bob 1']);
  });

  it('is settled by what they wanted last, however fast they change their mind', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await optOut('bob', index % 2 === 0);
        await eco.act('bob', 'do-bob');
      }),
    );
    await optOut('bob', true);
    await counted(eco.test.app);
    expect(await weekly()).toEqual(['1 ada 40', '2 cy 20', '3 di 10']);
  });
});

describe('updateProfile', () => {
  const shown = `displayName nickname avatarUrl`;
  const own = `${shown} registeredName leaderboardOptOut`;

  it('sets nickname and picture; null clears them', async () => {
    const avatarUrl = 'https://img.example.org/a.png';
    const ada = await eco.program.token('ada');
    const answer = await eco.send('updateProfile', { nickname: 'Countess', avatarUrl }, ada);
    expect(answer.code).toBeUndefined();
    expect(await eco.read('ada', own)).toEqual({
      ...{ displayName: 'Countess', nickname: 'Countess', avatarUrl },
      ...{ registeredName: 'ada', leaderboardOptOut: false },
    });
    expect((await weekly())[0]).toBe('1 Countess 40');
    await eco.done('updateMember', 'ada', { displayName: 'Ada L.', nickname: null });
    expect(await eco.read('ada', own)).toMatchObject({ displayName: 'Ada L.', avatarUrl });
    await eco.done('updateProfile', 'ada', { avatarUrl: null, leaderboardOptOut: true });
    expect(await eco.read('ada', own)).toMatchObject({ avatarUrl: null, leaderboardOptOut: true });
  });

  it('is for members themselves, who see no other’s choices', async () => {
    const bob = await eco.program.token('bob');
    const { errors } = await eco.test.ask(
      bob,
      'mutation { updateProfile(input: {member: {externalId: "ada"}, nickname: "x"}) { __typename } }',
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    await counted(eco.test.app);
    const query = `{ leaderboard(key: "weekly") { season { standings { nodes { member { registeredName } } } } } }`;
    const screen = await eco.test.ask(eco.program.keys.screen, query);
    expect(screen.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('is refused for somebody who is not enrolled', async () => {
    expect(await eco.refused('updateProfile', 'nobody', { nickname: 'x' })).toBe(
      'MEMBER_NOT_FOUND',
    );
    expect(await eco.refused('updateMember', 'nobody', { nickname: 'x' })).toBe('MEMBER_NOT_FOUND');
  });

  it('is forgotten with the member', async () => {
    await eco.done('updateProfile', 'ada', { nickname: 'Countess', avatarUrl: 'https://x.org/a' });
    await eco.done('eraseMember', 'ada');
    expect((await weekly())[0]).toBe('1 Erased member 40');
    const { rows } = await eco.test.app.pool.query(
      `select 1 from member where nickname = 'Countess' and program_id = $1`,
      [eco.program.id],
    );
    expect(rows).toEqual([]);
    await send(eco, 'archiveLeaderboard', { key: 'weekly' });
  });
});
