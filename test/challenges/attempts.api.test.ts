/** Attempts and targets (S77, S78). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { ahead, attempts, type Contest, contest } from './support.ts';

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

/** Joined by ada and bob, and begun three hours ago. */
async function begun(more: object = {}): Promise<Contest> {
  const one = await attempts(eco, more);
  for (const name of ['ada', 'bob']) await one.join(name);
  eco.clock.advance(4 * HOUR);
  return one;
}

const standing = async (one: Contest) => {
  const fields = 'season { standings { nodes { score reachedAt member { externalId } } } }';
  const { season } = await one.read(fields);
  return season.standings.nodes[0];
};

describe('attempts', () => {
  const made = [
    { score: 5, hours: -3 },
    { score: 9, hours: -2 },
    { score: 9, hours: -1 },
    { score: 7, hours: 0 },
  ];
  it.each([
    ['BEST', 9, -2],
    ['SUM', 30, 0],
    ['LAST', 7, 0],
  ])('make by %s %d, in whatever order they come', async (attemptOperator, score, hours) => {
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ] as const;
    for (const order of orders) {
      for (const together of [true, false]) {
        eco.clock.set('2026-03-10T12:00:00Z');
        const one = await begun({ attemptOperator });
        for (const index of order) {
          const { score: each = 0, hours: at = 0 } = made[index] ?? {};
          const occurredAt = ahead(eco, at * HOUR);
          await one.done('recordAttempt', 'ada', { score: each, occurredAt });
          if (!together) await standing(one);
        }
        const reachedAt = ahead(eco, hours * HOUR);
        expect(await standing(one)).toMatchObject({ score, reachedAt });
      }
    }
  });

  it('over the limit change nothing; a repeat is no attempt', async () => {
    const one = await begun({ attemptsMax: 2 });
    const first = { score: 5, reference: 'a' };
    const told = await one.done('recordAttempt', 'ada', first);
    expect(told).toMatchObject({ number: 1, alreadyRecorded: false, differs: false });
    expect(told.participation).toMatchObject({ attempts: 1, attemptsLeft: 1 });
    const again = await one.done('recordAttempt', 'ada', first);
    expect(again).toMatchObject({ number: 1, alreadyRecorded: true, differs: false });
    const other = await one.done('recordAttempt', 'ada', { score: 6, reference: 'a' });
    expect(other).toMatchObject({ number: 1, alreadyRecorded: true, differs: true });
    await one.done('recordAttempt', 'ada', { score: 6, reference: 'b' });
    const third = { member: { externalId: 'ada' }, score: 99 };
    expect(await one.send('recordAttempt', third)).toMatchObject({
      ...{ code: 'ATTEMPTS_USED_UP', attemptsMax: 2 },
    });
    expect((await one.done('recordAttempt', 'ada', first)).alreadyRecorded).toBe(true);
    await one.done('recordAttempt', 'bob', { score: 1, reference: 'a' });
    expect(await one.places()).toEqual(['1 ada 6', '2 bob 1']);
  });

  it('over the limit are refused however many come at once', async () => {
    const one = await begun({ attemptsMax: 3, attemptOperator: 'SUM' });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        one.send('recordAttempt', { member: { externalId: 'ada' }, score: 1 }),
      ),
    );
    expect(answers.filter(({ code }) => code === undefined)).toHaveLength(3);
    expect(await one.places()).toEqual(['1 ada 3']);
  });

  it('count within the time of play and of one’s part, by when they were made', async () => {
    const one = await attempts(eco, {
      endsAt: ahead(eco, 5 * HOUR),
      joinUntil: ahead(eco, 4 * HOUR),
    });
    const start = new Date(eco.clock.now().getTime() + HOUR);
    await one.join('ada');
    const at = (ms: number) => new Date(start.getTime() + ms).toISOString();
    const attempt = (who: string, ms: number) =>
      one.send('recordAttempt', { member: { externalId: who }, score: 1, occurredAt: at(ms) });
    expect((await attempt('ada', -HOUR)).code).toBe('ATTEMPT_OUTSIDE_TIME');
    eco.clock.advance(3 * HOUR);
    await one.join('bob');
    eco.clock.advance(3 * HOUR);
    expect((await attempt('ada', -1)).code).toBe('ATTEMPT_OUTSIDE_TIME');
    expect((await attempt('ada', 0)).code).toBeUndefined();
    expect((await attempt('ada', 4 * HOUR - 1)).code).toBeUndefined();
    expect(await attempt('ada', 4 * HOUR)).toMatchObject({
      ...{ code: 'ATTEMPT_OUTSIDE_TIME', countsFrom: at(0), countsUntil: at(4 * HOUR) },
    });
    expect((await attempt('bob', 2 * HOUR)).code).toBe('ATTEMPT_OUTSIDE_TIME');
    expect((await attempt('bob', 2 * HOUR + 1)).code).toBeUndefined();
    expect((await attempt('ada', 6 * HOUR)).code).toBe('OCCURRED_IN_FUTURE');
    expect((await attempt('ada', -100 * HOUR)).code).toBe('OCCURRED_TOO_LONG_AGO');
  });

  it('are of participants, of challenges that count them', async () => {
    const one = await begun();
    expect(await one.refused('recordAttempt', 'cleo', { score: 1 })).toBe('NOT_IN_CHALLENGE');
    await one.done('disqualifyParticipant', 'bob', { reason: 'bot' });
    expect(await one.refused('recordAttempt', 'bob', { score: 1 })).toBe('NOT_IN_CHALLENGE');
    eco.clock.set('2026-03-10T12:00:00Z');
    const other = await contest(eco);
    await other.join('ada');
    eco.clock.advance(2 * HOUR);
    expect(await other.refused('recordAttempt', 'ada', { score: 1 })).toBe('ATTEMPTS_NOT_COUNTED');
  });
});

describe('a target', () => {
  const reached = async (one: Contest) => {
    const fields = 'targetReached { place reachedAt member { externalId } team { name } }';
    const { targetReached } = await one.read(fields);
    return targetReached.map(
      (row: {
        place: number;
        reachedAt: string;
        member: { externalId: string } | null;
        team: { name: string } | null;
      }) => `${row.place} ${row.member?.externalId ?? row.team?.name} ${row.reachedAt}`,
    );
  };
  const goal = { goal: 'FIRST_TO_TARGET', target: 10 };
  const run = (who: string, value: number, more: object = {}) =>
    eco.act(who, 'run', { value, ...more });

  it('is reached in the order of the facts, which come together or not', async () => {
    for (const together of [true, false]) {
      eco = await economies.open();
      for (const name of ['ada', 'bob', 'cleo']) await eco.enrol(name);
      const one = await contest(eco, goal);
      for (const name of ['ada', 'bob', 'cleo']) await one.join(name);
      eco.clock.advance(HOUR);
      const facts = [
        ...[
          ['ada', 6],
          ['bob', 12],
          ['ada', 6],
          ['ada', 1],
          ['cleo', 9],
        ],
      ] as const;
      const times: string[] = [];
      for (const [who, value] of facts) {
        eco.clock.advance(1000);
        times.push(ahead(eco, 0));
        await run(String(who), Number(value));
        if (!together) await one.read();
      }
      expect(await reached(one)).toEqual([`1 bob ${times[1]}`, `2 ada ${times[2]}`]);
    }
  });

  it('is lost with what is returned; a late fact takes no place away', async () => {
    const one = await contest(eco, goal);
    for (const name of ['ada', 'bob']) await one.join(name);
    eco.clock.advance(2 * HOUR);
    const reference = 'shoes';
    await eco.done('recordActivity', 'ada', { type: 'run', reference, value: 10 });
    const at = ahead(eco, 0);
    expect(await reached(one)).toEqual([`1 ada ${at}`]);
    await run('ada', 5, { occurredAt: ahead(eco, -HOUR) });
    expect(await reached(one)).toEqual([`1 ada ${at}`]);
    const late = ahead(eco, -HOUR / 2);
    await run('bob', 10, { occurredAt: late });
    expect(await reached(one)).toEqual([`1 bob ${late}`, `2 ada ${at}`]);
    await eco.done('reverseActivity', 'ada', { type: 'run', reference });
    expect(await reached(one)).toEqual([`1 bob ${late}`]);
    await one.done('disqualifyParticipant', 'bob', { reason: 'bot' });
    expect(await reached(one)).toEqual([]);
  });

  it('is reached by teams in the order of the facts, which come together or not', async () => {
    for (const together of [true, false]) {
      eco = await economies.open();
      for (const name of ['ada', 'bob', 'cleo', 'dan']) await eco.enrol(name);
      const one = await contest(eco, { ...goal, kind: 'TEAM', teamRules: { sizeMax: 2 } });
      const foxes = await one.found('ada', 'Foxes');
      await one.join('bob', { team: { inviteCode: foxes } });
      const owls = await one.found('cleo', 'Owls');
      await one.join('dan', { team: { inviteCode: owls } });
      eco.clock.advance(HOUR);
      const facts = [
        ...[
          ['ada', 6],
          ['cleo', 6],
          ['dan', 4],
          ['bob', 5],
          ['cleo', 9],
          ['dan', 1],
        ],
      ] as const;
      const times: string[] = [];
      for (const [who, value] of facts) {
        eco.clock.advance(1000);
        times.push(ahead(eco, 0));
        await run(String(who), Number(value));
        if (!together) await one.read();
      }
      expect(await reached(one)).toEqual([`1 Owls ${times[2]}`, `2 Foxes ${times[3]}`]);
    }
  });

  it('is reached by teams', async () => {
    const one = await contest(eco, { ...goal, kind: 'TEAM', teamRules: { sizeMax: 2 } });
    const inviteCode = await one.found('ada', 'Foxes');
    await one.join('bob', { team: { inviteCode } });
    await one.found('cleo', 'Owls');
    eco.clock.advance(2 * HOUR);
    await run('ada', 6);
    expect(await reached(one)).toEqual([]);
    await run('bob', 6);
    const at = ahead(eco, 0);
    expect(await reached(one)).toEqual([`1 Foxes ${at}`]);
    await one.done('disqualifyParticipant', 'bob', { reason: 'bot' });
    expect(await reached(one)).toEqual([]);
  });
});
