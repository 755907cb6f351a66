/** Challenges of members, each for themselves (S76, S78). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { places as boardPlaces } from '../leaderboards/boards.ts';
import { bePatient } from '../support/patience.ts';
import { ahead, type Contest, contest, freeze, send } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const name of ['ada', 'bob', 'cleo']) await eco.enrol(name, { displayName: name });
});

const run = (who: string, value: number, more: object = {}) =>
  eco.act(who, 'run', { value, ...more });

/** Joined by these, and begun. */
async function begun(names: readonly string[], more: object = {}): Promise<Contest> {
  const one = await contest(eco, more);
  for (const name of names) await one.join(name);
  eco.clock.advance(HOUR);
  return one;
}

describe('a challenge', () => {
  it('is made with everything that was left out, and is found by its id', async () => {
    const one = await contest(eco);
    expect(await one.read()).toMatchObject({
      ...{ kind: 'INDIVIDUAL', metric: 'ACTIVITY_VALUE', activityType: 'run', goal: 'RANKING' },
      ...{ rankMode: 'COMPETITION', settleDelayMinutes: 72 * 60, capacity: null, entryFee: 0 },
      ...{ joinUntil: ahead(eco, HOUR), phase: 'JOINING', joinable: true, teamRules: null },
      ...{ settlesAt: ahead(eco, 25 * HOUR + 3 * DAY), participantsCount: 0, version: 1 },
    });
    const query = `query ($id: ID!) { node(id: $id) { ... on Challenge { title } }
      challenges(first: 5) { edges { node { id } } }
      scheduled: challenges(first: 5, phases: [SCHEDULED]) { edges { node { id } } }
      leaderboards { key } }`;
    const { data, errors } = await eco.test.ask(eco.program.keys.screen, query, { id: one.id });
    expect(errors).toBeUndefined();
    expect(data.node.title).toBe('Week of running');
    expect(data.challenges.edges.map(({ node }: { node: object }) => node)).toEqual([
      { id: one.id },
    ]);
    expect(data.scheduled.edges).toEqual([]);
    expect(data.leaderboards.map(({ key }: { key: string }) => key)).not.toContain('challenge');
  });

  it('ranks who joined by what they did while it was played, and nobody else', async () => {
    const one = await contest(eco);
    await one.join('ada');
    await one.join('bob');
    await run('ada', 1000); // Before the start.
    eco.clock.advance(HOUR);
    await run('ada', 5);
    await run('bob', 7);
    await run('cleo', 9);
    await run('ada', 1, { occurredAt: ahead(eco, -1) });
    expect(await one.places()).toEqual(['1 bob 7', '2 ada 5']);
    eco.clock.advance(DAY - 1);
    await run('ada', 3); // In its last millisecond.
    eco.clock.advance(1);
    await run('ada', 100); // At exactly its end.
    await run('bob', 2, { occurredAt: ahead(eco, -1) });
    expect(await one.places()).toEqual(['1 bob 9', '2 ada 8']);
    expect(await one.read('phase season { state participants }')).toEqual({
      phase: 'CLOSING',
      season: { state: 'CLOSING', participants: 2 },
    });
  });

  it('takes back what was returned, by the instant of the fact', async () => {
    const one = await begun(['ada']);
    const reference = 'shoes';
    await eco.done('recordActivity', 'ada', { type: 'run', reference, value: 10, units: 2 });
    await run('ada', 1);
    eco.clock.advance(2 * DAY); // It is over; the return comes before it is final.
    await eco.done('reverseActivity', 'ada', { type: 'run', reference, units: 1 });
    expect(await one.places()).toEqual(['1 ada 6']);
  });

  it('counts who joins during play from joining', async () => {
    const one = await contest(eco, { joinUntil: ahead(eco, 20 * HOUR) });
    await one.join('ada');
    eco.clock.advance(2 * HOUR);
    expect((await one.read()).joinable).toBe(true);
    await run('bob', 50);
    eco.clock.advance(1);
    const { participation } = await one.join('bob');
    expect(participation.countsFrom).toBe(ahead(eco, 1));
    await run('bob', 60); // In the very millisecond of joining.
    eco.clock.advance(1);
    await run('bob', 3);
    await run('bob', 40, { occurredAt: ahead(eco, -HOUR) });
    await run('ada', 2, { occurredAt: ahead(eco, -HOUR) });
    expect(await one.places()).toEqual(['1 bob 3', '2 ada 2']);
  });

  it('freezes after its delay; later facts are noted beside it', async () => {
    const one = await begun(['ada'], { settleDelayMinutes: 60 });
    await run('ada', 5);
    eco.clock.advance(DAY + HOUR);
    await freeze(eco);
    expect(await one.read('phase frozenAt')).toMatchObject({ phase: 'SETTLED' });
    await run('ada', 7, { occurredAt: ahead(eco, -2 * HOUR) });
    expect(await one.places()).toEqual(['1 ada 5']);
    const { rows } = await eco.test.app.pool.query(
      `select l.amount from late_fact l join season s on s.id = l.season_id
       join leaderboard b on b.id = s.leaderboard_id where b.program_id = $1`,
      [eco.program.id],
    );
    expect(rows.map(({ amount }) => Number(amount))).toEqual([7]);
  });

  it('shows who opted out of leaderboards: joining is consent', async () => {
    const one = await begun(['ada', 'bob']);
    await eco.done('updateProfile', 'ada', { leaderboardOptOut: true, nickname: 'Countess' });
    await run('ada', 5);
    await run('bob', 4);
    await eco.done('updateProfile', 'bob', { leaderboardOptOut: true });
    expect(await one.places()).toEqual(['1 Countess 5', '2 bob 4']);
    expect(await boardPlaces(eco, { key: 'all-time' })).toEqual([]);
  });
});

describe('joining', () => {
  it('again answers as before and pays nothing', async () => {
    await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'start' });
    const one = await contest(eco, { entryFee: 30 });
    const first = await one.join('ada');
    expect(first).toMatchObject({ alreadyJoined: false, participation: { fee: 30 } });
    const again = await one.join('ada');
    expect(again).toMatchObject({ alreadyJoined: true, member: { points: { available: 70 } } });
    expect((await one.read()).participantsCount).toBe(1);
    const line = (await eco.ledger('ada')).at(-1);
    expect(line).toMatchObject({ kind: 'SPEND', amount: -30, reason: 'ENTRY_FEE' });
    expect(line.explanation).toBe('Entry fee of the challenge: Week of running.');
    expect(line.zh).toBe('挑战赛报名费：Week of running。');
  });

  it('is open in its window only, to its audience, while there is room, for who can pay', async () => {
    const one = await contest(eco, {
      ...{ joinFrom: ahead(eco, HOUR / 2), capacity: 1, entryFee: 10 },
      audience: { tags: ['runner'] },
    });
    expect(await one.read('phase joinable')).toEqual({ phase: 'SCHEDULED', joinable: false });
    expect(await one.refused('joinChallenge', 'ada')).toBe('CHALLENGE_NOT_JOINABLE');
    eco.clock.advance(HOUR / 2);
    expect(await one.refused('joinChallenge', 'ada')).toBe('CHALLENGE_NOT_FOR_MEMBER');
    for (const name of ['ada', 'bob']) await eco.done('updateMember', name, { tags: ['runner'] });
    expect(await one.refused('joinChallenge', 'ada')).toBe('INSUFFICIENT_POINTS');
    for (const name of ['ada', 'bob']) {
      await eco.done('adjustPoints', name, { amount: 10, reason: 'start' });
    }
    await one.join('ada');
    expect(await one.send('joinChallenge', { member: { externalId: 'bob' } })).toMatchObject({
      ...{ code: 'CHALLENGE_FULL', capacity: 1 },
    });
    expect((await one.read()).joinable).toBe(false);
    await one.done('leaveChallenge', 'ada');
    eco.clock.advance(HOUR / 2);
    expect(await one.refused('joinChallenge', 'bob')).toBe('CHALLENGE_NOT_JOINABLE');
    eco.clock.advance(DAY);
    expect(await one.refused('joinChallenge', 'bob')).toBe('CHALLENGE_OVER');
    const known = { member: { externalId: 'bob' }, challengeId: 'Q2hhbGxlbmdlOjk5OTk5' };
    expect((await send(eco, 'joinChallenge', known)).code).toBe('CHALLENGE_NOT_FOUND');
    expect(await one.refused('joinChallenge', 'nobody')).toBe('MEMBER_NOT_FOUND');
  });
});
