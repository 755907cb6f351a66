/** A challenge as a screen follows it: phases, rankings of members and teams, and its result. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { ahead, contest } from '../challenges/support.ts';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { counted } from '../leaderboards/boards.ts';
import { createTestProgram } from '../support/app.ts';
import { openSocket } from '../support/doors.ts';
import { type Event, type Follower, followers, overWebSocket } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { metric } from '../support/server-process.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
let server: RunningServer;
const following: Follower[] = [];

beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  server = await startServer(economies.test.app);
});
afterAll(async () => {
  await server.close();
  await economies.close();
});
beforeEach(async () => {
  for (const follower of following.splice(0)) follower.stop();
  eco = await economies.open();
  for (const name of ['ada', 'bob', 'cyd']) await eco.enrol(name);
});

const place = 'rank score';
const fields = `kind version removed teamsRemoved
  challenge { title phase joinable participantsCount teamsCount startsAt settledAt refundedAt }
  season { version settlement { state paid winners(first: 5) { edges { node { rank points
    teamName member { externalId } } } } } }
  standings { ${place} member { id externalId } } changes { ${place} member { id externalId } }
  teamStandings { ${place} team { id name } } teamChanges { ${place} team { id name } }`;
const documentOf = (id: string) => `subscription { challengeChanged(id: "${id}") { ${fields} } }`;
const soon = { timeout: 5_000, interval: 20 };

async function follow(id: string, overIt = overWebSocket): Promise<Follower> {
  const follower = await overIt(server.url, eco.program.keys.screen, documentOf(id));
  following.push(follower);
  return follower;
}
const last = ({ events }: Follower): Event => events.at(-1).challengeChanged;
const run = (who: string, value: number) => eco.act(who, 'run', { value });

/** Whoever keeps rows by whose they are has both windows, at each message. */
function expectToLeadOn(events: readonly Event[]): void {
  const members = new Map<string, Event>();
  const teams = new Map<string, Event>();
  let version = -1;
  for (const { challengeChanged: change } of events) {
    if (change.kind === 'SNAPSHOT') {
      members.clear();
      teams.clear();
      expect(change.version).toBeGreaterThan(version);
    } else expect(change.version).toBe(version + 1);
    version = change.version;
    for (const id of change.removed) expect(members.delete(id)).toBe(true);
    for (const id of change.teamsRemoved) expect(teams.delete(id)).toBe(true);
    for (const row of change.changes) members.set(row.member.id, row);
    for (const row of change.teamChanges) teams.set(row.team.id, row);
    expect(new Set(members.values())).toEqual(new Set(change.standings));
    expect(new Set(teams.values())).toEqual(new Set(change.teamStandings));
  }
}

describe.each(followers)('a challenge over %s', (_name, overIt) => {
  it('is followed from joining to the published result', async () => {
    const prizes = { bands: [{ from: 1, to: 1, points: 100 }] };
    const one = await contest(eco, { settleDelayMinutes: 60, prizes });
    const follower = await follow(one.id, overIt);
    const phase = () => last(follower).challenge.phase;
    expect(last(follower)).toMatchObject({ kind: 'SNAPSHOT', standings: [], teamStandings: [] });
    expect(last(follower).challenge).toMatchObject({ phase: 'JOINING', joinable: true });
    await one.join('ada');
    await one.join('bob');
    await expect.poll(() => last(follower).challenge.participantsCount, soon).toBe(2);
    eco.clock.advance(HOUR); // No event tells of it.
    await expect.poll(phase, soon).toBe('ACTIVE');
    expect(last(follower).challenge.joinable).toBe(false);
    await run('ada', 5);
    await run('bob', 7);
    const scores = () =>
      last(follower).standings.map((row: Event) => `${row.member.externalId} ${row.score}`);
    await expect.poll(scores, soon).toEqual(['bob 7', 'ada 5']);
    eco.clock.advance(DAY);
    await expect.poll(phase, soon).toBe('CLOSING');
    eco.clock.advance(HOUR);
    await eco.job('startChallenges');
    await eco.job('freezeSeasons');
    await expect.poll(phase, soon).toMatch(/FROZEN|SETTLED/);
    await eco.job('settleSeasons');
    await expect.poll(phase, soon).toBe('SETTLED');
    expect(last(follower).season.settlement).toEqual({
      ...{ state: 'PUBLISHED', paid: 100 },
      winners: {
        edges: [{ node: { rank: 1, points: 100, teamName: null, member: { externalId: 'bob' } } }],
      },
    });
    expectToLeadOn(follower.events);
  });
});

describe('a followed challenge', () => {
  it('ranks teams, and goes on where a connection was lost', async () => {
    const one = await contest(eco, { kind: 'TEAM', teamRules: { sizeMax: 2 } });
    const red = await one.found('ada', 'Red');
    await one.found('bob', 'Blue');
    await one.join('cyd', { team: { inviteCode: red } });
    eco.clock.advance(HOUR);
    const follower = await follow(one.id);
    const teams = ({ teamStandings }: Event) =>
      teamStandings.map((row: Event) => `${row.rank} ${row.team.name} ${row.score}`);
    await run('bob', 4);
    await run('ada', 3);
    await expect.poll(() => teams(last(follower)), soon).toEqual(['1 Blue 4', '2 Red 3']);
    const seen = last(follower).version;
    follower.stop();
    await run('cyd', 2);
    const socket = await openSocket(server.url, eco.program.keys.screen);
    const query = `subscription ($after: SafeInt) { challengeChanged(id: "${one.id}", after: $after) {
      ${fields} } }`;
    socket.send({
      ...{ type: 'subscribe', id: 'again' },
      payload: { query, variables: { after: seen } },
    });
    const { payload } = await socket.waitFor(
      ({ id, payload }) =>
        id === 'again' && (payload as Event).data.challengeChanged.version > seen,
    );
    expect(teams((payload as Event).data.challengeChanged)).toEqual(['1 Red 5', '2 Blue 4']);
    expectToLeadOn(follower.events);
    socket.close();
  });

  it('tells of new settings, an early end, and that it was called off', async () => {
    const one = await contest(eco, { joinUntil: ahead(eco, 2 * HOUR) });
    const follower = await follow(one.id);
    await one.send('updateChallenge', { title: 'Run, run' });
    await expect.poll(() => last(follower).challenge.title, soon).toBe('Run, run');
    eco.clock.advance(HOUR);
    await expect.poll(() => last(follower).challenge.phase, soon).toBe('ACTIVE');
    await one.send('endChallenge');
    eco.clock.advance(HOUR);
    await expect.poll(() => last(follower).challenge.phase, soon).toBe('CLOSING');
    await one.send('cancelChallenge', { reason: 'Rain' });
    await expect.poll(() => last(follower).challenge.phase, soon).toBe('CANCELLED');
    expectToLeadOn(follower.events);
  });

  it('tells that the entry fees are back', async () => {
    await eco.done('adjustPoints', 'ada', { amount: 30, reason: 'start' });
    const one = await contest(eco, { entryFee: 10 });
    await one.join('ada');
    const follower = await follow(one.id);
    await one.send('cancelChallenge', { reason: 'Rain' });
    await expect.poll(() => last(follower).challenge.phase, soon).toBe('CANCELLED');
    expect(last(follower).challenge.refundedAt).toBeNull();
    await eco.job('refundEntryFees');
    await expect.poll(() => last(follower).challenge.refundedAt, soon).not.toBeNull();
    expectToLeadOn(follower.events);
  });

  it('is executed once for all who ask the same, and never for who asks of their own', async () => {
    const one = await contest(eco);
    await one.join('ada');
    const made = () => metric(server.url, 'tallymark_live_made');
    await counted(eco.test.app); // Joining is a version, too.
    const before = await made();
    const { screen, service } = eco.program.keys;
    const all = await Promise.all(
      [screen, service, await eco.program.token('bob')].map((key) =>
        overWebSocket(server.url, key, documentOf(one.id)),
      ),
    );
    expect((await made()) - before).toBe(1);
    const own = `subscription { challengeChanged(id: "${one.id}") { challenge { participation { state } } } }`;
    const ada = await overWebSocket(server.url, await eco.program.token('ada'), own);
    expect(ada.events[0].challengeChanged.challenge.participation).toEqual({ state: 'JOINED' });
    expect((await made()) - before).toBe(1);
    for (const one of [...all, ada]) one.stop();
  });

  it('is nobody else’s', async () => {
    const one = await contest(eco);
    const other = await createTestProgram(eco.test.app);
    const { events } = await overWebSocket(server.url, other.keys.screen, documentOf(one.id));
    expect(JSON.stringify(events)).toContain('there is no such challenge');
  });
});
