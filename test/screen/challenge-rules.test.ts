/** What the page decides of a challenge without a browser: phase, what is next, and who is shown. */
import { describe, expect, it } from 'vitest';
import { phaseOf } from '../../src/challenges/phases.ts';
import { type Challenge, loadChallenge, loadSubscription, type Row } from './page-modules.ts';

const { phaseAt, nextAnchor, rowsOf } = await loadChallenge();
const { changeOf, reasonOf } = await loadSubscription();

const hour = (hours: number) => Date.UTC(2026, 2, 10, hours);
const iso = (hours: number) => new Date(hour(hours)).toISOString();

/** Joining from 1 until 3, play from 5 until 9, final at 10. */
const times = {
  ...{ joinFrom: iso(1), joinUntil: iso(3), startsAt: iso(5), endsAt: iso(9), settlesAt: iso(10) },
};
const of = (more: object = {}): Challenge => ({
  ...{ kind: 'INDIVIDUAL', goal: 'RANKING', phase: 'SCHEDULED', ...times },
  ...more,
});

describe('what comes next', () => {
  it.each([
    [0, 'opens', 1],
    [1, 'closes', 2],
    [3, 'starts', 2],
    [5, 'ends', 4],
    [9, 'final', 1],
    [10, undefined, undefined],
  ])('at %i is: %s', (now, what, hours) => {
    const next = nextAnchor(of(), hour(now));
    expect(next?.what).toBe(what);
    expect(next && next.inMs / 3_600_000).toBe(hours);
  });

  it.each([
    // Of what happens at once, what matters most.
    ['starts', { joinUntil: iso(5) }, 2],
    ['starts', { joinFrom: iso(5), joinUntil: iso(7) }, 2],
    ['closes', { joinUntil: iso(7) }, 6],
    ['ends', { joinUntil: iso(9) }, 6],
    ['ends', { settlesAt: iso(9) }, 6],
    // Ended early, with joining still ahead.
    ['final', { endsAt: iso(6), joinUntil: iso(8), settlesAt: iso(7) }, 6.5],
  ])('is %s for %j', (what, more, now) => {
    expect(nextAnchor(of(more), hour(now))?.what).toBe(what);
  });

  it('is nothing once nothing can change it, or while the clock is not known', () => {
    for (const phase of ['FROZEN', 'SETTLED', 'CANCELLED']) {
      expect(nextAnchor(of({ phase }), hour(0))).toBeUndefined();
      expect(phaseAt(of({ phase }), hour(7))).toBe(phase);
    }
    expect(nextAnchor(of(), undefined)).toBeUndefined();
    expect(phaseAt(of({ phase: 'READY' }), undefined)).toBe('READY');
  });

  it('is the server’s phase at any time, and never behind what it said', () => {
    const dates = Object.fromEntries(Object.entries(times).map(([k, at]) => [k, new Date(at)]));
    const facts = { ...dates, frozenAt: null, settledAt: null, cancelledAt: null };
    for (let now = 0; now <= 11; now += 0.5) {
      const phase = phaseOf(facts as unknown as Parameters<typeof phaseOf>[0], new Date(hour(now)));
      expect(phaseAt(of(), hour(now))).toBe(phase);
      // A clock that is behind, and one that is ahead.
      expect(phaseAt(of({ phase }), hour(0))).toBe(phase);
      const next = nextAnchor(of(), hour(now))?.what ?? 'final';
      expect(nextAnchor(of({ phase }), hour(0))?.what).toBe(next);
      expect(phaseAt(of({ phase }), hour(11))).toBe('CLOSING');
    }
  });
});

describe('the rows of a challenge', () => {
  const row = (name: string, rank: number, score: number, more: object = {}): Row => ({
    ...{ id: `id-${name}`, name, rank, score, reachedAt: iso(6) },
    ...more,
  });
  const standings = [row('a', 1, 9), row('b', 2, 7), row('c', 3, 5)];
  const shown = (challenge: object, winners: readonly Row[]) =>
    rowsOf({ about: { kind: 'challenge', challenge: of(challenge), winners }, standings }).map(
      ({ id, rank, prize }) => [id, rank, prize],
    );

  it('are its ranking until the result is out, and none once it is called off', () => {
    const winners = [row('a', 1, 9, { prize: 50 })];
    const ranking = standings.map(({ id, rank }) => [id, rank, undefined]);
    for (const phase of ['ACTIVE', 'FROZEN']) expect(shown({ phase }, winners)).toEqual(ranking);
    expect(shown({ phase: 'SETTLED' }, [])).toEqual(ranking);
    expect(shown({ phase: 'CANCELLED' }, [])).toEqual([]);
  });

  it('have what was won; teams are found by their name', () => {
    const expected = [
      ['id-a', 1, 50],
      ['id-b', 2, undefined],
      ['id-c', 3, undefined],
    ];
    const settled = { phase: 'SETTLED' };
    expect(shown(settled, [row('a', 1, 9, { prize: 50 })])).toEqual(expected);
    const teams = [row('a', 1, 9, { prize: 50, id: '' })];
    expect(shown({ ...settled, kind: 'TEAM' }, teams)).toEqual(expected);
    // Of the same name, and not the same.
    expect(shown(settled, [row('a', 1, 9, { prize: 50, id: 'other' })])[0]?.[0]).toBe('other');
  });

  it('are the winners alone where a target was to be reached', () => {
    const winners = [row('b', 1, 7, { prize: 50 }), row('z', 2, 5, { prize: 20 })];
    expect(shown({ phase: 'SETTLED', goal: 'FIRST_TO_TARGET' }, winners)).toEqual([
      ['id-b', 1, 50],
      ['id-z', 2, 20],
    ]);
  });
});

it('the rows of a board have what was won, where they were', () => {
  const member = (id: string, rank: number) => ({
    rank,
    score: 9,
    reachedAt: iso(6),
    member: { id, displayName: id },
  });
  const edges = [{ node: { ...member('b', 2), points: 50, teamName: null } }];
  const season = { id: 's', settlement: { winners: { edges } } };
  const changes = [member('a', 1), member('b', 2)];
  const change = changeOf({
    data: { leaderboardChanged: { kind: 'SNAPSHOT', version: 3, removed: [], season, changes } },
  });
  const { about, changes: standings } = change as NonNullable<typeof change>;
  expect(rowsOf({ about, standings }).map(({ id, prize }) => [id, prize])).toEqual([
    ['a', undefined],
    ['b', 50],
  ]);
});

describe('what is sent of a challenge', () => {
  const place = { rank: 1, score: 9, reachedAt: iso(6) };
  const ada = { id: 'm1', displayName: 'Ada' };
  const won = { ...place, points: 50, teamName: 'Red', member: null };
  const sent = (kind: string, settlement: object | null = null) => ({
    ...{ kind: 'DELTA', version: 2, removed: ['m2'], teamsRemoved: ['t2'] },
    ...{ challenge: of({ kind }), season: { id: 's1', settlement } },
    changes: [{ ...place, member: ada }],
    teamChanges: [{ ...place, team: { id: 't1', name: 'Red' } }],
  });
  const read = (...given: Parameters<typeof sent>) =>
    changeOf({ data: { challengeChanged: sent(...given) } });

  it('has rows of members, or of teams', () => {
    const alike = { kind: 'DELTA', version: 2, seasonId: 's1' };
    expect(read('INDIVIDUAL')).toMatchObject({
      ...alike,
      ...{ removed: ['m2'], changes: [{ ...place, id: 'm1', name: 'Ada' }] },
    });
    expect(read('TEAM')).toMatchObject({
      ...alike,
      ...{ removed: ['t2'], changes: [{ ...place, id: 't1', name: 'Red' }] },
    });
  });

  it('has who won, a team or a member', () => {
    const edges = [won, { ...won, teamName: null, member: ada }].map((node) => ({ node }));
    expect(read('TEAM')?.about.winners).toEqual([]);
    expect(read('TEAM', { winners: { edges } })?.about.winners).toEqual([
      { ...place, id: '', name: 'Red', prize: 50 },
      { ...place, id: 'm1', name: 'Ada', prize: 50 },
    ]);
  });

  it('is an error where there is none of it', () => {
    expect(changeOf({ data: null })).toBeUndefined();
    const error = (code: string, field?: string) =>
      reasonOf([{ message: 'no', extensions: { code, field } }]).reason;
    expect(error('BAD_USER_INPUT', 'id')).toBe('unknown');
    expect(error('BAD_USER_INPUT', 'first')).toBe('fault');
    expect(error('SERVICE_UNAVAILABLE')).toBe('lost');
  });
});
