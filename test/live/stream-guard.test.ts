/** Streams whose readers stop: looked at every 5 s by a clock that the test moves. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StreamGuard } from '../../src/http/stream-guard.ts';
import { limits } from '../../src/limits.ts';

let server: Server;
let guard: StreamGuard;
let response: ServerResponse;
let client: Socket;
const watched = new Map<string, () => void>();

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  watched.clear();
  guard = new StreamGuard({
    watch: (authorization: string, end: () => void) => {
      watched.set(authorization, end);
      return () => watched.delete(authorization);
    },
  } as never);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  client.destroy();
  server.close();
  guard.close();
  vi.useRealTimers();
});

/** A stream that is open: the client has its first byte. */
async function open(accept = 'text/event-stream'): Promise<void> {
  const asked = new Promise<ServerResponse>((resolve) => {
    server.once('request', (request, asked) => {
      guard.watch(request, asked);
      asked.writeHead(200, { 'content-type': 'text/event-stream' });
      asked.write(':\n\n');
      resolve(asked);
    });
  });
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  client.write(`GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nAccept: ${accept}\r\n\r\n`);
  response = await asked;
  await new Promise((resolve) => client.once('data', resolve));
}

const closed = (what: ServerResponse | Socket) =>
  new Promise<void>((resolve) => what.once('close', () => resolve()));
/** The kernel moves bytes meanwhile: only real time lets it. */
const breathe = () => new Promise((resolve) => setTimeout(resolve, 50));
const look = async (times: number) => {
  for (let n = 0; n < times; n += 1) {
    vi.advanceTimersByTime(limits.stalledStreamMs / 6);
    await breathe();
  }
};
/** More than the kernel takes, less than is held for a reader. */
const stall = async () => {
  client.pause();
  do {
    response.write('x'.repeat(400_000));
    await breathe();
  } while (response.socket?.writableLength === 0);
};

it.each(['text/event-stream', '*/*', 'text/event-stream, application/json'])(
  'a reader of %s that stops is cut after 30 s, not before',
  async (accept) => {
    await open(accept);
    await stall();
    await look(6);
    expect(response.destroyed).toBe(false);
    const gone = closed(response);
    await look(2);
    await gone;
  },
);

it('a reader for whom too much waits is cut at the second look', async () => {
  await open();
  await stall();
  response.write('x'.repeat(limits.socketBufferedBytesMax));
  const gone = closed(response);
  await look(2);
  await gone;
});

it('who reads now and then goes on', async () => {
  await open();
  await stall();
  for (let n = 0; n < 4; n += 1) {
    await look(4);
    client.resume();
    await breathe();
    await stall();
  }
  expect(response.destroyed).toBe(false);
});

it('an idle stream is no stalled one', async () => {
  await open();
  await look(20);
  expect(response.destroyed).toBe(false);
});

it('a stream ends with the credential, and is not watched after it ended', async () => {
  await open();
  const gone = closed(client);
  watched.get('Bearer k')?.();
  await gone;
  await expect.poll(() => watched.size, { interval: 10 }).toBe(0);
});

it('all streams end when the server does; answers under way do not', async () => {
  await open();
  const waiting = new Promise<ServerResponse>((resolve) => {
    server.once('request', (request, asked) => {
      guard.watch(request, asked);
      resolve(asked);
    });
  });
  const other = connect((server.address() as AddressInfo).port, '127.0.0.1');
  other.write('GET / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nConnection: close\r\n\r\n');
  const answer = await waiting;
  const gone = closed(client);
  guard.end();
  await gone;
  expect(answer.destroyed).toBe(false);
  const text = new Promise((resolve) => other.once('data', (data) => resolve(String(data))));
  answer.end('done');
  expect(await text).toContain('done');
});
