/** Followers of a subscription over WebSocket and SSE, and how to read what they saw. */
import { expect } from 'vitest';
import { type Operation, openSocket } from './doors.ts';

// biome-ignore lint/suspicious/noExplicitAny: events have the shape of the query of the test.
export type Event = any;

export type Follower = {
  /** What came, oldest first: the data of each event, or its errors. */
  readonly events: readonly Event[];
  /** How it ended; undefined while it goes on. */
  readonly end: { readonly code?: number; readonly completed: boolean } | undefined;
  /** Ends it from this side. */
  stop(): void;
};

/** Follows a document, or an operation that is given otherwise. */
export type Follow = (
  url: string,
  credential: string,
  query: string | Operation,
) => Promise<Follower>;

const operationOf = (query: string | Operation): Operation =>
  typeof query === 'string' ? { query } : query;

/** Resolves once the first event is there. */
export const overWebSocket: Follow = async (url, credential, query) => {
  const socket = await openSocket(url, credential);
  socket.send({ type: 'subscribe', id: 'follow', payload: { query: '', ...operationOf(query) } });
  await socket.waitFor(({ id }) => id === 'follow').catch(() => {});
  let end: Follower['end'];
  void socket.closed.then(({ code }) => {
    end ??= { code, completed: socket.messages.some(({ type }) => type === 'complete') };
  });
  return {
    get events() {
      return socket.messages
        .filter(({ type, id }) => id === 'follow' && type !== 'complete')
        .map(({ payload }) => payload?.data ?? payload?.errors ?? payload);
    },
    get end() {
      if (end !== undefined) return end;
      const completed = socket.messages.some(({ type }) => type === 'complete');
      return completed ? { completed } : undefined;
    },
    stop: () => socket.close(),
  };
};

/** Resolves once the first event is there. */
export const overSse: Follow = async (url, credential, query) => {
  const abort = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${credential}`,
    },
    body: JSON.stringify(operationOf(query)),
    signal: abort.signal,
  });
  const events: Event[] = [];
  let end: Follower['end'];
  let begun = () => {};
  const first = new Promise<void>((resolve) => {
    begun = resolve;
  });
  void (async () => {
    let text = '';
    const decoder = new TextDecoder();
    let completed = false;
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const [, data] = /^event: next\ndata: (.*)$/m.exec(block) ?? [];
          if (data !== undefined) {
            const payload = JSON.parse(data);
            events.push(payload.data ?? payload.errors);
            begun();
          }
          if (block.startsWith('event: complete')) completed = true;
        }
      }
    } catch {
      // Cut, by whomever.
    }
    end = { completed };
    begun();
  })();
  await first;
  return {
    events,
    get end() {
      return end;
    },
    stop: () => abort.abort(),
  };
};

export const followers: readonly (readonly [string, Follow])[] = [
  ['WebSocket', overWebSocket],
  ['SSE', overSse],
];

type Row = {
  rank: number;
  score: number;
  reachedAt: string;
  member: { id: string; externalId: string };
};
type Change = {
  kind: string;
  version: number;
  standings: Row[];
  changes: Row[];
  removed: string[];
};

/** What a board's events must be made of: a snapshot, then consecutive deltas, or snapshots. */
export function expectFaithful(events: readonly Event[], first = 50): void {
  const changes = events.map(({ leaderboardChanged }) => leaderboardChanged as Change);
  expect(changes[0]?.kind).toBe('SNAPSHOT');
  let window = new Map<string, Row>();
  let version = -1;
  for (const change of changes) {
    if (change.kind === 'DELTA') expect(change.version).toBe(version + 1);
    else {
      expect(change.version).toBeGreaterThan(version);
      expect(change.changes).toEqual(change.standings);
      expect(change.removed).toEqual([]);
      window = new Map();
    }
    for (const id of change.removed) expect(window.delete(id)).toBe(true);
    for (const row of change.changes) window.set(row.member.id, row);
    version = change.version;
    expect(change.standings.length).toBeLessThanOrEqual(first);
    // Whoever keeps rows by member has the window, and can put it in its order.
    expect(window.size).toBe(change.standings.length);
    const shown = [...window.values()].sort(byPlace);
    expect(shown.map(({ score }) => score)).toEqual(change.standings.map(({ score }) => score));
    for (const row of change.standings) expect(window.get(row.member.id)).toEqual(row);
  }
}

const byPlace = (a: Row, b: Row) =>
  b.score - a.score || Date.parse(a.reachedAt) - Date.parse(b.reachedAt);

/** The query of a board's followers. */
export const boardQuery = (first = 50, key = 'all-time') =>
  `subscription { leaderboardChanged(key: "${key}", first: ${first}) {
     kind version removed standings { rank score reachedAt member { id externalId } }
     changes { rank score reachedAt member { id externalId } } } }`;
