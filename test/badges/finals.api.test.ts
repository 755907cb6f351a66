/** Badges that a job awards: for the past, for places in seasons, for challenges. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, fixed, HOUR, openEconomies } from '../economy/api.ts';
import { counted, make } from '../leaderboards/boards.ts';
import { runJob } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { task } from '../tasks/support.ts';
import { badge, badgesOf, change, setBadge, settled, shown, sources } from './support.ts';

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
/** Who has a badge. */
async function holders(key: string): Promise<string[]> {
  const having: string[] = [];
  for (const name of names) {
    const one = (await badgesOf(eco, name))[key];
    if (one?.earnedAt != null && one.revokedAt === null) having.push(name);
  }
  return having;
}
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
    expect(await sweep()).toBe(3);
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

/** A challenge with its settlement, as the engine of challenges leaves them. */
async function challenge(kind: 'INDIVIDUAL' | 'TEAM', key: string): Promise<number> {
  const { pool } = eco.test.app;
  const one = async (text: string, values: unknown[]) =>
    Number((await pool.query<{ id: number }>(text, values)).rows[0]?.id);
  const { id: programId } = eco.program;
  const board = await one(
    `insert into leaderboard (program_id, key, title, metric, cadence, starts_at, ends_at)
     values ($1, $2, 'Contest', 'CHECK_INS', 'ALL_TIME', $3, $4) returning id`,
    [programId, key, START, SUNDAY],
  );
  const season = await one(
    `insert into season (leaderboard_id, starts_at, ends_at, frozen_at, definition)
     values ($1, $2, $3, $3, '{"rankMode": "COMPETITION"}') returning id`,
    [board, START, SUNDAY],
  );
  const team = kind === 'TEAM';
  const id = await one(
    `insert into challenge (program_id, leaderboard_id, kind, title, join_from, join_until, starts_at,
       ends_at, created_at, created_by, team_size_max, team_scoring, team_prize_split)
     values ($1, $2, $3::challenge_kind, 'Contest', $4, $5, $4, $5, $4, 'test', $6,
       $7::team_scoring, $8::team_prize_split) returning id`,
    [programId, board, kind, START, SUNDAY, ...(team ? [9, 'SUM', 'EQUAL'] : [null, null, null])],
  );
  await pool.query(
    `insert into settlement (program_id, season_id, challenge_id, state, terms, started_at)
     values ($1, $2, $3, 'RANKED', '{}', $4)`,
    [programId, season, id, SUNDAY],
  );
  return id;
}
async function join(
  challengeId: number,
  name: string,
  state: string,
  teamId: number | null = null,
) {
  await eco.test.app.pool.query(
    `insert into challenge_participant (challenge_id, member_id, program_id, team_id, state, joined_at,
       counts_from, updated_at)
     select $1, id, program_id, $4, $3::participant_state, $5, $5, $5 from member
     where program_id = $6 and external_id = $2`,
    [challengeId, name, state, teamId, START, eco.program.id],
  );
}
const publish = (challengeId: number) =>
  eco.test.app.pool.query(
    `update settlement set state = 'PUBLISHED', published_at = $2 where challenge_id = $1`,
    [challengeId, now()],
  );
const win = (challengeId: number, place: number, rank: number, participant: string | number) =>
  eco.test.app.pool.query(
    `insert into settlement_winner (settlement_id, place, rank, participant_id, score, reached_at, points)
     select s.id, $2, $3, coalesce($5::bigint, m.id), 10, $6, 5 from settlement s
     left join member m on m.program_id = s.program_id and m.external_id = $4
     where s.challenge_id = $1`,
    [
      ...[challengeId, place, rank, String(participant)],
      ...[typeof participant === 'number' ? participant : null, START],
    ],
  );

describe('a badge for a challenge', () => {
  it('goes to who stayed to its end, and to who won, once its settlement is published', async () => {
    await setBadge(eco, 'finisher', badge({ challenge: { finished: true } }), START);
    await setBadge(eco, 'winner', badge({ challenge: { top: 1 } }), START);
    await setBadge(eco, 'other', badge({ challenge: { finished: true, key: 'other' } }), START);
    const id = await challenge('INDIVIDUAL', 'run');
    for (const name of ['ada', 'bob']) await join(id, name, 'JOINED');
    await join(id, 'cal', 'LEFT');
    await join(id, 'dan', 'DISQUALIFIED');
    await win(id, 1, 1, 'bob');
    await win(id, 2, 2, 'ada');
    eco.clock.set(SUNDAY);
    await sweep();
    expect(await holders('finisher')).toEqual([]);
    await publish(id);
    await sweep();
    expect(await holders('finisher')).toEqual(['ada', 'bob']);
    expect(await holders('winner')).toEqual(['bob']);
    expect(await holders('other')).toEqual([]);
    expect((await badgesOf(eco, 'bob')).winner.earnedAt).toBe(SUNDAY);
    expect(await sources(eco, 'bob')).toEqual([`CHALLENGE:${id}`, `CHALLENGE:${id}`]);
    expect(await sweep()).toBe(0);
  });

  it('goes to the members of a team that won', async () => {
    await setBadge(eco, 'winner', badge({ challenge: { top: 1, key: 'teams' } }), START);
    const id = await challenge('TEAM', 'teams');
    await join(id, 'ada', 'JOINED', 901);
    await join(id, 'bob', 'JOINED', 902);
    await join(id, 'cal', 'LEFT', 901);
    await join(id, 'dan', 'JOINED', 901);
    await win(id, 1, 1, 901);
    eco.clock.set(SUNDAY);
    await publish(id);
    await sweep();
    expect(await holders('winner')).toEqual(['ada', 'dan']);
  });
});
