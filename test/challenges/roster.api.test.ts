/** Who is in a team, and who runs it (S84). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { type Contest, contest } from './support.ts';

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

describe('a roster', () => {
  it('has room for so many; the code is for members of the team and those who run it', async () => {
    const one = await teams({ capacity: 1 }, { sizeMax: 2 });
    const inviteCode = await one.found('ada', 'Foxes');
    expect(inviteCode).toMatch(/^[2-9A-HJKMNP-Z]{12}$/);
    const typed = `${inviteCode.slice(0, 6)}-${inviteCode.slice(6)} `.toLowerCase();
    await one.join('bob', { team: { inviteCode: typed } });
    expect(
      await one.send('joinChallenge', { member: { externalId: 'cleo' }, team: { inviteCode } }),
    ).toMatchObject({ code: 'TEAM_FULL', sizeMax: 2 });
    const create = { name: 'Owls' };
    expect(await one.refused('joinChallenge', 'cleo', { team: { create } })).toBe('CHALLENGE_FULL');
    const bad = { inviteCode: '2'.repeat(12) };
    expect(await one.refused('joinChallenge', 'cleo', { team: bad })).toBe('TEAM_NOT_FOUND');
    const fields = 'teams(first: 1) { edges { node { inviteCode } } }';
    const seenBy = async (key: string) =>
      (await one.read(fields, key)).teams.edges[0].node.inviteCode;
    const { keys, token } = eco.program;
    expect(await seenBy(await token('bob'))).toBe(inviteCode);
    expect(await seenBy(keys.service)).toBe(inviteCode);
    expect(await seenBy(keys.screen)).toBeNull();
    expect(await seenBy(await token('cleo'))).toBeNull();
    await one.done('leaveChallenge', 'bob');
    expect(await seenBy(await token('bob'))).toBeNull();
  });

  it('is of one team for each member; who joined it already is told so', async () => {
    const one = await teams();
    const foxes = await one.found('ada', 'Foxes');
    const owls = await one.found('bob', 'Owls');
    expect(await one.refused('joinChallenge', 'bob', { team: { inviteCode: foxes } })).toBe(
      'IN_OTHER_TEAM',
    );
    const create = { name: 'Foxes' };
    expect(await one.refused('joinChallenge', 'cleo', { team: { create } })).toBe(
      'TEAM_NAME_TAKEN',
    );
    expect((await one.join('bob', { team: { inviteCode: owls } })).alreadyJoined).toBe(true);
    expect((await one.join('ada', { team: { create } })).alreadyJoined).toBe(true);
    expect((await one.read()).teamsCount).toBe(2);
  });

  it('is left before the start with the fee back, and joined anew', async () => {
    await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'start' });
    const one = await teams({ entryFee: 60 });
    await one.found('ada', 'Foxes');
    const left = await one.done('leaveChallenge', 'ada');
    expect(left).toMatchObject({
      ...{ participation: { state: 'LEFT', fee: 0 }, member: { points: { available: 100 } } },
      challenge: { participantsCount: 0, teamsCount: 0 },
    });
    await one.done('leaveChallenge', 'ada');
    const create = { name: 'Foxes' };
    expect(await one.refused('joinChallenge', 'ada', { team: { create } })).toBe('TEAM_NAME_TAKEN');
    await one.found('ada', 'Owls');
    expect(await eco.points('ada')).toMatchObject({ available: 40 });
    eco.clock.advance(HOUR);
    await run('ada', 3);
    expect(await one.teams()).toEqual(['1 Owls 3']);
    await one.done('leaveChallenge', 'ada');
    expect(await eco.points('ada')).toMatchObject({ available: 40 });
    expect(await one.teams()).toEqual([]);
    expect(await one.read('teamsCount participantsCount')).toEqual({
      ...{ teamsCount: 0, participantsCount: 0 },
    });
  });

  it('has the longest-standing member as captain once its own has left', async () => {
    const one = await teams();
    const inviteCode = await one.found('ada', 'Foxes');
    for (const name of ['cleo', 'bob']) {
      eco.clock.advance(1000);
      await one.join(name, { team: { inviteCode } });
    }
    const { participation } = await one.done('leaveChallenge', 'ada');
    expect(participation.team.captain).toEqual({ externalId: 'cleo' });
    expect(participation.team.size).toBe(2);
    expect(await one.refused('leaveChallenge', 'dan')).toBe('NOT_IN_CHALLENGE');
  });

  it('goes by its captain, who may hand over, renew the code and remove others', async () => {
    await eco.done('adjustPoints', 'cleo', { amount: 100, reason: 'start' });
    const one = await teams({ entryFee: 0 });
    const inviteCode = await one.found('ada', 'Foxes');
    for (const name of ['bob', 'cleo']) await one.join(name, { team: { inviteCode } });
    await one.found('dan', 'Owls');
    const to = { externalId: 'bob' };
    expect(await one.refused('transferCaptain', 'cleo', { to })).toBe('NOT_CAPTAIN');
    expect(await one.refused('transferCaptain', 'ada', { to: { externalId: 'dan' } })).toBe(
      'NOT_IN_CHALLENGE',
    );
    expect(await one.refused('transferCaptain', 'eve', { to })).toBe('NOT_IN_CHALLENGE');
    const handed = await one.done('transferCaptain', 'ada', { to });
    expect(handed.participation.team.captain).toEqual(to);
    expect(await one.refused('renewInviteCode', 'ada')).toBe('NOT_CAPTAIN');
    const renewed = await one.done('renewInviteCode', 'bob');
    expect(renewed.participation.team.inviteCode).not.toBe(inviteCode);
    expect(await one.refused('joinChallenge', 'eve', { team: { inviteCode } })).toBe(
      'TEAM_NOT_FOUND',
    );
    const { token } = eco.program;
    const cleo = { member: { externalId: 'cleo' } };
    expect((await one.send('removeFromTeam', cleo, await token('ada'))).code).toBe('NOT_CAPTAIN');
    expect((await one.send('removeFromTeam', cleo, await token('dan'))).code).toBe('NOT_CAPTAIN');
    const answer = await eco.test.ask(
      await token('bob'),
      `mutation ($input: RemoveFromTeamInput!) { removeFromTeam(input: $input) {
         ... on RemoveFromTeamPayload { participation { state fee } challenge { participantsCount } } } }`,
      { input: { challengeId: one.id, ...cleo } },
    );
    expect(answer.data.removeFromTeam).toEqual({
      ...{ participation: { state: 'LEFT', fee: null }, challenge: { participantsCount: 3 } },
    });
    expect(await one.refused('removeFromTeam', 'cleo')).toBe('NOT_IN_CHALLENGE');
    eco.clock.advance(HOUR);
    expect(await one.refused('removeFromTeam', 'ada')).toBe('CHALLENGE_HAS_BEGUN');
    const { rows } = await eco.test.app.pool.query(
      'select outcome::text from receipt union all select payload::text from event',
    );
    for (const code of [inviteCode, renewed.participation.team.inviteCode]) {
      expect(JSON.stringify(rows)).not.toContain(code);
    }
  });

  it('wants a team where there are teams, and none where there are not', async () => {
    const [one, alone] = [await teams(), await contest(eco)];
    const wrong = async (of: Contest, team: object | undefined) => {
      const answer = await eco.test.ask(
        eco.program.keys.operator,
        `mutation ($input: JoinChallengeInput!) { joinChallenge(input: $input) { __typename } }`,
        { input: { challengeId: of.id, member: { externalId: 'ada' }, team } },
      );
      return answer.errors?.[0]?.extensions;
    };
    expect(await wrong(one, undefined)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'team' });
    expect(await wrong(alone, { create: { name: 'A' } })).toMatchObject({ field: 'team' });
  });

  it('is seen by members, and their own parts by them', async () => {
    const one = await foxesAndOwls({});
    await run('ada', 10);
    const { teams: all, participants } = await one.read(
      `participants(first: 10) { edges { node { member { externalId } fee } } }
       teams(first: 1) { edges { node { challenge { title } captain { externalId }
         members(first: 5) { edges { node { state member { externalId } standing { score } } } } } } }`,
    );
    expect(participants.edges).toHaveLength(4);
    const [foxes] = all.edges;
    expect(foxes.node.captain).toEqual({ externalId: 'ada' });
    expect(foxes.node.members.edges[0].node).toEqual({
      ...{ state: 'JOINED', member: { externalId: 'ada' }, standing: { score: 10 } },
    });
    const own = `participation { team { name } attemptsLeft standing { rank } reason }`;
    const seen = await one.read(own, await eco.program.token('ada'));
    expect(seen.participation).toEqual({
      ...{ team: { name: 'Foxes' }, attemptsLeft: null, standing: { rank: 1 }, reason: null },
    });
    const { challenges } = await eco.read(
      'ada',
      'challenges(first: 5) { edges { node { challenge { title } } } }',
    );
    expect(challenges.edges).toEqual([{ node: { challenge: { title: 'Week of running' } } }]);
  });
});
