/** The paths beside the API, what the log says, and connections that nobody asked for. */
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { createLog } from '../../src/platform/log.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { knock, openSocket } from '../support/doors.ts';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${server.url}${path}`, { headers, redirect: 'manual' });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('paths', () => {
  it('/health/live says that the process runs', async () => {
    expect(await get('/health/live')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  });

  it('/health/ready says what it found', async () => {
    const { status, text } = await get('/health/ready');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ status: 'ok', database: true, bus: true, closing: false });
  });

  it('/metrics speaks Prometheus, and of no program', async () => {
    await knock('POST', server.url, program.keys.service, { query: '{ program { key } }' });
    await get('/graphql/nothing-here');
    const { headers, text } = await get('/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    for (const name of [
      'tallymark_http_requests_total{path="/graphql",status="200"}',
      'tallymark_http_requests_total{path="other",status="404"}',
      'tallymark_sockets 0',
      'tallymark_bus_ready 1',
      'tallymark_engine_queue_commands 0',
      'process_resident_memory_bytes',
    ]) {
      expect(text).toContain(name);
    }
    expect(text).not.toContain(program.key);
  });

  it.each([
    '/nothing',
    '/graphql/',
    '/graphql/x',
    '/GRAPHQL',
    '/.env',
    '/..%2f..%2fpackage.json',
    '/screen/../../package.json',
    '/screen/%2e%2e/%2e%2e/config.ts',
    '//graphql',
    '/metrics/x',
  ])('%s is not there', async (path) => {
    const response = await rawGet(path);
    expect(response).toMatch(/^HTTP\/1\.1 (?:404|400) /);
    expect(response).not.toMatch(/"dependencies"|process\.env/);
  });

  it('shows no IDE page in production', async () => {
    const { text } = await get('/graphql', { accept: 'text/html' });
    expect(text).not.toMatch(/<html|graphiql/i);
  });

  /** fetch would tidy the path up. */
  function rawGet(path: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      );
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.once('close', () => resolve(text)).on('error', () => {});
    });
  }
});

describe('connections', () => {
  const upgrade = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

  // Unhandled, each of these would end the process: vitest reports that as a failure.
  it('are let go when their peer resets them during an upgrade', async () => {
    for (let n = 0; n < 60; n += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => {
          socket.write(upgrade(n % 2 === 0 ? '/nothing' : '/graphql'));
          setTimeout(() => {
            socket.resetAndDestroy();
            resolve();
          }, n % 4);
        });
        socket.on('error', () => {});
      });
    }
    expect((await get('/health/live')).status).toBe(200);
  });

  it('are closed by us when an upgrade is refused', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write(upgrade('/nothing'));
    const answer = await new Promise((resolve) =>
      socket.once('data', (data) => resolve(`${data}`)),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    await new Promise((resolve) => socket.once('end', resolve));
    await expect
      .poll(async () => {
        socket.write('x'); // A connection that is gone answers with a reset.
        return socket.destroyed;
      })
      .toBe(true);
  });
});

describe('the log', () => {
  it('names the request of a fault, and holds no credential', async () => {
    const lines: string[] = [];
    const destination = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const log = createLog({ level: 'debug', destination });
    const config = loadConfig({ DATABASE_URL: test.databaseUrl, PORT: '0' });
    const app = await createApp(config, { log, purpose: 'serve' });
    const logged = await startServer(app);
    const { service } = program.keys;
    const token = await program.token('ada');
    for (const door of ['POST', 'WS'] as const) {
      await knock(door, logged.url, service, { query: '{ program { key } }' });
      await knock(door, logged.url, token, { query: '{ me { id } }' });
    }
    // Nobody's input can do that; so that a fault there is, the table goes.
    await app.pool.query('alter table leaderboard rename to elsewhere');
    const { errors } = await knock('POST', logged.url, service, {
      query: '{ leaderboards { id } }',
    });
    await app.pool.query('alter table elsewhere rename to leaderboard');
    const [error] = errors ?? [];
    expect(error?.message).toBe('Something went wrong.');
    const { requestId } = (error?.extensions ?? {}) as { requestId?: string };
    await logged.close();
    await app.close();
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    const own = lines.filter((line) => line.includes(String(requestId)));
    expect(own.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', requestId, err: { message: expect.stringContaining('leaderboard') } },
    ]);
    const all = lines.join('');
    for (const secret of [service, service.slice(-43), token, token.split('.').at(-1) ?? '']) {
      expect(all).not.toContain(secret);
    }
  });
});

describe('a socket that nobody uses', () => {
  it('is told to introduce itself in time (4408), once (4429), before it asks (4401)', async () => {
    const silent = await openSocket(server.url, null);
    const twice = await openSocket(server.url, program.keys.service);
    twice.send({ type: 'connection_init' });
    expect((await twice.closed).code).toBe(4429);
    const early = await openSocket(server.url, null);
    early.send({ type: 'subscribe', id: '1', payload: { query: '{ __typename }' } });
    expect((await early.closed).code).toBe(4401);
    expect((await silent.closed).code).toBe(4408);
  });

  it('is closed for what is no message', async () => {
    const junk = [
      'x',
      '{',
      '[]',
      'null',
      '{}',
      '{"type":1}',
      '{"type":"nope"}',
      '{"type":"subscribe"}',
    ];
    for (const message of junk) {
      const socket = await openSocket(server.url, program.keys.service);
      socket.send(message);
      expect((await socket.closed).code, message).toBe(4400);
    }
    const large = await openSocket(server.url, program.keys.service);
    large.send(JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(100_000) } }));
    expect((await large.closed).code).toBe(1009);
  });

  it('refuses an id that is in use (4409), and other protocols', async () => {
    const socket = await openSocket(server.url, program.keys.service);
    const payload = { query: 'subscription { leaderboardChanged(key: "daily") { kind } }' };
    socket.send({ type: 'subscribe', id: '1', payload });
    socket.send({ type: 'subscribe', id: '1', payload });
    expect((await socket.closed).code).toBe(4409);
    await expect.poll(() => test.app.live.watched.boards).toBe(0);
  });
});
