/** Sharing, by itself: whatever happens, each subscriber’s messages lead to the present window. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import type { BoardChange, BoardSnapshot } from '../../src/live/board-changes.ts';
import { BoardFeed } from '../../src/live/board-feed.ts';
import { SharedBoard } from '../../src/live/shared-board.ts';

const FIRST = 3;
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env.RUNS ?? 300);
console.info(`shared-board.property: SEED=${seed}`);
const usual = { ...limits };
beforeAll(() => {
  Object.assign(limits, { boardThrottleMs: 0, liveRetryMs: 1, liveShareAtOnce: 2 });
});
afterAll(() => {
  Object.assign(limits, usual);
});

type Message = Pick<BoardChange, 'kind' | 'version' | 'removed'> & {
  season: number;
  changes: { member: number; score: number }[];
};

/** The truth that a feed reads: five members whose scores only the test changes. */
class Truth {
  seasonId = 1;
  version = 1;
  readonly first: number;
  readonly scores: Map<number, number>;
  fails = false;

  constructor(members = 5, first = FIRST) {
    this.first = first;
    this.scores = new Map(
      Array.from({ length: members }, (_, index) => [index + 1, 10 * (index + 1)]),
    );
  }

  readonly read = async (): Promise<BoardSnapshot> => {
    if (this.fails) throw new Error('the database is away');
    const rows = [...this.scores].sort(([, a], [, b]) => b - a);
    const season = { id: this.seasonId, endsAt: null };
    return {
      season: season as never,
      version: this.version,
      standings: rows.map(([memberId, score], index) => ({
        ...{ rank: index + 1, score, reachedAt: new Date(0) },
        member: { memberId, displayName: `m${memberId}` } as never,
      })),
    };
  };

  get window() {
    const rows = [...this.scores].sort(([, a], [, b]) => b - a).slice(0, this.first);
    return Object.fromEntries(rows);
  }
}

class Reader {
  readonly messages: Message[] = [];
  congested = false;
  ended = false;
  send(result: Buffer) {
    expect(this.congested).toBe(false);
    this.messages.push(JSON.parse(result.toString()));
  }
  end() {
    this.ended = true;
  }

  /** The window that the messages lead to; `known` is what was there before the first. */
  window(known?: { season: number; version: number; rows: Record<string, number> }) {
    let rows = { ...known?.rows };
    let at = known && { season: known.season, version: known.version };
    for (const { kind, season, version, changes, removed } of this.messages) {
      if (kind === 'DELTA') expect({ season, version: version - 1 }).toEqual(at);
      else rows = {};
      for (const member of removed) delete rows[String(member)];
      for (const { member, score } of changes) rows[String(member)] = score;
      at = { season, version };
    }
    return { rows, at };
  }
}

function open(truth: Truth) {
  const faults: unknown[] = [];
  const counts = { made: 0, sent: 0 };
  const feed = new BoardFeed({ id: 1 } as never, truth.read, (error) => faults.push(error));
  const board = new SharedBoard({
    ...{
      feed,
      first: truth.first,
      counts,
      onEnd: () => {},
      onFault: (error) => faults.push(error),
    },
    render: async ({ kind, version, season, changes, removed }) => {
      await new Promise((resolve) => setImmediate(resolve));
      const rows = changes.map(({ score, member }) => ({ member: member.memberId, score }));
      return Buffer.from(
        JSON.stringify({ kind, version, season: season.id, changes: rows, removed }),
      );
    },
  });
  return { feed, board, counts, faults };
}

const soon = { timeout: 2_000, interval: 1 };

describe('one shared board', () => {
  it('makes each message once, however many follow', async () => {
    const truth = new Truth();
    const { feed, board, counts } = open(truth);
    const readers = Array.from({ length: 50 }, () => new Reader());
    for (const reader of readers) board.join(reader, undefined);
    await expect
      .poll(() => readers.every(({ messages }) => messages.length === 1), soon)
      .toBe(true);
    for (let change = 0; change < 10; change += 1) {
      truth.version += 1;
      truth.scores.set(1, 100 + change);
      feed.refresh();
      const { version } = truth;
      await expect
        .poll(() => readers.map(({ messages }) => messages.at(-1)?.version), soon)
        .toEqual(readers.map(() => version));
    }
    expect(readers.map((reader) => reader.window().rows)).toEqual(readers.map(() => truth.window));
    expect(counts).toEqual({ made: 11, sent: 550 });
    feed.close();
    expect(readers.every(({ ended }) => ended)).toBe(true);
  });

  it('leads who reconnects over what they missed, and from afar by a snapshot', async () => {
    const truth = new Truth(40, 30);
    const { feed, board } = open(truth);
    board.join(new Reader(), undefined);
    const seen = { season: 1, version: 1, rows: truth.window };
    await expect.poll(() => feed.snapshot?.version, soon).toBe(1);
    for (let change = 0; change < 20; change += 1) {
      truth.version += 1;
      truth.scores.set(40, 1_000 + change);
      feed.refresh();
      await expect.poll(() => feed.snapshot?.version, soon).toBe(truth.version);
      if (change !== 3) continue;
      const near = new Reader();
      board.join(near, { seasonId: undefined, version: 1 });
      await expect.poll(() => near.messages.length, soon).toBeGreaterThan(0);
      expect(near.messages.map(({ kind, version }) => `${kind} ${version}`)).toEqual([
        'DELTA 2',
        'DELTA 3',
        'DELTA 4',
        'DELTA 5',
      ]);
      expect(near.window(seen).rows).toEqual(truth.window);
    }
    const others = [1, truth.version, truth.version + 7, 5].map((version, index) => {
      const reader = new Reader();
      board.join(reader, { seasonId: index === 3 ? 9 : 1, version });
      return reader;
    });
    await expect.poll(() => others.every(({ messages }) => messages.length > 0), soon).toBe(true);
    for (const { messages } of others)
      expect(messages.map(({ kind }) => kind)).toEqual(['SNAPSHOT']);
    feed.close();
  });

  it('begins anew with a season, and after versions that this node missed', async () => {
    const truth = new Truth(40, 30);
    const { feed, board } = open(truth);
    const reader = new Reader();
    board.join(reader, undefined);
    const places = [
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [2, 3], // Two further: what led to 2 and 3 was of the season before.
      [2, 4],
    ] as const;
    for (const [seasonId, version] of places) {
      Object.assign(truth, { seasonId, version });
      truth.scores.set(40, 1_000 * seasonId + version);
      feed.refresh();
      await expect
        .poll(() => reader.messages.at(-1), soon)
        .toMatchObject({ season: seasonId, version });
    }
    expect(reader.messages.map(({ kind }) => kind)).toEqual([
      ...['SNAPSHOT', 'DELTA', 'DELTA', 'SNAPSHOT', 'SNAPSHOT', 'DELTA'],
    ]);
    feed.close();
  });

  it('goes on after a fault, and tells', async () => {
    const truth = new Truth();
    const { feed, board, faults } = open(truth);
    const reader = new Reader();
    board.join(reader, undefined);
    truth.fails = true;
    feed.refresh();
    await expect.poll(() => faults.length, soon).toBeGreaterThan(0);
    truth.fails = false;
    truth.version += 1;
    feed.refresh();
    await expect.poll(() => reader.messages.at(-1)?.version, soon).toBe(2);
    feed.close();
  });

  it('whatever happens, every reader ends with the truth and was never misled', async () => {
    const who = fc.nat(3);
    const step = fc.oneof(
      fc.record({
        do: fc.constant('change' as const),
        member: fc.integer({ min: 1, max: 12 }),
        score: fc.nat(60),
        by: fc.constantFrom(1, 1, 2),
      }),
      fc.record({ do: fc.constant('season' as const) }),
      fc.record({
        do: fc.constantFrom('join' as const, 'leave' as const, 'stall' as const, 'drain' as const),
        who,
      }),
      fc.record({ do: fc.constant('rest' as const), turns: fc.nat(6) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const truth = new Truth(12, 10);
        const { feed, board } = open(truth);
        const readers = new Map<
          number,
          {
            reader: Reader;
            leave: () => void;
            known: { season: number; version: number; rows: Record<string, number> } | undefined;
          }
        >();
        const gone: typeof readers extends Map<number, infer R> ? R[] : never = [];
        const join = (id: number) => {
          const last = gone.findLast(({ reader }) => reader.messages.length > 0);
          const place = last?.reader.window(last.known);
          const known = place?.at === undefined ? undefined : { ...place.at, rows: place.rows };
          const reader = new Reader();
          const after = known && { seasonId: known.season, version: known.version };
          readers.set(id, { reader, leave: board.join(reader, after), known });
        };
        for (const one of steps) {
          if (one.do === 'change') {
            truth.scores.set(one.member, one.score * 20 + one.member);
            truth.version += one.by;
            feed.refresh();
          } else if (one.do === 'season') {
            truth.seasonId += 1;
            truth.version = 1;
            feed.refresh();
          } else if (one.do === 'rest') {
            for (let n = 0; n < one.turns; n += 1) await new Promise((r) => setTimeout(r, 0));
          } else {
            const found = readers.get(one.who);
            if (one.do === 'join' && found === undefined) join(one.who);
            else if (found !== undefined && one.do === 'stall') found.reader.congested = true;
            else if (found !== undefined && one.do === 'drain') found.reader.congested = false;
            else if (found !== undefined && one.do === 'leave') {
              found.leave();
              readers.delete(one.who);
              gone.push(found);
            }
          }
        }
        for (const { reader } of readers.values()) reader.congested = false;
        const all = [...readers.values()];
        await expect
          .poll(() => all.map(({ reader, known }) => reader.window(known)), soon)
          .toEqual(
            all.map(() => ({
              rows: truth.window,
              at: { season: truth.seasonId, version: truth.version },
            })),
          );
        for (const one of gone) one.reader.window(one.known); // Nobody was misled.
        feed.close();
      }),
      { seed, numRuns },
    );
  }, 60_000);
});
