/** Badges that a job awards: for the past, for places in seasons, for challenges. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, fixed, HOUR, openEconomies } from '../economy/api.ts';
import { counted, make } from '../leaderboards/boards.ts';
import { runJob } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { task } from '../tasks/support.ts';
import {
  badge,
  badgesOf,
  change,
  holdersOf,
  setBadge,
  settled,
  shown,
  sources,
} from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
/** A Tuesday in Rome, and the ends of its week and of the next. */
const START = '2026-03-10T12:00:00Z';
const SUNDAY = '2026-03-15T23:00:00.000Z';
const NEXT = '2026-03-22T23:00:00.000Z';
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
const names = ['ada', 'bob', 'cal', 'dan'];
beforeEach(async () => {
  eco = await economies.open();
  for (const name of names) await eco.enrol(name);
});

const sweep = () => eco.job('awardBadges');
const now = () => eco.clock.now().toISOString();
const holders = (key: string) => holdersOf(eco, names, key);
/** Checks in so many times, on one day after the other. */
async function days(counts: Readonly<Record<string, number>>): Promise<void> {
  for (let day = 0; day < Math.max(...Object.values(counts)); day += 1) {
    for (const [name, count] of Object.entries(counts)) {
      if (day < count) await eco.done('checkIn', name);
    }
    eco.clock.advance(DAY);
  }
}
/** Makes seasons that ended by an instant final. */
async function freeze(at: string): Promise<void> {
  await counted(eco.test.app);
  eco.clock.set(at);
  await eco.job('freezeSeasons');
}

describe('a badge that counts the past', () => {
  it('is awarded to who had earned it when it came into force, once its job has run', async () => {
    await eco.earning('purchase', fixed('purchase', 100));
    await eco.task('once', task({ target: { count: 1 } }));
    await days({ ada: 4, bob: 2 });
    await eco.act('cal', 'purchase');
    await eco.act('dan', 'share');
    await settled(eco.test.app);
    const past = { countsPast: true };
    await setBadge(eco, 'total', badge({ checkIns: { total: 3 } }, past), now());
    await setBadge(eco, 'run', badge({ streak: { days: 2 } }, past), now());
    await setBadge(eco, 'rich', badge({ points: { lifetime: 100 } }, past), now());
    await setBadge(eco, 'task', badge({ task: { key: 'once' } }, past), now());
    await setBadge(eco, 'new', badge({ checkIns: { total: 1 } }), now());
    await setBadge(
      eco,
      'dates',
      badge({ checkIns: { total: 2 } }, { ...past, firstDate: '2026-03-12' }),
      now(),
    );
    expect(await holders('total')).toEqual([]);
    expect(await sweep()).toBeGreaterThan(0);
    expect(await holders('total')).toEqual(['ada']);
    expect(await holders('run')).toEqual(['ada', 'bob']);
    expect(await holders('rich')).toEqual(['cal']);
    expect(await holders('task')).toEqual(['dan']);
    expect(await holders('new')).toEqual([]);
    expect(await holders('dates')).toEqual(['ada']);
    expect(await sources(eco, 'ada')).toEqual([
      ...['CHECK_IN:2026-03-12', 'CHECK_IN:2026-03-11', 'CHECK_IN:2026-03-13'],
    ]);
    expect(await sweep()).toBe(0);
  });

  it('looks at all members however many there are, of one page or of several', async () => {
    const { rows } = await eco.test.app.pool.query<{ id: number }>(
      `insert into member (program_id, external_id, display_name, enrolled_at)
       select $1, 'm' || n, 'm' || n, $2 from generate_series(1, 1100) n returning id`,
      [eco.program.id, now()],
    );
    await eco.test.app.pool.query(
      `insert into account (member_id, program_id) select unnest($1::bigint[]), $2`,
      [rows.map(({ id }) => id), eco.program.id],
    );
    await eco.enrol('last');
    await eco.done('checkIn', 'last');
    await eco.done('checkIn', 'ada');
    await setBadge(eco, 'first', badge({ checkIns: { total: 1 } }, { countsPast: true }), now());
    expect(await sweep()).toBe(6);
    expect(await shown(eco, 'last')).toEqual(['first 1/1*']);
    expect(await holders('first')).toEqual(['ada']);
  });

  it('goes by a new version to those who reach its lower target', async () => {
    await days({ ada: 2, bob: 3 });
    await setBadge(eco, 'total', badge({ checkIns: { total: 3 } }, { countsPast: true }), now());
    await sweep();
    expect(await holders('total')).toEqual(['bob']);
    eco.clock.advance(HOUR);
    await setBadge(eco, 'total', badge({ checkIns: { total: 2 } }, { countsPast: true }), now());
    await sweep();
    expect(await holders('total')).toEqual(['ada', 'bob']);
  });
});

describe('a badge for a place in a season', () => {
  it('goes to the top of each season that ended while it was in force, once that is final', async () => {
    await make(eco, { settleDelayMinutes: 60 });
    await setBadge(eco, 'top', badge({ season: { leaderboard: 'board', top: 2 } }), now());
    await days({ ada: 3, bob: 1, cal: 2 });
    expect(await sweep()).toBe(0);
    await freeze(SUNDAY);
    expect(await sweep()).toBe(0); // It has not settled.
    await freeze('2026-03-16T00:00:00Z');
    await sweep();
    expect(await holders('top')).toEqual(['ada', 'cal']);
    expect((await badgesOf(eco, 'ada')).top).toMatchObject({ progress: 1, earnedAt: SUNDAY });
    expect((await badgesOf(eco, 'bob')).top).toMatchObject({ progress: 0, earnedAt: null });
    expect(await sweep()).toBe(0);
    await days({ bob: 2, ada: 1 });
    await freeze('2026-03-23T00:00:00Z');
    await sweep();
    expect(await holders('top')).toEqual(['ada', 'bob', 'cal']);
    expect((await badgesOf(eco, 'bob')).top.earnedAt).toBe(NEXT);
    expect((await badgesOf(eco, 'ada')).top.earnedAt).toBe(SUNDAY);
  });

  it.each([
    ['COMPETITION', ['ada', 'bob']],
    ['DENSE', ['ada', 'bob', 'cal']],
    ['UNIQUE', ['ada', 'bob']],
  ])('ranks as %s does', async (rankMode, having) => {
    await make(eco, { settleDelayMinutes: 0, rankMode });
    await setBadge(eco, 'top', badge({ season: { leaderboard: 'board', top: 2 } }), now());
    await days({ ada: 2, bob: 2, cal: 1 });
    await freeze(SUNDAY);
    await sweep();
    expect(await holders('top')).toEqual(having);
  });

  it('passes over who opted out, and asks for its audience and its dates', async () => {
    await make(eco, { settleDelayMinutes: 0 });
    const criterion = { season: { leaderboard: 'board', top: 1 } };
    await setBadge(eco, 'top', badge(criterion), now());
    await setBadge(eco, 'vips', badge(criterion, { audience: { tags: ['vip'] } }), now());
    await setBadge(eco, 'later', badge(criterion, { firstDate: '2026-03-16' }), now());
    await setBadge(eco, 'sunday', badge(criterion, { lastDate: '2026-03-15' }), now());
    await eco.done('updateMember', 'ada', { leaderboardOptOut: true });
    await days({ ada: 2, bob: 1 });
    await freeze(SUNDAY);
    await sweep();
    for (const [key, having] of Object.entries({
      top: ['bob'],
      vips: [],
      later: [],
      sunday: ['bob'],
    })) {
      expect(await holders(key), key).toEqual(having);
    }
  });

  it('counts seasons from before it when it counts the past, and only then', async () => {
    await make(eco, { settleDelayMinutes: 0 });
    await days({ ada: 1 });
    await freeze(SUNDAY);
    const criterion = { season: { leaderboard: 'board', top: 1 } };
    eco.clock.advance(1);
    await setBadge(eco, 'new', badge(criterion), now());
    await setBadge(eco, 'past', badge(criterion, { countsPast: true }), now());
    await sweep();
    expect(await holders('new')).toEqual([]);
    expect(await holders('past')).toEqual(['ada']);
  });

  it('is awarded once by two nodes at a time', async () => {
    await make(eco, { settleDelayMinutes: 0 });
    await setBadge(eco, 'top', badge({ season: { leaderboard: 'board', top: 3 } }), now());
    await setBadge(eco, 'past', badge({ checkIns: { total: 1 } }, { countsPast: true }), now());
    await days({ ada: 2, bob: 1 });
    await freeze(SUNDAY);
    const second = await openSecondApp(eco.test);
    try {
      const runs = [1, 2, 3].flatMap(() => [sweep(), runJob(second.app, 'awardBadges')]);
      await Promise.all(runs);
    } finally {
      await second.close();
    }
    expect(await holders('top')).toEqual(['ada', 'bob']);
    const { rows } = await eco.test.app.pool.query(
      `select revision from badge_revision r join member m on m.id = r.member_id
       where m.program_id = $1 and m.external_id = 'ada'`,
      [eco.program.id],
    );
    expect(rows).toEqual([{ revision: 2 }]);
  });

  it('that was revoked does not come back with the next season', async () => {
    await make(eco, { settleDelayMinutes: 0 });
    await setBadge(eco, 'top', badge({ season: { leaderboard: 'board', top: 1 } }), now());
    await days({ ada: 1 });
    await freeze(SUNDAY);
    await sweep();
    const member = { externalId: 'ada' };
    await change(eco, 'revokeBadge', { member, badge: 'top', reason: 'Cheated' });
    await days({ ada: 1 });
    await freeze(NEXT);
    await sweep();
    expect(await holders('top')).toEqual([]);
  });
});
