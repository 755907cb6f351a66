/** A client that stops reading harms nobody (RELIABILITY.md T1, 6.13): a real process, real sockets. */
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { signMemberToken } from '../../src/auth/member-token.ts';
import type { TestProgram } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openSocket } from '../support/doors.ts';
import { runSql } from '../support/embedded-postgres-process.ts';
import { boardQuery, expectFaithful, overSse, overWebSocket } from '../support/live.ts';
import { rulesMutation } from '../support/rules.ts';
import {
  createProgramIn,
  metric,
  post,
  type ServerProcess,
  startProcess,
} from '../support/server-process.ts';

const MEMBERS = 100;
const WARM_UP = 3_000;
/** Megabytes that resident memory may grow by: the heap grows lazily, by 98 when it was measured. */
const GROWTH_MAX = 160;
const CHANGES = 5_000;
const MEGABYTE = 1024 * 1024;

let database: TestDatabase;
let node: ServerProcess;
let program: TestProgram;
let secret: Uint8Array;

beforeAll(async () => {
  database = await createTestDatabase();
  program = await createProgramIn(database.url);
  secret = await secretIn(database.url, program.id);
  node = await startProcess({ DATABASE_URL: database.url });
  await operate(rulesMutation({ walk: 1 }));
  for (let from = 0; from < MEMBERS; from += 25) {
    const ids = Array.from({ length: 25 }, (_, n) => `m${from + n}`);
    await operate(
      ids.map((id) => `${id}: enrolMember(input: {externalId: "${id}"}) { __typename }`).join(' '),
    );
  }
  await walk(MEMBERS);
}, 60_000);
afterAll(async () => {
  await node.kill();
  await database.drop();
});

/** A token that differs from others of the member: what is known of one is not known of it. */
async function tokenOf(externalId: string, seconds: number): Promise<string> {
  const now = Date.now();
  return signMemberToken(
    {
      programKey: program.key,
      externalId,
      issuedAt: new Date(now),
      expiresAt: new Date(now + seconds * 1_000),
    },
    secret,
  );
}

const operate = (fields: string) => post(node.url, program.keys.operator, `mutation { ${fields} }`);

async function secretIn(url: string, id: number): Promise<Uint8Array> {
  const sql = `select token_secret as secret from program where id = ${id}`;
  const [row] = await runSql<{ secret: Buffer }>(url, sql);
  return row?.secret ?? new Uint8Array();
}

let walked = 0;

/** So many activities, by the members in turn; each has a reference, so that it may be repeated. */
async function walk(count: number): Promise<void> {
  const walks = Array.from({ length: count }, () => {
    walked += 1;
    const input = `member: {externalId: "m${walked % MEMBERS}"}, type: "walk", reference: "r${walked}"`;
    return `recordActivity(input: {${input}}) { __typename }`;
  });
  const worker = async () => {
    while (walks.length > 0) {
      const fields = walks.splice(0, 25).map((field, n) => `a${n}: ${field}`);
      // A busy machine may say "try again"; nobody else may.
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const failed = await operate(fields.join(' ')).then(
          () => undefined,
          (error: Error) => error,
        );
        if (failed === undefined) break;
        expect(failed.message).toContain('SERVICE_UNAVAILABLE');
        expect(attempt).toBeLessThan(4);
      }
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

/** About 150 KB an event, so that the kernel's buffers are full after some of them. */
const heavyQuery = `subscription { leaderboardChanged(key: "all-time", first: 100) { version ${Array.from(
  { length: 15 },
  (_, n) =>
    `s${n}: standings { rank score reachedAt member { id externalId displayName enrolledAt } }`,
).join(' ')} } }`;

async function pausedSocket(): Promise<WebSocket> {
  const { ws, send, waitFor } = await openSocket(node.url, program.keys.service);
  send({ type: 'subscribe', id: 'heavy', payload: { query: heavyQuery } });
  await waitFor(({ id }) => id === 'heavy');
  ws.pause();
  return ws;
}

const accepts = ['text/event-stream', '*/*'];

async function pausedStream(accept: string): Promise<Socket> {
  const { port } = new URL(node.url);
  const body = JSON.stringify({ query: heavyQuery });
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${program.keys.service}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  return socket;
}

describe('clients that stop reading', () => {
  it('cost a bounded amount of memory, delay nobody, and are cut', {
    timeout: 90_000,
  }, async () => {
    const query = boardQuery(100);
    const good = await Promise.all([
      overWebSocket(node.url, program.keys.service, query),
      overSse(node.url, program.keys.service, query),
    ]);
    // So that the JIT, the pools and the cache of documents have their memory before it is measured,
    // and what is done for those who stall has had its share.
    const first = await pausedSocket();
    const firstStreams = await Promise.all(accepts.map(pausedStream));
    await walk(WARM_UP);
    first.terminate();
    for (const stream of firstStreams) stream.destroy();
    const before = await metric(node.url, 'process_resident_memory_bytes');
    const sockets = await Promise.all([pausedSocket(), pausedSocket()]);
    const streams = await Promise.all(accepts.map(pausedStream));
    await walk(CHANGES);
    const after = await metric(node.url, 'process_resident_memory_bytes');
    expect((after - before) / MEGABYTE).toBeLessThan(GROWTH_MAX);
    for (const follower of good) {
      const total = () =>
        follower.events
          .at(-1)
          .leaderboardChanged.standings.reduce(
            (sum: number, { score }: { score: number }) => sum + score,
            0,
          );
      await expect.poll(total, { timeout: 5_000 }).toBe(walked);
      expectFaithful(follower.events, 100);
      expect(follower.events.length).toBeGreaterThan(10);
    }
    // They answer no ping, 24 s at most. That streams are cut, too, has a test of its own.
    await expect
      .poll(() => metric(node.url, 'tallymark_sockets'), { timeout: 40_000, interval: 500 })
      .toBe(1);
    expect(node.running).toBe(true);
    expect(good.map(({ end }) => end)).toEqual([undefined, undefined]);
    for (const ws of sockets) ws.terminate();
    for (const stream of streams) stream.destroy();
    for (const follower of good) follower.stop();
    await expect.poll(() => metric(node.url, 'tallymark_live_boards')).toBe(0);
    expect(node.stderr).toBe('');
  });

  it('cannot fill the memory with echoes of their own pings', async () => {
    const { ws, send } = await openSocket(node.url, null);
    ws.pause();
    const before = await metric(node.url, 'process_resident_memory_bytes');
    const ping = JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(90_000) } });
    for (let n = 0; n < 3_000 && ws.readyState === ws.OPEN; n += 1) {
      send(ping);
      while (ws.bufferedAmount > MEGABYTE && ws.readyState === ws.OPEN) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    const after = await metric(node.url, 'process_resident_memory_bytes');
    expect((after - before) / MEGABYTE).toBeLessThan(GROWTH_MAX);
    await expect.poll(() => metric(node.url, 'tallymark_sockets')).toBe(0);
    ws.terminate();
  });

  it('cannot use up the sockets of a key by leaving early', { timeout: 60_000 }, async () => {
    const url = `${node.url.replace('http', 'ws')}/graphql`;
    const visit = (token: string) =>
      new Promise<void>((resolve) => {
        const ws = new WebSocket(url, 'graphql-transport-ws');
        ws.once('open', () => {
          const payload = { authorization: `Bearer ${token}` };
          ws.send(JSON.stringify({ type: 'connection_init', payload }), () => ws.terminate());
        });
        ws.once('close', () => resolve());
        ws.on('error', () => {});
      });
    for (let round = 0; round < 6; round += 1) {
      // Each token is new, and whose it is cannot be told before its socket has left.
      const tokens = Array.from({ length: 200 }, (_, n) => tokenOf('m1', 3_600 + round * 200 + n));
      const holder = new pg.Client({ connectionString: database.url });
      await holder.connect();
      await holder.query('begin; lock table program in access exclusive mode');
      await Promise.all((await Promise.all(tokens)).map(visit));
      await holder.end();
    }
    const socket = await openSocket(node.url, await program.token('m1'));
    expect((await socket.run({ query: '{ me { externalId } }' })).data).toEqual({
      me: { externalId: 'm1' },
    });
    socket.close();
  });
});
