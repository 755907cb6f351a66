/** The life of a real server process: start, refusal to start, signals, death and return. */
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { TestProgram } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createProgramIn, type ServerProcess, startProcess } from '../support/server-process.ts';

const running: ServerProcess[] = [];
const folders: string[] = [];
let database: TestDatabase;
let program: TestProgram;

beforeAll(async () => {
  database = await createTestDatabase();
  program = await createProgramIn(database.url);
});
afterEach(async () => {
  for (const server of running.splice(0)) if (server.running) await server.kill();
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  await database.drop();
});

async function start(env: Record<string, string>): Promise<ServerProcess> {
  const server = await startProcess(env);
  running.push(server);
  return server;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'tallymark-life-'));
  folders.push(made);
  return made;
}

async function ask(url: string, credential: string, query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
    body: JSON.stringify({ query }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: read by the query above it.
  return (await response.json()) as { data: any };
}

describe('a start that cannot be', () => {
  it.each([
    [{ PORT: 'http' }, /^tallymark: PORT must be a port number/],
    [{ PORT: '1', LOG_LEVEL: 'loud', REDIS_URL: 'http://x' }, /REDIS_URL.*LOG_LEVEL/],
    [{ DATABASE_URL: 'mysql://x' }, /^tallymark: DATABASE_URL must be a URL/],
    [{ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, /^tallymark: DATABASE_URL:/],
    [{ HOST: 'no-such-host.invalid' }, /^tallymark: HOST: cannot listen/],
    [{ TALLYMARK_DATA_DIR: '/proc/nowhere', DATABASE_URL: '' }, /^tallymark: TALLYMARK_DATA_DIR:/],
  ])('with %j says so in one line and exits 1', async (env, line) => {
    const server = await start({ DATABASE_URL: database.url, ...env });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.stderr.trim().split('\n')).toHaveLength(1);
    expect(server.stderr).toMatch(line);
  });

  it('on a port in use names PORT', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    const server = await start({ DATABASE_URL: database.url, PORT: String(port) });
    expect((await server.exited).code).toBe(1);
    expect(server.stderr.trim()).toBe(`tallymark: PORT: ${port} is in use on 127.0.0.1`);
    blocker.close();
  });

  it('on a port in use leaves no embedded database behind', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    const dataDir = path.join(await folder(), 'data');
    const server = await start({ TALLYMARK_DATA_DIR: dataDir, PORT: String(port) });
    expect((await server.exited).code).toBe(1);
    expect(server.stderr.trim()).toBe(`tallymark: PORT: ${port} is in use on 127.0.0.1`);
    await expect(access(dataDir)).rejects.toThrow('ENOENT');
    blocker.close();
  });

  it('on a database that takes connections and says nothing names DATABASE_URL', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const server = await start({ DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none` });
    expect((await server.exited).code).toBe(1);
    expect(server.stderr).toMatch(
      /^tallymark: DATABASE_URL: the database does not answer[^\n]*\n$/,
    );
    silent.close();
  });

  it('on a data folder that is a file names TALLYMARK_DATA_DIR', async () => {
    const file = path.join(await folder(), 'file');
    await writeFile(file, '');
    const server = await start({ TALLYMARK_DATA_DIR: file });
    expect((await server.exited).code).toBe(1);
    expect(server.stderr.trim()).toMatch(/^tallymark: TALLYMARK_DATA_DIR: .*$/);
  });
});

describe('the embedded database', () => {
  const keyOf = (server: ServerProcess) => /tm_service_\S+/.exec(server.stdout)?.[0] ?? '';
  const total = '{ member(by: { externalId: "ada" }) { points { lifetimeEarned } } }';
  const checkIn = `mutation { checkIn(input: { member: { externalId: "ada" } }) {
    ... on CheckInPayload { alreadyCheckedIn member { points { lifetimeEarned } } } } }`;

  it('keeps its data through SIGKILL and restart, and refuses a second server', async () => {
    // Without jobs: on some days of a week their backfill completes a task, which then pays.
    const env = {
      TALLYMARK_DATA_DIR: await folder(),
      ...{ TALLYMARK_DEMO: '1', TALLYMARK_JOBS: '0' },
    };
    const first = await start(env);
    await expect.poll(() => keyOf(first)).toMatch(/^tm_service_/);
    const key = keyOf(first);
    const { data } = await ask(first.url, key, checkIn);
    const points = data.checkIn.member.points.lifetimeEarned;

    const second = await start(env);
    expect((await second.exited).code).toBe(1);
    expect(second.stderr.trim()).toMatch(/^tallymark: TALLYMARK_DATA_DIR: .* already in use/);
    expect((await ask(first.url, key, total)).data.member.points.lifetimeEarned).toBe(points);

    await first.kill();
    const third = await start(env);
    const again = await ask(third.url, key, checkIn);
    expect(again.data.checkIn).toMatchObject({
      alreadyCheckedIn: true,
      member: { points: { lifetimeEarned: points } },
    });
    third.signal('SIGTERM');
    expect(await third.exited).toEqual({ code: 0, signal: null });

    const fourth = await start(env);
    expect((await ask(fourth.url, key, total)).data.member.points.lifetimeEarned).toBe(points);
    fourth.signal('SIGINT');
    expect(await fourth.exited).toEqual({ code: 0, signal: null });
  }, 90_000);
});

describe('SIGTERM', () => {
  it('tells sockets 1001, answers what is in flight, loses nothing, exits 0', async () => {
    const server = await start({ DATABASE_URL: database.url });
    const { service } = program.keys;
    const names = Array.from({ length: 200 }, (_, n) => `m${n}`);
    const enrolled = names.map((name) =>
      ask(
        server.url,
        service,
        `mutation { enrolMember(input: { externalId: "${name}" }) { __typename } }`,
      ),
    );
    await Promise.all(enrolled);

    const closed = new Promise<number>((resolve) => {
      const client = createClient({
        url: `${server.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${service}` },
        retryAttempts: 0,
        on: { closed: (event) => resolve((event as { code: number }).code) },
      });
      client.subscribe(
        { query: 'subscription { leaderboardChanged(key: "all-time") { version } }' },
        { next: () => {}, error: () => {}, complete: () => {} },
      );
    });
    await new Promise((resolve) => setTimeout(resolve, 300)); // The socket is open by then.

    const acknowledged: string[] = [];
    const sent = names.map(async (name) => {
      const { data } = await ask(
        server.url,
        service,
        `mutation { checkIn(input: { member: { externalId: "${name}" } }) { __typename } }`,
      );
      if (data.checkIn.__typename === 'CheckInPayload') acknowledged.push(name);
    });
    await Promise.race(sent); // The first is answered, most are on their way.
    server.signal('SIGTERM');
    await Promise.allSettled(sent);
    expect(await closed).toBe(1001);
    expect(await server.exited).toEqual({ code: 0, signal: null });

    const next = await start({ DATABASE_URL: database.url });
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const name of acknowledged) {
      const { data } = await ask(
        next.url,
        service,
        `{ member(by: { externalId: "${name}" }) { streak { totalDays } points { available } } }`,
      );
      expect(data.member).toEqual({ streak: { totalDays: 1 }, points: { available: 10 } });
    }
  }, 60_000);
});
