import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImportCheckInInput, importCheckIn } from '../../src/checkin/import-check-in.ts';
import { defaultPlan, ladderPoints } from '../../src/checkin/ladder.ts';
import { placeOf, streakOf } from '../../src/checkin/streak.ts';
import { addDays, localDateOf, startOfLocalDate } from '../../src/platform/calendar.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { setPlan } from '../support/rules.ts';
import { openSecondApp } from '../support/second-app.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`check-in.property: SEED=${seed}`);

/** Zones with a first date such that something odd happens in the days that follow. */
const places = [
  { zone: 'UTC', from: '2026-01-01' },
  { zone: 'Europe/Rome', from: '2026-03-26' },
  { zone: 'Europe/Rome', from: '2026-10-22' },
  { zone: 'America/New_York', from: '2026-10-28' },
  { zone: 'Australia/Lord_Howe', from: '2026-04-01' },
  { zone: 'Pacific/Apia', from: '2011-12-26' },
  { zone: 'Asia/Kathmandu', from: '2028-02-25' },
] as const;
const plan = { ...defaultPlan, ladder: [...defaultPlan.ladder] };
const dayStarts = [0, 150, 240, 1439];

type Fact = { readonly day: number; readonly minute: number };

/** Facts of a fortnight in any order, some of them on one date. */
const facts = fc.array(fc.record({ day: fc.nat({ max: 13 }), minute: fc.nat({ max: 1_300 }) }), {
  minLength: 1,
  maxLength: 12,
});

function inOrder(dates: readonly string[], zone: string) {
  let points = 0;
  for (let length = 1; length <= dates.length; length += 1) {
    points += ladderPoints(plan, streakOf(dates.slice(0, length), zone).current);
  }
  return { points, streak: streakOf(dates, zone) };
}

describe('any order of arrival', () => {
  it('gives every date the place it has in order, and pays the same (pure)', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), facts, ({ zone, from }, arrivals) => {
        const known: string[] = [];
        let points = 0;
        for (const { day } of arrivals) {
          const date = addDays(from, day);
          if (known.includes(date) || (zone === 'Pacific/Apia' && date === '2011-12-30')) continue;
          const { streakDay, following } = placeOf(known, date, zone);
          points += ladderPoints(plan, streakDay);
          for (const index of following.keys()) {
            const was = index + 1;
            points += ladderPoints(plan, streakDay + was) - ladderPoints(plan, was);
          }
          known.push(date);
          known.sort();
        }
        expect(points).toBe(inOrder(known, zone).points);
      }),
      { numRuns: 1_500, seed },
    );
  });
});

describe('any order of arrival at the engine', () => {
  const clock = new FakeClock('2030-01-01T00:00:00Z');
  let first: TestApp;
  let second: TestApp;
  const programs = new Map<string, number>();
  let members = 0;

  beforeAll(async () => {
    bePatient();
    first = await createTestApp({ clock });
    second = await openSecondApp(first);
    for (const { zone } of places) {
      for (const dayStartMinutes of dayStarts) {
        if (programs.has(`${zone} ${dayStartMinutes}`)) continue;
        const { id } = await createTestProgram(first.app, { zone, dayStartMinutes });
        await setPlan(first, { id }, { ...plan, expiry: { days: 30, until: 'END_OF_DAY' } });
        programs.set(`${zone} ${dayStartMinutes}`, id);
      }
    }
  }, 60_000);
  afterAll(async () => {
    expect(await findBreaches(first.app.pool)).toEqual([]);
    await second.close();
    await first.close();
  });

  /** Sends them one by one, or all at once to one node, or all at once to both. */
  async function importAll(programId: number, inputs: ImportCheckInInput[], way: string) {
    const viewer = { kind: 'system', programId, name: 'test' } as const;
    const send = (input: ImportCheckInInput, index: number) =>
      (way === 'two nodes' && index % 2 === 1 ? second : first).app.engine.run(
        importCheckIn,
        viewer,
        input,
      );
    if (way !== 'one by one') return Promise.all(inputs.map(send));
    const outcomes = [];
    for (const [index, input] of inputs.entries()) outcomes.push(await send(input, index));
    return outcomes;
  }

  async function storedState(externalId: string) {
    const { rows } = await first.app.pool.query(
      `select a.balance, a.lifetime_earned as lifetime, a.streak_current as current,
              a.streak_longest as longest, a.streak_total_days as "totalDays",
              a.last_check_in_date as "lastDate",
              array(select local_date::text from check_in c where c.member_id = m.id order by 1) as dates,
              (select json_object_agg(day, points) from (
                 select local_date as day, sum(amount) as points from ledger_entry e
                 where e.member_id = m.id group by 1 order by 1) as paid) as paid,
              (select json_object_agg(until, points) from (
                 select expires_at as until, sum(remaining) as points from lot l
                 where l.member_id = m.id group by 1 order by 1) as open) as open
       from member m join account a on a.member_id = m.id where m.external_id = $1`,
      [externalId],
    );
    return rows[0];
  }

  const ways = fc.constantFrom('one by one', 'at once', 'two nodes');

  it('leaves the same streak, points per day, lots and balance as arrival in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.constantFrom(...dayStarts),
        facts,
        ways,
        async ({ zone, from }, dayStart, arrivals, way) => {
          const programId = programs.get(`${zone} ${dayStart}`) ?? 0;
          const instantOf = ({ day, minute }: Fact) =>
            new Date(
              startOfLocalDate(addDays(from, day), zone, dayStart).getTime() + minute * 60_000,
            );
          members += 1;
          const inputsFor = (externalId: string, ordered: readonly Fact[]) =>
            ordered.map((fact) => ({ externalId, occurredAt: instantOf(fact) }));

          const shuffled = await importAll(programId, inputsFor(`a${members}`, arrivals), way);
          const sorted = arrivals.toSorted(
            (a, b) => instantOf(a).getTime() - instantOf(b).getTime(),
          );
          await importAll(programId, inputsFor(`b${members}`, sorted), 'at once');

          const dates = [
            ...new Set(arrivals.map((fact) => localDateOf(instantOf(fact), zone, dayStart))),
          ].sort();
          const expected = inOrder(dates, zone);
          const state = await storedState(`a${members}`);
          expect(state).toEqual(await storedState(`b${members}`));
          expect(state).toMatchObject({
            ...expected.streak,
            dates,
            balance: expected.points,
            lifetime: expected.points,
          });
          expect(shuffled.filter(({ outcome }) => !outcome.alreadyCheckedIn)).toHaveLength(
            dates.length,
          );
        },
      ),
      { numRuns: 200, seed },
    );
  }, 120_000);
});
