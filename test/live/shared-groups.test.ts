import { afterAll, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { BoardFeed } from '../../src/live/board-feed.ts';
import { SharedBoard } from '../../src/live/shared-board.ts';

const usual = { ...limits };
afterAll(() => {
  Object.assign(limits, usual);
});

const snapshot = (version: number) => ({
  season: { id: 1, endsAt: null } as never,
  version,
  standings: [],
});

it('groups that nobody follows any more end, also of a board that is quiet', async () => {
  Object.assign(limits, { boardThrottleMs: 0, liveLingerMs: 50 });
  const feed = new BoardFeed(
    { id: 1 } as never,
    async () => snapshot(1),
    () => {},
  );
  const open = (onEnd: () => void) =>
    new SharedBoard({
      feed,
      first: 3,
      counts: { made: 0, sent: 0 },
      onFault: () => {},
      onEnd,
      render: async () => Buffer.from('{}'),
    });
  const sink = () => ({ congested: false, send() {}, end() {} });
  open(() => {}).join(sink(), undefined); // A screen that stays: the feed stays warm.
  let ended = 0;
  for (let n = 0; n < 100; n += 1)
    open(() => {
      ended += 1;
    }).join(sink(), undefined)();
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(feed.watched).toBe(true);
  expect(ended).toBe(100);
  feed.close();
});

it('who saw more on another node is told nothing older', async () => {
  Object.assign(limits, { boardThrottleMs: 0 });
  let version = 5; // what this node has seen; the client saw 9 on another one
  const feed = new BoardFeed(
    { id: 1 } as never,
    async () => snapshot(version),
    () => {},
  );
  const board = new SharedBoard({
    feed,
    first: 3,
    counts: { made: 0, sent: 0 },
    onFault: () => {},
    onEnd: () => {},
    render: async (change) => Buffer.from(`${change.kind} ${change.version}`),
  });
  board.join({ congested: false, send() {}, end() {} }, undefined);
  await expect.poll(() => feed.snapshot?.version).toBe(5);
  version = 9; // committed, told to another node; our message is on its way
  const seen: string[] = [];
  board.join(
    { congested: false, send: (b) => void seen.push(b.toString()), end() {} },
    { seasonId: 1, version: 9 },
  );
  await new Promise((r) => setTimeout(r, 100));
  feed.refresh();
  await new Promise((r) => setTimeout(r, 100));
  expect(seen).toEqual(['SNAPSHOT 9']);
  feed.close();
});
