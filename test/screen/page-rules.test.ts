/** What the page decides without a browser: rows, gaps, settings and the pace of drawing. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toGlobalId } from '../../src/graphql/ids.ts';
import type { SeasonRow } from '../../src/leaderboards/seasons.sql.ts';
import type { Standing } from '../../src/leaderboards/standings.ts';
import { type BoardSnapshot, changeBetween } from '../../src/live/board-changes.ts';
import {
  type Change,
  loadBoardWindow,
  loadPace,
  loadSettings,
  type Row,
  type Window,
} from './page-modules.ts';

const { applyChange, gapsOf } = await loadBoardWindow();
const { readSettings } = await loadSettings();
const { Pace } = await loadPace();

describe('the rows of a board', () => {
  const FIRST = 5;
  const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);

  /** The order of the server: score, then reachedAt, then member. */
  const snapshotOf = (version: number, members: ReadonlyMap<number, [number, number]>) => {
    const rows = [...members].sort(
      ([idA, [scoreA, atA]], [idB, [scoreB, atB]]) => scoreB - scoreA || atA - atB || idA - idB,
    );
    const standings = rows.map(([memberId, [score, reachedMs]]) => ({
      rank: 1 + rows.filter(([, [other]]) => other > score).length,
      score,
      reachedAt: at(reachedMs),
      member: { memberId, displayName: `m${memberId}`, nickname: null, avatarUrl: null },
    }));
    const season = { id: 7 } as SeasonRow;
    return { season, version, standings: standings as unknown as Standing[] };
  };

  const asSent = (seen: BoardSnapshot | undefined, snapshot: BoardSnapshot): Change => {
    const change = changeBetween(seen, snapshot, FIRST);
    if (change === undefined) throw new Error('no change');
    return {
      kind: change.kind,
      version: change.version,
      seasonId: toGlobalId('Season', change.season.id),
      removed: change.removed.map((id) => toGlobalId('Member', id)),
      changes: change.changes.map(rowOf),
    };
  };

  const rowOf = ({ rank, score, reachedAt, member }: Standing): Row => ({
    id: toGlobalId('Member', member.memberId),
    name: member.displayName,
    rank,
    score,
    reachedAt: reachedAt.toISOString(),
  });

  it('are the server’s after any changes, in its order', () => {
    const member = fc.integer({ min: 1, max: 120 });
    const place = fc.tuple(fc.integer({ min: -3, max: 6 }), fc.integer({ min: 0, max: 3 }));
    const step = fc.record({
      set: fc.array(fc.tuple(member, place), { maxLength: 4 }),
      drop: fc.array(member, { maxLength: 2 }),
    });
    const seed = Date.now() % 1_000_000_007;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        const members = new Map<number, [number, number]>();
        let seen: BoardSnapshot | undefined;
        let window: Window | undefined;
        steps.forEach(({ set, drop }, index) => {
          for (const [id, is] of set) members.set(id, is);
          for (const id of drop) members.delete(id);
          const snapshot = snapshotOf(index + 1, members);
          window = applyChange(window, asSent(seen, snapshot), FIRST);
          expect(window?.version).toBe(index + 1);
          expect(window?.standings).toEqual(snapshot.standings.slice(0, FIRST).map(rowOf));
          seen = snapshot;
        });
      }),
      { seed, numRuns: 300 },
    );
  });

  it('are asked for anew when a change does not lead on from them', () => {
    const one = snapshotOf(1, new Map([[1, [5, 0]]]));
    const two = snapshotOf(2, new Map([[1, [6, 0]]]));
    const window = applyChange(undefined, asSent(undefined, one), FIRST);
    const delta = asSent(one, two);
    expect(applyChange(window, delta, FIRST)?.version).toBe(2);
    expect(applyChange(undefined, delta, FIRST)).toBeUndefined();
    expect(applyChange(window, { ...delta, version: 3 }, FIRST)).toBeUndefined();
    expect(applyChange(window, { ...delta, version: 1 }, FIRST)).toBeUndefined();
    expect(applyChange(window, { ...delta, seasonId: 'other' }, FIRST)).toBeUndefined();
    expect(applyChange(window, { ...delta, changes: rows(9, 8, 7, 6, 5) }, FIRST)).toBeUndefined();
    // A snapshot replaces everything, also with an earlier version: a database was restored.
    const early = { ...asSent(undefined, two), version: 0 };
    expect(applyChange(window, early, FIRST)?.version).toBe(0);
  });

  it.each([
    [[], []],
    [[5], [undefined]],
    [
      [9, 6, 6, 2],
      [ahead(3), behind(3, 1), behind(3, 1), behind(4, 2)],
    ],
    [
      [7, 7, 1],
      [{ kind: 'level-at-top' }, { kind: 'level-at-top' }, behind(6, 1)],
    ],
    [
      [1, -4],
      [ahead(5), behind(5, 1)],
    ],
  ])('of %j lack %j', (scores, gaps) => {
    expect(gapsOf(rows(...scores))).toEqual(gaps);
  });

  it('that share a score but not a rank are level', () => {
    const [first, second] = rows(4, 4);
    if (first === undefined || second === undefined) throw new Error('no rows');
    const inOrder = [first, { ...second, rank: 2 }];
    expect(gapsOf(inOrder)).toEqual([{ kind: 'level-at-top' }, { kind: 'level', rank: 1 }]);
  });
});

const ahead = (points: number) => ({ kind: 'ahead', points });
const behind = (points: number, rank: number) => ({ kind: 'behind', points, rank });

/** Rows with competition ranks. */
function rows(...scores: number[]): Row[] {
  return scores.map((score, index) => ({
    id: toGlobalId('Member', 1000 + index),
    name: `m${index}`,
    rank: scores.indexOf(score) + 1,
    score,
    reachedAt: new Date(index).toISOString(),
  }));
}

describe('what the address asks for', () => {
  const read = (query: string) => readSettings(new URLSearchParams(query));

  it.each([
    ['', ['all-time']],
    ['board=', ['all-time']],
    ['board=%20,,', ['all-time']],
    ['board=daily', ['daily']],
    ['board=daily, weekly,daily', ['daily', 'weekly']],
    ['board=a,b,c,d,e', ['a', 'b', 'c', 'd']],
    ['challenge=%20,&board=daily', ['daily']],
    ['challenge=x,y&board=daily,x,z', ['challenge x', 'challenge y', 'daily', 'x']],
    ['board=a,b&challenge=x&board=c,a&challenge=y', ['a', 'b', 'challenge x', 'c']],
    ['challenge=x', ['challenge x']],
  ])('%j are the boards and challenges %j', (query, wanted) => {
    const topics = read(query).topics.map(({ kind, key }) =>
      kind === 'board' ? key : `${kind} ${key}`,
    );
    expect(topics).toEqual(wanted);
  });

  it.each([
    ['https://tallymark.example/join?team=ü', 'https://tallymark.example/join?team=%C3%BC'],
    ['HTTP://Tallymark.example', 'http://tallymark.example/'],
    // What looks like another name is shown as what it is.
    ['https://аpple.example/', 'https://xn--pple-43d.example/'],
    [`https://a.example/${'x'.repeat(238)}`, `https://a.example/${'x'.repeat(238)}`],
  ])('a code of %s says %s', (join, address) => {
    expect(read(`join=${encodeURIComponent(join)}`).join).toEqual({ address });
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://a.example/',
    'wifi:T:WPA',
    '/join',
    'nonsense',
    'https://',
    'https://bank.example@evil.example/',
    `https://a.example/${'x'.repeat(239)}`,
    `https://a.example/${'字'.repeat(80)}`,
  ])('no code is made of %s', (join) => {
    expect(read(`join=${encodeURIComponent(join)}`).join).toBe('refused');
  });

  it('what makes no sense is as if it were not there', () => {
    const { first, theme, transport, join } = read('first=x&theme=pink&transport=udp&join=%20');
    expect({ first, theme, transport, join }).toEqual({ first: 10 });
    expect(read('first=0').first).toBe(10);
    expect([read('first=-3').first, read('first=99').first]).toEqual([1, 50]);
    expect(read('theme=hall').theme).toBe('hall');
  });
});

describe('the pace of drawing', () => {
  afterEach(() => void vi.useRealTimers());

  it('draws the newest once a round, however many changes come', () => {
    vi.useFakeTimers();
    const pace = new Pace(() => {});
    const drawn: boolean[] = [];
    const view = {
      prepare: (mayMove: boolean) => () => {
        drawn.push(mayMove);
        return [];
      },
    };
    for (let ms = 0; ms < 3_000; ms += 10) {
      pace.request(view);
      vi.advanceTimersByTime(10);
    }
    expect(drawn.length).toBeGreaterThanOrEqual(9);
    expect(drawn.length).toBeLessThanOrEqual(11);
    expect(new Set(drawn)).toEqual(new Set([true]));
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves movements out where drawing takes too long, and draws less often', () => {
    vi.useFakeTimers();
    const pace = new Pace(() => {});
    let costMs = 100;
    const drawn: boolean[] = [];
    const slow = {
      prepare: (mayMove: boolean) => () => {
        drawn.push(mayMove);
        now += costMs;
        return [];
      },
    };
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const run = (ms: number) => {
      for (const end = now + ms; now < end; now += 20) {
        pace.request(slow);
        vi.advanceTimersByTime(20);
      }
    };
    run(4_000);
    expect(drawn.slice(0, 2)).toEqual([true, true]); // Once may be chance.
    expect(drawn.slice(2)).not.toContain(true);
    expect(drawn.length).toBeGreaterThanOrEqual(4); // Late by a second at most.
    expect(drawn.length).toBeLessThanOrEqual(5);
    costMs = 1;
    run(12_000);
    expect(drawn.at(-1)).toBe(true);
    vi.restoreAllMocks();
  });
});
