/** Badges for challenges, awarded once they are settled. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { type Contest, contest, freeze } from '../challenges/support.ts';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { badge, badgesOf, holdersOf, setBadge, sources } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
const names = ['ada', 'bob', 'cal', 'dan'];
beforeEach(async () => {
  eco = await economies.open();
  for (const name of names) await eco.enrol(name);
});

const sweep = () => eco.job('awardBadges');
const holders = (key: string) => holdersOf(eco, names, key);
const run = (who: string, value: number) => eco.act(who, 'run', { value });
const prizes = {
  bands: [
    { from: 1, to: 1, points: 5 },
    { from: 2, to: 2, points: 3 },
  ],
};
const keyOf = async (one: Contest): Promise<string> =>
  (await one.read('season { leaderboard { key } }')).season.leaderboard.key;

/** Makes final what is over by then. */
async function freezeAt(of: Economy, ms: number): Promise<void> {
  of.clock.advance(ms);
  await freeze(of);
}

/** Joined by these, and begun: a day from now it is over. */
async function begun(members: readonly string[], more: object = {}): Promise<Contest> {
  const one = await contest(eco, { settleDelayMinutes: 0, ...more });
  for (const name of members) await one.join(name);
  eco.clock.advance(HOUR);
  return one;
}

describe('a badge for a challenge', () => {
  it('goes to who stayed to its end, and to who won, once its settlement is published', async () => {
    const other = await contest(eco, { settleDelayMinutes: 0 });
    await other.join('cal');
    const one = await contest(eco, { settleDelayMinutes: 0, prizes });
    await setBadge(
      eco,
      'finisher',
      badge({ challenge: { finished: true, key: await keyOf(one) } }),
    );
    await setBadge(eco, 'winner', badge({ challenge: { top: 1 } }));
    await setBadge(eco, 'other', badge({ challenge: { finished: true, key: await keyOf(other) } }));
    for (const name of names) await one.join(name);
    eco.clock.advance(HOUR);
    for (const [index, name] of ['bob', 'ada', 'dan'].entries()) await run(name, 10 - index);
    await one.done('leaveChallenge', 'cal');
    await one.done('disqualifyParticipant', 'dan', { reason: 'bot' });
    eco.clock.advance(DAY);
    await freeze(eco);
    await sweep();
    expect(await holders('finisher')).toEqual([]);
    await eco.job('settleSeasons');
    await sweep();
    expect(await holders('finisher')).toEqual(['ada', 'bob']);
    expect(await holders('winner')).toEqual(['bob']);
    expect(await holders('other')).toEqual(['cal']);
    const { endsAt } = await one.read();
    expect((await badgesOf(eco, 'bob')).winner.earnedAt).toBe(endsAt);
    const { rows } = await eco.test.app.pool.query('select max(id) as id from challenge');
    expect(await sources(eco, 'bob')).toEqual([
      `CHALLENGE:${rows[0].id}`,
      `CHALLENGE:${rows[0].id}`,
    ]);
    expect(await sweep()).toBe(0);
  });

  it('without prizes goes to who stayed, once its standings are final', async () => {
    await setBadge(eco, 'finisher', badge({ challenge: { finished: true } }));
    const one = await begun(['ada']);
    eco.clock.advance(DAY);
    await sweep();
    expect(await holders('finisher')).toEqual([]);
    expect(await one.read('phase settledAt')).toEqual({ phase: 'CLOSING', settledAt: null });
    await freeze(eco);
    await sweep();
    expect(await holders('finisher')).toEqual(['ada']);
    const { phase, frozenAt, settledAt } = await one.read();
    expect([phase, settledAt]).toEqual(['SETTLED', frozenAt]);
  });

  it('goes to all who stayed, however many they are, and whatever becomes of other badges', async () => {
    const { badgeFinishersMax } = limits;
    const broken = await economies.open(); // Its program comes first.
    await setBadge(broken, 'finisher', badge({ challenge: { finished: true } }));
    await broken.enrol('ada');
    const other = await contest(broken, { settleDelayMinutes: 0 });
    await other.join('ada');
    await freezeAt(broken, DAY + HOUR);
    eco = await economies.open();
    for (const name of names) await eco.enrol(name);
    await setBadge(eco, 'finisher', badge({ challenge: { finished: true } }));
    await begun(names);
    await freezeAt(eco, DAY);
    const { pool } = eco.test.app;
    await pool.query(`create function test_stop() returns trigger language plpgsql as
      $$ begin raise exception 'not now'; end $$`);
    await pool.query(`create trigger test_stop before insert on badge_award for each row
      when (new.program_id = ${broken.program.id}) execute function test_stop()`);
    Object.assign(limits, { badgeFinishersMax: 2 });
    try {
      expect(await sweep()).toBe(3); // Two members each, and then nobody.
    } finally {
      Object.assign(limits, { badgeFinishersMax });
      await pool.query('drop trigger test_stop on badge_award');
    }
    expect(await holders('finisher')).toEqual(names);
    expect(await sweep()).toBe(1);
    expect(await holdersOf(broken, ['ada'], 'finisher')).toEqual(['ada']);
  });

  it('that was cancelled goes to nobody', async () => {
    await setBadge(eco, 'finisher', badge({ challenge: { finished: true } }));
    const one = await begun(['ada']);
    await one.send('cancelChallenge', { reason: 'Rain' });
    eco.clock.advance(DAY);
    await freeze(eco);
    expect(await sweep()).toBe(0);
    expect(await holders('finisher')).toEqual([]);
  });

  it('goes to the members of a team that won', async () => {
    const rules = { kind: 'TEAM', teamRules: { sizeMax: 3 } };
    const one = await contest(eco, { settleDelayMinutes: 0, prizes, ...rules });
    await setBadge(eco, 'winner', badge({ challenge: { top: 1, key: await keyOf(one) } }));
    const inviteCode = await one.found('ada', 'Foxes');
    for (const name of ['cal', 'dan']) await one.join(name, { team: { inviteCode } });
    await one.found('bob', 'Owls');
    eco.clock.advance(HOUR);
    await run('ada', 9);
    await run('bob', 5);
    await one.done('leaveChallenge', 'cal');
    eco.clock.advance(DAY);
    await freeze(eco);
    await eco.job('settleSeasons');
    await sweep();
    expect(await holders('winner')).toEqual(['ada', 'dan']);
  });

  it('is for one that there is', async () => {
    const query = `mutation ($key: String!) { draftRule(input: { key: "b", publish: {}, definition: {
      badge: { title: "B", criterion: { challenge: { finished: true, key: $key } } } } }) {
      ... on RuleNotValid { problems { field message } } } }`;
    const draft = async (key: string): Promise<object> => {
      const { data, errors } = await eco.test.ask(eco.program.keys.operator, query, { key });
      expect(errors).toBeUndefined();
      return data.draftRule;
    };
    expect(await draft('challenge:999')).toEqual({
      problems: [
        { field: 'criterion.challenge.key', message: 'there is no challenge challenge:999' },
      ],
    });
    const one = await contest(eco);
    expect(await draft(await keyOf(one))).toEqual({});
  });
});
