/** What teams score (S83, S84). */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { ahead, type Contest, contest, freeze } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
const names = ['ada', 'bob', 'cleo', 'dan', 'eve'];
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const name of names) await eco.enrol(name, { displayName: name });
});

const run = (who: string, value: number, more: object = {}) =>
  eco.act(who, 'run', { value, ...more });

/** A contest of teams. */
const teams = (more: object = {}, rules: object = {}) =>
  contest(eco, { kind: 'TEAM', teamRules: { sizeMax: 3, ...rules }, ...more });

/** Ada, bob and cleo make up Foxes, dan Owls; and it has begun. */
async function foxesAndOwls(rules: object, more: object = {}): Promise<Contest> {
  const one = await teams(more, rules);
  const inviteCode = await one.found('ada', 'Foxes');
  for (const name of ['bob', 'cleo']) await one.join(name, { team: { inviteCode } });
  await one.found('dan', 'Owls');
  eco.clock.advance(HOUR);
  return one;
}

describe('two of three active', () => {
  it.each([
    ['SUM', {}, ['1 Foxes 17', '2 Owls 7']],
    ['AVERAGE', {}, ['1 Owls 7', '2 Foxes 5']], // 17 / 3, rounded down.
    ['TOP_N', { top: 1 }, ['1 Foxes 10', '2 Owls 7']],
    ['TOP_N', { top: 3 }, ['1 Foxes 17', '2 Owls 7']],
    ['CAPPED_SUM', { memberCap: 8 }, ['1 Foxes 15', '2 Owls 7']],
  ])('give by %s %j', async (scoring, more, expected) => {
    const one = await foxesAndOwls({ scoring, ...more });
    await run('ada', 10);
    await run('bob', 7);
    await run('dan', 7);
    expect(await one.teams()).toEqual(expected);
    await eco.job('startChallenges');
    expect(await one.teams()).toEqual(expected);
    const { teams: all } = await one.read(
      'teams(first: 5) { edges { node { name size startSize standing { rank score } } } }',
    );
    const [foxes] = all.edges;
    const standing = expected.map((text) => text.split(' ')).find(([, name]) => name === 'Foxes');
    expect(foxes.node).toEqual({
      ...{ name: 'Foxes', size: 3, startSize: 3 },
      standing: { rank: Number(standing?.[0]), score: Number(standing?.[2]) },
    });
  });
});

describe('the places of a page of teams', () => {
  it('are those of the ranking, which is made once for all of them', async () => {
    const one = await foxesAndOwls({});
    await run('ada', 10);
    await run('dan', 12);
    await one.teams();
    const queries = vi.spyOn(pg.Client.prototype, 'query');
    const { teams: all } = await one.read(
      'teams(first: 9) { edges { node { name standing { rank score } } } }',
    );
    const asked = queries.mock.calls.map(([query]) => (query as { name?: string }).name);
    queries.mockRestore();
    expect(all.edges.map(({ node }: { node: object }) => node)).toEqual([
      { name: 'Foxes', standing: { rank: 2, score: 10 } },
      { name: 'Owls', standing: { rank: 1, score: 12 } },
    ]);
    expect(asked.filter((name) => name?.startsWith('challenges.rankTeams'))).toHaveLength(1);
  });
});

it('a member of a settled challenge who is erased stops no board', async () => {
  const prizes = { bands: [{ from: 1, to: 1, points: 90 }] };
  const one = await foxesAndOwls({}, { settleDelayMinutes: 0, prizes });
  await run('ada', 10);
  eco.clock.advance(DAY);
  await freeze(eco);
  await eco.job('settleSeasons');
  await eco.done('eraseMember', 'ada');
  await eco.done('checkIn', 'dan');
  expect(await one.teams()).toEqual(['1 Foxes 10']); // Waits for the boards.
  expect(await one.places()).toContain('1 Erased member 10');
});

describe('a team’s score', () => {
  it('falls with what is returned, and is reached when the last part of it was', async () => {
    const one = await foxesAndOwls({});
    const reference = 'shoes';
    await eco.done('recordActivity', 'ada', { type: 'run', reference, value: 10 });
    eco.clock.advance(1000);
    await run('bob', 5);
    const at = ahead(eco, 0);
    const reached = async () =>
      (await one.read('teamStandings { nodes { score reachedAt } }')).teamStandings.nodes[0];
    expect(await reached()).toEqual({ score: 15, reachedAt: at });
    eco.clock.advance(1000);
    await eco.done('reverseActivity', 'ada', { type: 'run', reference });
    expect(await reached()).toEqual({ score: 5, reachedAt: ahead(eco, 0) });
  });

  it('that stays as it is keeps its instant', async () => {
    const one = await foxesAndOwls({ scoring: 'CAPPED_SUM', memberCap: 10 });
    await run('ada', 10);
    const at = ahead(eco, 0);
    expect(await one.teams()).toEqual(['1 Foxes 10']);
    eco.clock.advance(1000);
    await run('ada', 10);
    const { teamStandings } = await one.read('teamStandings { nodes { score reachedAt } }');
    expect(teamStandings.nodes).toEqual([{ score: 10, reachedAt: at }]);
  });

  it.each([
    [
      'TOP_N',
      { top: 1 },
      [
        ['ada', 10],
        ['bob', 1],
      ],
    ],
    [
      'CAPPED_SUM',
      { memberCap: 10 },
      [
        ['ada', 4],
        ['bob', 6],
        ['ada', 6],
        ['ada', 3],
      ],
    ],
    [
      'AVERAGE',
      {},
      [
        ['ada', 28],
        ['bob', 2],
        ['bob', 1],
      ],
    ],
  ] as const)(
    'by %s %j is reached by the fact that made it, which come together or not',
    async (scoring, more, facts) => {
      const { score, last } = {
        TOP_N: { score: 10, last: 0 },
        CAPPED_SUM: { score: 16, last: 2 },
        AVERAGE: { score: 10, last: 1 },
      }[scoring];
      for (const together of [true, false]) {
        eco = await economies.open();
        for (const name of names) await eco.enrol(name, { displayName: name });
        const one = await foxesAndOwls({ scoring, ...more });
        const client = await eco.test.app.pool.connect();
        await client.query('begin');
        if (together) {
          await client.query(`select from cursor where consumer = 'standings' for update`);
        }
        const times: string[] = [];
        for (const [who, value] of facts) {
          eco.clock.advance(1000);
          times.push(ahead(eco, 0));
          await run(who, value);
          if (!together) await one.read('phase');
        }
        await client.query('commit');
        client.release();
        const { teamStandings } = await one.read('teamStandings { nodes { score reachedAt } }');
        expect(teamStandings.nodes).toEqual([{ score, reachedAt: times[last] }]);
      }
    },
  );

  it('is listed by who reached it first among equals, by the rank mode', async () => {
    const one = await foxesAndOwls({}, { rankMode: 'UNIQUE' });
    await run('dan', 5);
    eco.clock.advance(1000);
    await run('ada', 5);
    expect(await one.teams()).toEqual(['1 Owls 5', '2 Foxes 5']);
    const page = async (after: string | null) =>
      (
        await one.read(
          `teamStandings(first: 1${after === null ? '' : `, after: "${after}"`}) {
             pageInfo { hasNextPage endCursor } nodes { rank team { name } } }`,
        )
      ).teamStandings;
    const first = await page(null);
    expect(first).toMatchObject({ nodes: [{ rank: 1 }], pageInfo: { hasNextPage: true } });
    expect((await page(first.pageInfo.endCursor)).nodes).toEqual([
      { rank: 2, team: { name: 'Foxes' } },
    ]);
  });

  it('keeps what a leaver brought, and loses what a disqualified member did', async () => {
    const one = await foxesAndOwls({});
    await run('ada', 10);
    await run('bob', 7);
    await run('dan', 1);
    expect(await one.places()).toEqual(['1 ada 10', '2 bob 7', '3 dan 1']);
    eco.clock.advance(1);
    const { participation } = await one.done('leaveChallenge', 'ada');
    expect(participation).toMatchObject({ state: 'LEFT', countsUntil: ahead(eco, 1) });
    eco.clock.advance(1);
    await run('ada', 100);
    await run('ada', 5, { occurredAt: ahead(eco, -1) });
    expect(await one.places()).toEqual(['1 bob 7', '2 dan 1']);
    expect(await one.teams()).toEqual(['1 Foxes 22', '2 Owls 1']);
    await one.done('disqualifyParticipant', 'bob', { reason: 'bot' });
    expect(await one.places()).toEqual(['1 dan 1']);
    expect(await one.teams()).toEqual(['1 Foxes 15', '2 Owls 1']);
    expect(await one.refused('joinChallenge', 'bob', { team: { create: { name: 'New' } } })).toBe(
      'PARTICIPATION_ENDED',
    );
    expect(await one.read('participantsCount teamsCount')).toEqual({
      ...{ participantsCount: 2, teamsCount: 2 },
    });
    await one.done('disqualifyParticipant', 'dan', { reason: 'bot' });
    expect(await one.teams()).toEqual(['1 Foxes 15']);
  });

  it('loses what somebody brought who left before they were found out', async () => {
    const one = await foxesAndOwls({ prizeSplit: 'EQUAL' });
    await run('ada', 10);
    await run('bob', 700);
    await one.done('leaveChallenge', 'bob');
    expect(await one.teams()).toEqual(['1 Foxes 710']);
    const { participation, challenge } = await one.done('disqualifyParticipant', 'bob', {
      reason: 'bot',
    });
    expect(participation).toMatchObject({ state: 'DISQUALIFIED', reason: 'bot' });
    expect(participation.team.size).toBe(2);
    expect(challenge).toMatchObject({ participantsCount: 3, teamsCount: 2 });
    expect(await one.teams()).toEqual(['1 Foxes 10']);
    expect(await one.refused('leaveChallenge', 'bob')).toBe('NOT_IN_CHALLENGE');
    expect(await one.refused('disqualifyParticipant', 'eve', { reason: 'x' })).toBe(
      'NOT_IN_CHALLENGE',
    );
  });

  it('counts late joiners from joining', async () => {
    const one = await teams({ joinUntil: ahead(eco, 20 * HOUR) });
    const inviteCode = await one.found('ada', 'Foxes');
    eco.clock.advance(2 * HOUR);
    await run('bob', 50);
    await one.join('bob', { team: { inviteCode } });
    eco.clock.advance(1);
    await run('bob', 3);
    await run('ada', 1);
    expect(await one.teams()).toEqual(['1 Foxes 4']);
    eco.clock.advance(2 * DAY + 4 * DAY);
    await freeze(eco);
    expect(await one.read('phase')).toEqual({ phase: 'SETTLED' });
    expect(await one.teams()).toEqual(['1 Foxes 4']);
  });
});
