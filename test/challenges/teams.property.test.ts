/** Scores of members and of teams are those of a naive model, whatever happened in whatever order. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { type Activity, ModelContest, type Rules } from './model.ts';
import { ahead, type Contest, contest } from './support.ts';

const numRuns = Number(process.env.RUNS ?? 8);
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`challenges.teams.property: SEED=${seed}`);
const START = '2026-03-27T12:00:00Z'; // The clocks change on the 29th.
const names = ['ada', 'bob', 'cy', 'dan', 'eve', 'flo'];
const contests = [
  { scoring: 'SUM', operator: null },
  { scoring: 'AVERAGE', operator: null },
  { scoring: 'TOP_N', operator: null },
  { scoring: 'CAPPED_SUM', operator: null },
  { scoring: 'SUM', operator: 'BEST' },
  { scoring: 'AVERAGE', operator: 'SUM' },
  { scoring: 'TOP_N', operator: 'LAST' },
] as const;

let economies: Awaited<ReturnType<typeof openEconomies>>;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());

const who = fc.constantFrom(...names);
const index = fc.nat({ max: contests.length - 1 });
const hours = fc.nat({ max: 10 });
const pick = fc.nat({ max: 1_000 });
const value = fc.integer({ min: 0, max: 30 });
const join = fc.record({ do: fc.constant('join' as const), who, team: fc.nat({ max: 2 }) });
const leave = fc.record({ do: fc.constant('leave' as const), who, index });
const act = fc.oneof(
  { weight: 2, arbitrary: join },
  { weight: 2, arbitrary: leave },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disqualify' as const), who, index }) },
  {
    weight: 7,
    arbitrary: fc.record({
      ...{ do: fc.constant('activity' as const), who, hours, value },
      units: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('return' as const), pick }) },
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constant('attempt' as const), who, hours, value, index }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), hours }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start' as const) }) },
);
/** Most have joined before the start, some have left again. */
const early = fc.array(fc.oneof({ weight: 6, arbitrary: join }, { weight: 1, arbitrary: leave }), {
  minLength: 6,
  maxLength: 14,
});
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

type World = {
  readonly eco: Economy;
  readonly activities: (Activity & { readonly reference: string })[];
  readonly played: {
    readonly one: Contest;
    readonly model: ModelContest;
    readonly codes: Map<string, string>;
  }[];
};

async function makeWorld(): Promise<World> {
  const eco = await economies.open();
  for (const name of names) await eco.enrol(name, { displayName: name });
  const [startsAt, endsAt] = [ahead(eco, 12 * HOUR), ahead(eco, 96 * HOUR)];
  const played: World['played'] = [];
  for (const { scoring, operator } of contests) {
    const rules: Rules = {
      ...{ scoring, operator, top: 2, cap: 20 },
      ...{ startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) },
    };
    const one = await contest(eco, {
      ...{ kind: 'TEAM', startsAt, endsAt },
      joinUntil: scoring === 'AVERAGE' ? startsAt : endsAt,
      teamRules: {
        ...{ sizeMax: 4, scoring },
        ...(scoring === 'TOP_N' && { top: 2 }),
        ...(scoring === 'CAPPED_SUM' && { memberCap: 20 }),
      },
      ...(operator !== null && {
        ...{ metric: 'ATTEMPTS', activityType: null, attemptOperator: operator },
      }),
    });
    played.push({ one, model: new ModelContest(rules), codes: new Map() });
  }
  return { eco, activities: [], played };
}

/** Tries an act; refusals are part of a history. */
async function perform({ eco, activities, played }: World, one: Act): Promise<void> {
  eco.clock.advance(1_000);
  const now = eco.clock.now().getTime();
  const at = (late: number) => new Date(now - late * HOUR).toISOString();
  if (one.do === 'wait') eco.clock.advance(one.hours * HOUR);
  if (one.do === 'start') await eco.job('startChallenges');
  if (one.do === 'join') {
    for (const { one: of, model, codes } of played) {
      const name = `Team ${one.team}`;
      const inviteCode = codes.get(name);
      const team = inviteCode === undefined ? { create: { name } } : { inviteCode };
      const answer = await of.send('joinChallenge', { member: { externalId: one.who }, team });
      if (answer.code !== undefined || answer.alreadyJoined) continue;
      model.joined(one.who, name, now);
      codes.set(name, answer.participation.team.inviteCode);
    }
  }
  if (one.do === 'leave' || one.do === 'disqualify') {
    const { one: of, model } = played[one.index] as World['played'][number];
    const command = one.do === 'leave' ? 'leaveChallenge' : 'disqualifyParticipant';
    const more = one.do === 'leave' ? {} : { reason: 'x' };
    const answer = await of.send(command, { member: { externalId: one.who }, ...more });
    if (answer.code === undefined) {
      model.ended(one.who, one.do === 'leave' ? 'LEFT' : 'DISQUALIFIED', now);
    }
  }
  if (one.do === 'activity') {
    const reference = `a${activities.length}`;
    const { value: worth, units } = one;
    const more = { type: 'run', reference, value: worth, units, occurredAt: at(one.hours) };
    await eco.done('recordActivity', one.who, more);
    const fact = { who: one.who, at: now - one.hours * HOUR, value: worth };
    activities.push({ ...fact, units, returned: 0, reference });
  }
  if (one.do === 'return') {
    const chosen = activities[one.pick % Math.max(1, activities.length)];
    if (chosen === undefined) return;
    const input = { member: { externalId: chosen.who }, type: 'run', reference: chosen.reference };
    const answer = await eco.send('reverseActivity', { ...input, units: 1 });
    if (answer.code === undefined) chosen.returned += 1;
  }
  if (one.do === 'attempt') {
    const { one: of, model } = played[one.index] as World['played'][number];
    const input = { member: { externalId: one.who }, score: one.value - 10 };
    const answer = await of.send('recordAttempt', { ...input, occurredAt: at(one.hours) });
    if (answer.code === undefined) {
      model.attempted(one.who, now - one.hours * HOUR, one.value - 10);
    }
  }
}

const withoutRank = (places: readonly string[]) =>
  places.map((place) => place.replace(/^\d+ /, '')).sort();

/** Teams that were compared. */
let compared = 0;

it('teams score what a naive model says', { timeout: 900_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      early,
      fc.array(act, { minLength: 30, maxLength: 60 }),
      async (first, rest) => {
        const world = await makeWorld();
        const begin = { do: 'wait' as const, hours: 12 };
        const history: Act[] = [...first, begin, ...rest];
        for (const [step, one] of history.entries()) {
          await perform(world, one);
          // Now and then everything is counted so far, and then together with what follows.
          if (step % 11 === 0) await world.played[0]?.one.read('phase');
        }
        for (const { one, model } of world.played) {
          expect(withoutRank(await one.places())).toEqual(model.members(world.activities));
          const teams = model.teams(world.activities);
          expect(withoutRank(await one.teams())).toEqual(teams);
          compared += teams.length;
        }
      },
    ),
    { numRuns, seed, endOnFailure: !process.env.SHRINK },
  );
  expect(compared).toBeGreaterThan(numRuns);
});
