/** Starting, ending, cancelling and changing challenges (S81, S82). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { runJob } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { ahead, attempts, type Contest, contest, freeze, send } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const name of ['ada', 'bob', 'cleo']) {
    await eco.enrol(name, { displayName: name });
    await eco.done('adjustPoints', name, { amount: 100, reason: 'start' });
  }
});

const available = async (who: string) => (await eco.points(who)).available;
const run = (who: string, value: number, more: object = {}) =>
  eco.act(who, 'run', { value, ...more });
const start = () => eco.job('startChallenges');
const refund = () => eco.job('refundEntryFees');

describe('cancelling', () => {
  it('gives every entry fee back once, pays nothing and freezes nothing', async () => {
    const one = await contest(eco, { entryFee: 40, settleDelayMinutes: 0 });
    for (const name of ['ada', 'bob', 'cleo']) await one.join(name);
    eco.clock.advance(HOUR);
    await one.done('leaveChallenge', 'bob');
    await one.done('disqualifyParticipant', 'cleo', { reason: 'bot' });
    await run('ada', 5);
    const { challenge } = await one.send('cancelChallenge', { reason: 'Rain.' });
    expect(challenge).toMatchObject({
      ...{ phase: 'CANCELLED', cancelReason: 'Rain.', refundedAt: null, joinable: false },
    });
    expect(await available('ada')).toBe(60);
    await Promise.all([refund(), refund()]);
    await refund();
    for (const name of ['ada', 'bob', 'cleo']) expect(await available(name)).toBe(100);
    const line = (await eco.ledger('ada')).at(-1);
    expect(line).toMatchObject({ kind: 'REFUND', amount: 40, reason: 'ENTRY_FEE_REFUND' });
    expect(line.explanation).toBe('Entry fee given back: Week of running.');
    expect((await one.read()).refundedAt).not.toBeNull();
    eco.clock.advance(2 * DAY);
    await freeze(eco);
    expect(await one.read('phase frozenAt')).toEqual({ phase: 'CANCELLED', frozenAt: null });
    expect(await one.refused('joinChallenge', 'ada')).toBe('CHALLENGE_CANCELLED');
    expect(await one.refused('leaveChallenge', 'ada')).toBe('CHALLENGE_CANCELLED');
    for (const name of ['cancelChallenge', 'endChallenge', 'updateChallenge'] as const) {
      const input = name === 'cancelChallenge' ? { reason: 'x' } : {};
      expect((await one.send(name, input)).code).toBe('CHALLENGE_CANCELLED');
    }
  });

  it('is refunded once by two nodes, whatever each of them was doing', async () => {
    const one = await contest(eco, { entryFee: 40 });
    for (const name of ['ada', 'bob', 'cleo']) await one.join(name);
    await one.send('cancelChallenge', { reason: 'Rain.' });
    const second = await openSecondApp(eco.test);
    try {
      await Promise.all([refund(), runJob(second.app, 'refundEntryFees'), refund()]);
    } finally {
      await second.close();
    }
    for (const name of ['ada', 'bob', 'cleo']) expect(await available(name)).toBe(100);
  });

  it('is refused once the standings are final', async () => {
    const one = await contest(eco, { settleDelayMinutes: 0 });
    await one.join('ada');
    eco.clock.advance(HOUR + DAY);
    await freeze(eco);
    expect((await one.send('cancelChallenge', { reason: 'x' })).code).toBe('CHALLENGE_OVER');
    const reason = { reason: 'bot' };
    expect(await one.refused('disqualifyParticipant', 'ada', reason)).toBe('CHALLENGE_OVER');
  });
});

describe('ending early', () => {
  it('counts what happened until then, and is settled by that after the delay', async () => {
    const one = await contest(eco, { settleDelayMinutes: 60 });
    await one.join('ada');
    expect((await one.send('endChallenge')).code).toBe('CHALLENGE_NOT_BEGUN');
    eco.clock.advance(2 * HOUR);
    await run('ada', 5);
    const before = await one.read('season { version }');
    const { challenge } = await one.send('endChallenge', { reason: 'Storm.' });
    expect(challenge.endsAt).toBe(ahead(eco, 1));
    expect((await one.read('season { version }')).season.version).toBe(before.season.version + 1);
    eco.clock.advance(1);
    await run('ada', 100);
    await run('ada', 3, { occurredAt: ahead(eco, -HOUR) });
    expect(await one.places()).toEqual(['1 ada 8']);
    expect((await one.read()).phase).toBe('CLOSING');
    expect((await one.send('endChallenge')).code).toBe('CHALLENGE_OVER');
    expect((await one.send('updateChallenge', { title: 'x' })).code).toBe('CHALLENGE_OVER');
    expect(await one.refused('leaveChallenge', 'ada')).toBe('CHALLENGE_OVER');
    eco.clock.advance(HOUR);
    await freeze(eco);
    expect((await one.read()).phase).toBe('SETTLED'); // Nothing is to be paid.
  });

  it('ends joining with it', async () => {
    const one = await contest(eco, { joinUntil: ahead(eco, 20 * HOUR) });
    eco.clock.advance(2 * HOUR);
    const { challenge } = await one.send('endChallenge');
    expect(challenge.joinUntil).toBe(challenge.endsAt);
  });
});

describe('the start', () => {
  it.each([
    ['CANCEL', 'CANCELLED'],
    ['GO_ON', 'ACTIVE'],
  ])('of one that too few have joined: %s', async (tooFew, phase) => {
    const one = await contest(eco, { minimum: 2, tooFew, entryFee: 10 });
    await one.join('ada');
    eco.clock.advance(HOUR);
    await Promise.all([start(), start()]);
    await refund();
    expect((await one.read()).phase).toBe(phase);
    expect(await available('ada')).toBe(phase === 'ACTIVE' ? 90 : 100);
  });

  it('is dealt with by who had joined then, however late the job is', async () => {
    const late = { joinUntil: ahead(eco, 20 * HOUR) };
    const enough = await contest(eco, { minimum: 2, tooFew: 'CANCEL' });
    const tooFew = await contest(eco, { minimum: 2, tooFew: 'CANCEL', ...late });
    for (const name of ['ada', 'bob']) await enough.join(name);
    await tooFew.join('ada');
    eco.clock.advance(2 * HOUR);
    await enough.done('leaveChallenge', 'ada');
    await tooFew.join('bob');
    expect((await enough.read()).startedAt).toBeNull();
    await start();
    expect((await enough.read()).startedAt).toBe(ahead(eco, 0));
    expect((await tooFew.read()).cancelReason).toBe('Too few have joined.');
  });
});

describe('settings', () => {
  /** The problems of a new challenge, or of a change, by their fields. */
  const problems = async (input: object, one?: Contest) => {
    const startsAt = ahead(eco, HOUR);
    const given = { title: 'x', metric: 'CHECK_INS', startsAt, endsAt: ahead(eco, DAY), ...input };
    const answer = one
      ? await one.send('updateChallenge', input)
      : await send(eco, 'createChallenge', given);
    expect(answer.code).toBe('CHALLENGE_NOT_VALID');
    return answer.problems.map(({ field }: { field: string }) => field).sort();
  };
  const team = { kind: 'TEAM', teamRules: { sizeMax: 3 } };

  it('name every problem at once', async () => {
    const input = { goal: 'FIRST_TO_TARGET', capacity: 2, minimum: 3, attemptsMax: 3, ...team };
    expect(
      await problems({ ...input, joinUntil: ahead(eco, 2 * DAY), activityType: 'run' }),
    ).toEqual(['activityType', 'attemptsMax', 'joinUntil', 'minimum', 'target']);
  });

  const past = { startsAt: '2026-03-10T11:00:00Z', joinFrom: '2026-03-10T10:00:00Z' };
  it.each([
    ['endsAt', { endsAt: '2026-03-10T12:50:00Z', joinUntil: '2026-03-10T12:30:00Z' }],
    ['startsAt', { ...past, joinUntil: '2026-03-10T12:30:00Z' }],
    ['joinUntil', { joinFrom: '2026-03-10T12:50:00Z', joinUntil: '2026-03-10T12:50:00Z' }],
    ['joinFrom', { joinFrom: '2026-03-10T14:00:00Z', joinUntil: '2026-03-10T15:00:00Z' }],
    ['target', { target: 5 }],
    ['target', { goal: 'EVERYONE_AT_TARGET' }],
    ['target', { goal: 'FIRST_TO_TARGET', target: 0 }],
    ['activityType', { metric: 'ACTIVITY_COUNT' }],
    ['activityType', { metric: 'ATTEMPTS', activityType: 'run' }],
    ['attemptOperator', { attemptOperator: 'BEST' }],
    ['attemptOperator', { metric: 'ATTEMPTS', attemptOperator: null }],
    ['minimum', { capacity: 1, minimum: 2 }],
    ['teamRules', { kind: 'TEAM' }],
    ['teamRules', { teamRules: { sizeMax: 3 } }],
    ['teamRules.top', { kind: 'TEAM', teamRules: { sizeMax: 3, scoring: 'TOP_N' } }],
    ['teamRules.top', { kind: 'TEAM', teamRules: { sizeMax: 3, scoring: 'TOP_N', top: 4 } }],
    ['teamRules.top', { kind: 'TEAM', teamRules: { sizeMax: 3, top: 2 } }],
    ['teamRules.memberCap', { kind: 'TEAM', teamRules: { sizeMax: 3, scoring: 'CAPPED_SUM' } }],
    ['teamRules.memberCap', { kind: 'TEAM', teamRules: { sizeMax: 3, memberCap: 9 } }],
    ['audience.tiers.0', { audience: { tiers: ['gold'] } }],
  ])('refuse %s of %j', async (field, input) => {
    expect(await problems(input)).toEqual([field]);
  });

  it('refuse an average over a roster that grows during play', async () => {
    const teamRules = { sizeMax: 3, scoring: 'AVERAGE' };
    const joinUntil = ahead(eco, 2 * HOUR);
    expect(await problems({ kind: 'TEAM', teamRules, joinUntil })).toEqual(['joinUntil']);
  });

  it('refuse a minimum that nobody could reach', async () => {
    const now = ahead(eco, HOUR);
    const input = { minimum: 1, joinFrom: now, joinUntil: ahead(eco, 2 * HOUR) };
    expect(await problems(input)).toEqual(['minimum']);
  });

  it('all change before anybody has joined, with its season', async () => {
    const one = await contest(eco);
    const startsAt = ahead(eco, 5 * HOUR);
    const { challenge } = await one.send('updateChallenge', {
      ...{ title: 'Other', startsAt, endsAt: ahead(eco, DAY), joinUntil: startsAt, ...team },
      ...{ metric: 'CHECK_INS', activityType: null, goal: 'EVERYONE_AT_TARGET', target: 3 },
    });
    expect(challenge).toMatchObject({
      ...{ title: 'Other', kind: 'TEAM', metric: 'CHECK_INS', target: 3, version: 2, startsAt },
      teamRules: { sizeMax: 3, scoring: 'SUM', top: null, memberCap: null, prizeSplit: 'EQUAL' },
    });
    expect((await one.read('season { startsAt }')).season.startsAt).toBe(startsAt);
    const again = await one.send('updateChallenge', { title: 'Other' });
    expect(again.challenge.version).toBe(2);
  });

  it('that matter for who has joined stay', async () => {
    const one = await contest(eco, { capacity: 5 });
    for (const name of ['ada', 'bob']) await one.join(name);
    const { challenge } = await one.send('updateChallenge', {
      ...{ title: 'New', description: 'More', capacity: 2, joinUntil: ahead(eco, 2 * HOUR) },
      audience: { tags: ['x'] },
    });
    expect(challenge).toMatchObject({ title: 'New', capacity: 2, joinUntil: ahead(eco, 2 * HOUR) });
    const fixed = { entryFee: 1, minimum: 1, rankMode: 'DENSE', endsAt: ahead(eco, DAY) };
    expect(await problems({ ...fixed, capacity: 1 }, one)).toEqual(
      [...Object.keys(fixed), 'capacity'].sort(),
    );
    expect((await one.send('updateChallenge', { capacity: null })).challenge.capacity).toBeNull();
    eco.clock.advance(HOUR);
    expect(await problems({ startsAt: ahead(eco, HOUR) }, one)).toContain('startsAt');
  });

  it('are written to the audit trail', async () => {
    const one = await attempts(eco);
    await one.send('updateChallenge', { title: 'Other' });
    await one.join('ada');
    await one.done('disqualifyParticipant', 'ada', { reason: 'bot' });
    eco.clock.advance(HOUR);
    await one.send('endChallenge');
    await one.send('cancelChallenge', { reason: 'x' });
    const query = '{ audit(first: 20) { edges { node { action target after } } } }';
    const { data } = await eco.test.ask(eco.program.keys.operator, query);
    const actions = data.audit.edges.map(({ node }: { node: { action: string } }) => node.action);
    expect(actions.slice(0, 5).sort()).toEqual([
      ...['cancelChallenge', 'createChallenge', 'disqualifyParticipant', 'endChallenge'],
      'updateChallenge',
    ]);
  });

  it('let a program have so many challenges that are not over', async () => {
    const { pool } = eco.test.app;
    const one = await contest(eco);
    await pool.query(
      `with b as (insert into leaderboard (program_id, key, title, cadence)
         select $1, 'challenge:x' || n, 'x', 'ALL_TIME' from generate_series(1, 199) n returning id),
       s as (insert into season (leaderboard_id, starts_at) select id, $2 from b)
       insert into challenge (program_id, leaderboard_id, kind, title, join_from, join_until,
         starts_at, ends_at, created_at, created_by)
       select $1, id, 'INDIVIDUAL', 'x', $2, $3, $2, $3, $2, 'x' from b`,
      [eco.program.id, '2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z'],
    );
    expect(await problems({})).toEqual(['title']);
    await one.send('cancelChallenge', { reason: 'x' });
    expect((await contest(eco)).id).toBeDefined();
  });
});
