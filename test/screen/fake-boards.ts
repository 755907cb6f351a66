/** The server's end of the screen's socket, in the hands of a test; and the page's files. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, WebSocketRoute } from 'playwright-core';
import { serveScreen } from '../../src/screen/screen.ts';
import type { Change } from './page-modules.ts';

/** A row as the server sends it. */
export type SentRow = {
  readonly rank: number;
  readonly score: number;
  readonly reachedAt: string;
  readonly member: { readonly id: string; readonly displayName: string };
};

export type Asked = {
  readonly query: string;
  readonly variables: { readonly key: string; readonly after?: number; readonly season?: string };
};

/** Serves the page, with a key for its demo, and nothing else. */
export async function servePage(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const demoKey = `tm_screen_${'0'.repeat(16)}_${'A'.repeat(43)}`;
    if (!serveScreen(request, response, { demoKey })) response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** Boards whose changes a test makes. */
export class FakeBoards {
  /** Every subscription that was asked for. */
  readonly asked: Asked[] = [];
  /** Sockets that were opened. */
  opened = 0;
  /** Whether a page's socket comes here. */
  serves = false;
  /** What differs of boards' seasons from one that runs for ever. */
  readonly seasons = new Map<string, Readonly<Record<string, string>>>();
  readonly #streams = new Map<string, { socket: WebSocketRoute; id: string }>();
  readonly #rows = new Map<string, readonly SentRow[]>();
  readonly #versions = new Map<string, number>();
  #socket: WebSocketRoute | undefined;

  /** Answers the page's socket from now on. */
  async serve(page: Page): Promise<void> {
    this.serves = true;
    await page.routeWebSocket('**/graphql', (socket) => {
      this.opened += 1;
      this.#socket = socket;
      socket.onMessage((text) => this.#onMessage(socket, JSON.parse(String(text))));
    });
  }

  #onMessage(socket: WebSocketRoute, message: { type: string; id: string; payload: Asked }): void {
    if (message.type === 'connection_init') socket.send('{"type":"connection_ack"}');
    if (message.type === 'ping') socket.send('{"type":"pong"}');
    if (message.type !== 'subscribe') return;
    this.asked.push(message.payload);
    const { key } = message.payload.variables;
    this.#streams.set(key, { socket, id: message.id });
    this.#send(key, 'SNAPSHOT', this.rowsOf(key), []);
  }

  rowsOf(key: string): readonly SentRow[] {
    return this.#rows.get(key) ?? [];
  }

  versionOf(key: string): number {
    return this.#versions.get(key) ?? 1;
  }

  /** Rows in order; sends what changed, as the next version, to who follows. */
  set(key: string, rows: readonly SentRow[]): void {
    const before = new Map(this.rowsOf(key).map((row) => [row.member.id, row]));
    const same = (a: SentRow | undefined, b: SentRow) => a?.rank === b.rank && a.score === b.score;
    const changes = rows.filter((row) => !same(before.get(row.member.id), row));
    for (const row of rows) before.delete(row.member.id);
    this.#rows.set(key, rows);
    this.#versions.set(key, this.versionOf(key) + 1);
    this.#send(key, 'DELTA', changes, [...before.keys()]);
  }

  /** A version that nobody is told of. */
  miss(key: string): void {
    this.#versions.set(key, this.versionOf(key) + 1);
  }

  /** Ends a board's stream with an error; it may be asked for again. */
  refuse(key: string, code: string, message: string): void {
    const stream = this.#streams.get(key);
    this.#streams.delete(key);
    const payload = [{ message, extensions: { code } }];
    stream?.socket.send(JSON.stringify({ id: stream.id, type: 'error', payload }));
  }

  /** Closes the socket, as a server that ends does. */
  async hangUp(): Promise<void> {
    this.#streams.clear();
    await this.#socket?.close({ code: 1001 });
  }

  #send(key: string, kind: Change['kind'], changes: readonly SentRow[], removed: string[]): void {
    const stream = this.#streams.get(key);
    if (stream === undefined) return;
    const change = {
      ...{ kind, version: this.versionOf(key), removed, changes },
      season: {
        ...{ id: `season-${key}`, startsAt: null, endsAt: null, state: 'ACTIVE' },
        ...this.seasons.get(key),
        participants: 12,
        leaderboard: { title: key, cadence: 'ALL_TIME', timeZone: 'UTC' },
      },
    };
    const payload = { data: { leaderboardChanged: change } };
    stream.socket.send(JSON.stringify({ id: stream.id, type: 'next', payload }));
  }
}

/** Rows of members 0, 1, 2 … with these scores, in order, with competition ranks. */
export function ranked(scores: readonly number[]): SentRow[] {
  const order = scores.map((score, member) => ({ score, member }));
  order.sort((a, b) => b.score - a.score || a.member - b.member);
  return order.map(({ score, member }) => ({
    rank: 1 + scores.filter((other) => other > score).length,
    score,
    reachedAt: new Date(0).toISOString(),
    member: { id: btoa(`Member:${member + 1}`), displayName: `Member ${member}` },
  }));
}
