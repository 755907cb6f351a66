/** Capacity n admits exactly n of ten times as many who join at once, on two nodes (S76). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, openEconomies } from '../economy/api.ts';
import type { TestApp } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { type Contest, contest } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
let second: TestApp;
const CAPACITY = 6;
const crowd = Array.from({ length: 10 * CAPACITY }, (_, index) => `m${index}`);
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  second = await openSecondApp(economies.test);
});
afterAll(async () => {
  await second.close();
  await economies.close();
});
beforeEach(async () => {
  eco = await economies.open();
  await Promise.all(crowd.map((name) => eco.enrol(name)));
  await Promise.all(
    crowd.map((name) => eco.done('adjustPoints', name, { amount: 10, reason: 'start' })),
  );
});

/** What each of them is answered; every other one asks the second node. */
async function rush(one: Contest, teamOf: (index: number) => object): Promise<string[]> {
  const document = `mutation ($input: JoinChallengeInput!) { joinChallenge(input: $input) {
    __typename ... on Refusal { code } } }`;
  return Promise.all(
    crowd.map(async (externalId, index) => {
      const node = index % 2 === 0 ? eco.test : second;
      const input = { challengeId: one.id, member: { externalId }, ...teamOf(index) };
      const { data, errors } = await node.ask(eco.program.keys.service, document, { input });
      expect(errors).toBeUndefined();
      return data.joinChallenge.code ?? 'JOINED';
    }),
  );
}

const count = (answers: readonly string[], code: string) =>
  answers.filter((answer) => answer === code).length;

describe('a crowd', () => {
  it('finds exactly as many places as there are, and only those pay', async () => {
    const one = await contest(eco, { capacity: CAPACITY, entryFee: 10 });
    const answers = await rush(one, () => ({}));
    expect(count(answers, 'JOINED')).toBe(CAPACITY);
    expect(count(answers, 'CHALLENGE_FULL')).toBe(crowd.length - CAPACITY);
    expect((await one.read()).participantsCount).toBe(CAPACITY);
    const paid = await Promise.all(crowd.map(async (name) => (await eco.points(name)).available));
    expect(paid.filter((points) => points === 0)).toHaveLength(CAPACITY);
    const leavers = crowd.filter((_, index) => answers[index] === 'JOINED').slice(0, 2);
    await Promise.all(leavers.map((name) => one.done('leaveChallenge', name)));
    expect(count(await rush(one, () => ({})), 'CHALLENGE_FULL')).toBe(crowd.length - CAPACITY);
    expect((await one.read()).participantsCount).toBe(CAPACITY);
  });

  it('fills a team, and the places for teams, exactly', async () => {
    const one = await contest(eco, {
      ...{ kind: 'TEAM', teamRules: { sizeMax: 4 }, capacity: CAPACITY },
    });
    await eco.enrol('captain');
    const inviteCode = await one.found('captain', 'Foxes');
    const answers = await rush(one, (index) => ({
      team: index % 3 === 0 ? { inviteCode } : { create: { name: `Team ${index}` } },
    }));
    expect(count(answers, 'JOINED')).toBe(3 + CAPACITY - 1);
    expect(count(answers, 'TEAM_FULL')).toBe(crowd.length / 3 - 3);
    expect(await one.read('teamsCount participantsCount')).toEqual({
      ...{ teamsCount: CAPACITY, participantsCount: 3 + CAPACITY },
    });
  });

  it('who all want the same name make one team of it', async () => {
    const one = await contest(eco, { kind: 'TEAM', teamRules: { sizeMax: 4 } });
    const answers = await rush(one, () => ({ team: { create: { name: 'Foxes' } } }));
    expect(count(answers, 'JOINED')).toBe(1);
    expect(count(answers, 'TEAM_NAME_TAKEN')).toBe(crowd.length - 1);
  });

  it('of one member who taps ten times joins once and pays once', async () => {
    const one = await contest(eco, { entryFee: 10 });
    const taps = Array.from({ length: 10 }, () =>
      one.send('joinChallenge', { member: { externalId: 'm0' } }),
    );
    const answers = await Promise.all(taps);
    expect(answers.filter(({ alreadyJoined }) => alreadyJoined === false)).toHaveLength(1);
    expect(await eco.points('m0')).toMatchObject({ available: 0 });
  });

  it('who join and leave at once leave everything as it was', async () => {
    const one = await contest(eco, { capacity: 3, entryFee: 10 });
    const some = crowd.slice(0, 20);
    await Promise.all(
      some.flatMap((name) => {
        const by = { member: { externalId: name } };
        return [one.send('joinChallenge', by), one.send('leaveChallenge', by)];
      }),
    );
    await Promise.all(
      some.map((name) => one.send('leaveChallenge', { member: { externalId: name } })),
    );
    expect((await one.read()).participantsCount).toBe(0);
    const left = await Promise.all(some.map(async (name) => (await eco.points(name)).available));
    expect(new Set(left)).toEqual(new Set([10]));
  });
});
