/** What SIGTERM means to whoever is connected: everybody is told, nobody can hold it up. */
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestProgram } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openSocket } from '../support/doors.ts';
import { boardQuery, overSse, overWebSocket } from '../support/live.ts';
import {
  createProgramIn,
  post,
  type ServerProcess,
  startProcess,
} from '../support/server-process.ts';

let database: TestDatabase;
let program: TestProgram;
let node: ServerProcess | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  program = await createProgramIn(database.url);
});
afterEach(async () => {
  if (node?.running) await node.kill();
});
afterAll(() => database.drop());

async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  node = await startProcess({ DATABASE_URL: database.url, ...env });
  expect(node.stderr).toBe('');
  return node;
}

const enrol = (id: string) =>
  `mutation { enrolMember(input: {externalId: "${id}"}) { __typename } }`;

/** Ends the process and says how long that took. */
async function terminate({ signal, exited }: ServerProcess): Promise<number> {
  const begun = performance.now();
  signal('SIGTERM');
  expect(await exited).toEqual({ code: 0, signal: null });
  return performance.now() - begun;
}

/** Holds the member table, so that commands have to wait; returns how to let go. */
async function holdMembers(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('begin; lock table member in access exclusive mode');
  return () => client.end();
}

describe('SIGTERM', { timeout: 60_000 }, () => {
  it('ends followers without telling them that all is complete, so that they come again', async () => {
    const server = await start();
    const follow = [overWebSocket, overSse].map((over) =>
      over(server.url, program.keys.screen, boardQuery()),
    );
    const [socket, stream] = await Promise.all(follow);
    await terminate(server);
    await expect
      .poll(() => [socket?.end, stream?.end])
      .toEqual([{ code: 1001, completed: false }, { completed: false }]);
  });

  it('answers what is under way, over HTTP and on a socket, before it says 1001', async () => {
    const server = await start();
    const socket = await openSocket(server.url, program.keys.service);
    await socket.run({ query: '{ program { key } }' });
    const letGo = await holdMembers();
    const answers = [
      post(server.url, program.keys.service, enrol('by-http')),
      socket.run({ query: enrol('by-socket') }),
    ];
    await new Promise((resolve) => setTimeout(resolve, 300));
    const ended = terminate(server);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await letGo();
    const [http, ws] = await Promise.all(answers);
    expect(http).toEqual({ enrolMember: { __typename: 'EnrolMemberPayload' } });
    expect(ws.data).toEqual({ enrolMember: { __typename: 'EnrolMemberPayload' } });
    expect((await socket.closed).code).toBe(1001);
    expect(await ended).toBeLessThan(10_000);
  });

  it('takes nothing new meanwhile', async () => {
    const server = await start();
    const socket = await openSocket(server.url, program.keys.service);
    const letGo = await holdMembers();
    const pending = post(server.url, program.keys.service, enrol('before'));
    const alsoPending = socket.run({ query: enrol('before-too') });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const ended = terminate(server);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = await socket.run({ query: enrol('late') });
    expect(late.errors?.[0]?.extensions?.code).toBe('SERVICE_UNAVAILABLE');
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
    await letGo();
    await Promise.all([pending, alsoPending, ended]);
    const next = await start();
    const { member } = await post(
      next.url,
      program.keys.service,
      '{ member(by: {externalId: "late"}) { id } }',
    );
    expect(member).toBeNull();
  });

  it('is not held up by clients that stall, idle, or never finish what they send', async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const silent = Number(port);
    const raw = (text: string): Promise<Socket> =>
      new Promise((resolve) => {
        const socket = connect(silent, '127.0.0.1', () => {
          socket.write(text);
          resolve(socket);
        });
        socket.on('error', () => {});
      });
    const stalled = await openSocket(server.url, program.keys.service);
    stalled.ws.pause();
    await openSocket(server.url, null);
    const sockets = await Promise.all([
      raw(''),
      raw(
        'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
      ),
      raw('GET /graphql HTTP/1.1\r\nHost'),
    ]);
    await fetch(`${server.url}/health/live`); // Leaves a connection that is kept alive.
    expect(await terminate(server)).toBeLessThan(10_000);
    stalled.close();
    for (const socket of sockets) socket.destroy();
  });

  it('twice ends it at once', async () => {
    const server = await start();
    const letGo = await holdMembers();
    const pending = post(server.url, program.keys.service, enrol('twice')).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.signal('SIGTERM');
    expect(await server.exited).toEqual({ code: 1, signal: null });
    await letGo();
    await pending;
  });

  it('ends in order although the database is gone', async () => {
    const own = await createTestDatabase();
    const server = await start({ DATABASE_URL: own.url });
    await own.drop();
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
    expect(await terminate(server)).toBeLessThan(10_000);
    expect(server.stderr).toBe('');
  });
});

describe('a start that cannot be', { timeout: 60_000 }, () => {
  let blank: TestDatabase;
  beforeAll(async () => {
    blank = await createTestDatabase();
  });
  afterAll(() => blank.drop());

  const badUrl = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  it.each([
    [
      'a database that is not there',
      () => ({
        DATABASE_URL: badUrl((url) => {
          url.pathname = '/no_such_database';
        }),
      }),
      /^tallymark: DATABASE_URL: /,
    ],
    [
      'a role that is not there',
      () => ({
        DATABASE_URL: badUrl((url) => {
          url.username = 'nobody';
          url.password = 'wrong';
        }),
      }),
      /^tallymark: DATABASE_URL: /,
    ],
    [
      'a host that is not there',
      () => ({ DATABASE_URL: 'postgres://no-such-host.invalid/x' }),
      /^tallymark: DATABASE_URL: /,
    ],
    [
      'a Redis database that has no number',
      () => ({ REDIS_URL: 'redis://127.0.0.1:1/x' }),
      /^tallymark: REDIS_URL/,
    ],
    [
      'a data folder that cannot be, for the keys of the demo',
      () => ({
        DATABASE_URL: blank.url,
        TALLYMARK_DEMO: '1',
        TALLYMARK_DATA_DIR: '/dev/null/x',
      }),
      /^tallymark: TALLYMARK_DATA_DIR: /,
    ],
    [
      'three wrong settings',
      () => ({ PORT: '65536', TALLYMARK_DEMO: 'yes', ALLOWED_ORIGINS: 'a,b' }),
      /PORT.*TALLYMARK_DEMO.*ALLOWED_ORIGINS/,
    ],
  ])('with %s: one line that names the setting, exit 1', async (_name, env, line) => {
    node = await startProcess({ DATABASE_URL: database.url, ...env() });
    expect(await node.exited).toEqual({ code: 1, signal: null });
    expect(node.stderr.trim().split('\n')).toHaveLength(1);
    expect(node.stderr).toMatch(line);
    expect(node.stderr).not.toMatch(/wrong|:\/\/[^/]*@/);
  });
});
