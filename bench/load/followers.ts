/** The load generator of the live bars: many sockets that follow one board, and who changes it. */
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { serveParent } from '../lab/child.ts';
import { percentile } from '../lab/stats.ts';

/** What the parent asks for: to open sockets, or to watch them for a while. */
export type FollowOrder =
  | {
      readonly do: 'follow';
      readonly port: number;
      readonly sockets: number;
      readonly query: string;
      /** Used in turn: a key may have so many sockets only. */
      readonly credentials: readonly string[];
    }
  | {
      readonly do: 'watch';
      readonly warmupMs: number;
      readonly measureMs: number;
      readonly changes?: Changes;
    };

/** Commands sent meanwhile: `rows` activities of members m0 … in each, one in `everyMs`. */
export type Changes = {
  readonly credential: string;
  readonly everyMs: number;
  readonly rows: number;
  readonly members: number;
};

/** What came in the measured stretch. */
export type Watched = {
  readonly seconds: number;
  readonly deliveries: number;
  readonly bytes: number;
  /** From the sending of the newest change that a message holds to its arrival. */
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  /** How many versions the last of all subscribers was behind the first, at the worst look. */
  readonly behindMax: number;
  readonly failedCommands: number;
};

const OPEN_AT_ONCE = 100;
const LOOK_MS = 100;

let port = 0;
const versions: number[] = [];
/** When the newest change of a version was sent, by version. */
const changedAt = new Map<number, number>();
let watching = false;
let deliveries = 0;
let bytes = 0;
let delays: number[] = [];

serveParent(async (order: FollowOrder) => {
  if (order.do === 'watch') return watch(order);
  port = order.port;
  for (let from = 0; from < order.sockets; from += OPEN_AT_ONCE) {
    const batch = Array.from({ length: Math.min(OPEN_AT_ONCE, order.sockets - from) }, (_, n) =>
      open(from + n, order.query, order.credentials[(from + n) % order.credentials.length] ?? ''),
    );
    await Promise.all(batch);
  }
  return { sockets: order.sockets };
});

/** Resolves with the first message. */
function open(index: number, query: string, credential: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    let isFirst = true;
    socket.on('error', reject);
    socket.on('close', (code) => reject(new Error(`closed ${code}`)));
    socket.on('open', () => {
      const payload = { authorization: `Bearer ${credential}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    socket.on('message', (data: Buffer) => {
      if (isFirst && data.includes('connection_ack')) {
        const message = { type: 'subscribe', id: `s${index}`, payload: { query } };
        socket.send(JSON.stringify(message));
        return;
      }
      if (isFirst && data.includes('"ping"')) return;
      onMessage(index, data);
      if (!isFirst) return;
      isFirst = false;
      const failed = data.includes('"errors"') || data.includes('"type":"error"');
      if (failed) reject(new Error(data.toString().slice(0, 300)));
      else resolve();
    });
  });
}

const VERSION = Buffer.from('"version":');

function onMessage(index: number, data: Buffer): void {
  const at = data.indexOf(VERSION);
  if (at === -1) return; // A ping.
  const version = Number.parseInt(data.toString('latin1', at + VERSION.length, at + 27), 10);
  versions[index] = version;
  if (!watching) return;
  deliveries += 1;
  bytes += data.length;
  let changed = changedAt.get(version);
  if (changed === undefined) {
    changed = newestIn(data.toString());
    changedAt.set(version, changed);
  }
  delays.push(Date.now() - changed);
}

/** The instant of the newest row: all but one subscriber of a version are spared the parsing. */
const newestIn = (text: string) =>
  Math.max(
    ...[...text.matchAll(/"reachedAt":"([^"]+)"/g)].map(([, instant]) => Date.parse(instant ?? '')),
  );

async function watch(order: FollowOrder & { do: 'watch' }): Promise<Watched> {
  const changing = order.changes === undefined ? undefined : change(order.changes);
  await sleep(order.warmupMs);
  deliveries = 0;
  bytes = 0;
  delays = [];
  watching = true;
  let behindMax = 0;
  const look = setInterval(() => {
    const newest = versions.reduce((max, version) => Math.max(max, version), 0);
    const oldest = versions.reduce((min, version) => Math.min(min, version), newest);
    behindMax = Math.max(behindMax, newest - oldest);
  }, LOOK_MS);
  await sleep(order.measureMs);
  watching = false;
  clearInterval(look);
  const failedCommands = (await changing?.stop()) ?? 0;
  return {
    ...{ seconds: order.measureMs / 1000, deliveries, bytes, behindMax, failedCommands },
    delayP50Ms: percentile(delays, 0.5),
    delayP99Ms: percentile(delays, 0.99),
  };
}

function change({ credential, everyMs, rows, members }: Changes) {
  let next = 0;
  let failed = 0;
  const names = Array.from({ length: rows }, (_, n) => n);
  const query = `mutation (${names.map((n) => `$m${n}: String!`).join(' ')}) { ${names
    .map(
      (n) =>
        `a${n}: recordActivity(input: {member: {externalId: $m${n}}, type: "walk"}) { __typename }`,
    )
    .join(' ')} }`;
  const send = () => {
    const variables = Object.fromEntries(names.map((n) => [`m${n}`, `m${(next + n) % members}`]));
    next += rows;
    const body = JSON.stringify({ query, variables });
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${credential}`,
    };
    request({ port, host: '127.0.0.1', path: '/graphql', method: 'POST', headers }, (response) => {
      if (response.statusCode !== 200) failed += 1;
      response.resume();
    })
      .on('error', () => {
        failed += 1;
      })
      .end(body);
  };
  const timer = setInterval(send, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await sleep(500);
      return failed;
    },
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
