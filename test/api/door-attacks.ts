/** What is wrong before there is an operation: each attack as each door can have it, or why not. */
import { gzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import type { Door } from '../support/doors.ts';
import { openSocket } from '../support/doors.ts';
import { type SendOptions, sendHttp } from '../support/raw-http.ts';
import { enrol } from './bad-documents.ts';

export type Target = { readonly url: string; readonly port: number; readonly key: string };

/** HTTP status, or close code of a socket; 0: the connection was cut while it was being written. */
export type Outcome = { readonly status: number; readonly text: string };

type Try = (target: Target) => Promise<Outcome>;

export type Attack = {
  readonly name: string;
  readonly doors: Readonly<
    Record<Door, string | { readonly run: Try; readonly statuses: readonly number[] }>
  >;
};

const mutation = JSON.stringify({ query: `mutation { ${enrol('attack')} }` });

const send =
  (options: SendOptions): Try =>
  ({ port, key }) =>
    sendHttp(port, {
      ...options,
      headers: { authorization: `Bearer ${key}`, ...options.headers },
    });

/** Over an open socket: what it is closed with, and what it said before. */
const frame =
  (message: string | Buffer): Try =>
  async ({ url, key }) => {
    const socket = await openSocket(url, key);
    socket.ws.send(message);
    const { code } = await socket.closed;
    const text = JSON.stringify(socket.messages.slice(1));
    return { status: code, text: text === '[]' ? '' : text };
  };

const upgrade =
  (headers: Record<string, string>): Try =>
  ({ port, key }) =>
    new Promise((resolve) => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
        headers: { authorization: `Bearer ${key}`, ...headers },
      });
      ws.once('open', () => {
        ws.terminate();
        resolve({ status: 101, text: '' });
      });
      ws.once('unexpected-response', (_request, response) => {
        resolve({ status: response.statusCode ?? 0, text: '' });
        ws.terminate();
      });
      ws.on('error', () => {});
    });

const events = { accept: 'text/event-stream' };

/** The same body by POST, answered at once or as a stream. */
const byPost = (body: string | Buffer, statuses: number[], more: SendOptions = {}) => ({
  POST: { run: send({ ...more, body }), statuses },
  SSE: { run: send({ ...more, body, headers: { ...events, ...more.headers } }), statuses },
});
const byGet = (path: string, statuses: number[], more: SendOptions = {}) => ({
  run: send({ ...more, method: 'GET', path: `/graphql${path}` }),
  statuses,
});

const noBody = 'a URL has no body';
const large = (count: number) => JSON.stringify({ query: `{ ${'x'.repeat(count)} }` });
const asFrame = (payload: string) => `{"type":"subscribe","id":"1","payload":${payload}}`;
const nested = `${'{a'.repeat(100_000)}${'}'.repeat(100_000)}`;

const broken = (name: string, body: string, onSocket: string): Attack => ({
  name,
  doors: {
    ...byPost(body, [400]),
    ...{ GET: noBody, WS: { run: frame(onSocket), statuses: [4400] } },
  },
});

const foreign = (origin: string): Attack => ({
  name: `a page of ${origin} (T10)`,
  doors: {
    ...byPost(mutation, [403], { headers: { origin } }),
    GET: byGet('?query={program{key}}', [403], { headers: { origin } }),
    WS: { run: upgrade({ origin }), statuses: [403] },
  },
});

const typed = (type: string, body = mutation): Attack => ({
  name: `a body of the type ${type || 'none'} (T11)`,
  doors: {
    ...byPost(body, [415], { headers: { 'content-type': type } }),
    ...{ GET: noBody, WS: 'frames have no type' },
  },
});

export const attacks: readonly Attack[] = [
  {
    name: 'a name of 500 KB (T12)',
    doors: {
      ...byPost(large(500_000), [413, 0]),
      GET: byGet(`?query={${'x'.repeat(500_000)}}`, [431, 0]),
      WS: { run: frame(asFrame(large(500_000))), statuses: [1009] },
    },
  },
  {
    name: '30 MB that do not say how long they are',
    doors: {
      ...byPost(large(30_000_000), [413, 0], { chunked: true }),
      ...{ GET: noBody, WS: 'frames say how long they are' },
    },
  },
  {
    name: '100,000 levels (T9)',
    doors: {
      ...byPost(JSON.stringify({ query: nested }), [413, 0]),
      GET: byGet(`?query=${nested}`, [431, 0]),
      WS: { run: frame(asFrame(JSON.stringify({ query: nested }))), statuses: [1009] },
    },
  },
  {
    name: 'a bomb that is packed',
    doors: {
      ...byPost(gzipSync(Buffer.alloc(10_000_000)), [415], {
        headers: { 'content-encoding': 'gzip' },
      }),
      ...{ GET: noBody, WS: 'compression is not offered' },
    },
  },
  {
    name: 'a header of 64 KB',
    doors: {
      ...byPost(mutation, [431], { headers: { 'x-long': 'x'.repeat(65_536) } }),
      GET: byGet('?query={program{key}}', [431], { headers: { 'x-long': 'x'.repeat(65_536) } }),
      WS: { run: upgrade({ 'x-long': 'x'.repeat(65_536) }), statuses: [431] },
    },
  },
  broken('half of a message', '{"query":"{ program', '{"type":"subscribe"'),
  broken('no JSON', 'x', 'x'),
  broken('nothing', '', ''),
  broken('null', 'null', 'null'),
  broken('a batch', `[${mutation},${mutation}]`, `[${asFrame(mutation)}]`),
  broken('50,000 brackets', '['.repeat(50_000), '['.repeat(50_000)),
  broken('a query that is a number', '{"query":1}', asFrame('{"query":1}')),
  broken(
    'a query under __proto__',
    `{"__proto__":${mutation}}`,
    `{"__proto__":${asFrame(mutation)}}`,
  ),
  typed('text/plain'),
  typed(''),
  typed(
    'application/x-www-form-urlencoded',
    `query=${encodeURIComponent(`mutation { ${enrol('form')} }`)}`,
  ),
  typed(
    'multipart/form-data; boundary=x',
    `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${mutation}\r\n--x--`,
  ),
  ...['https://evil.example', 'null', 'http://127.0.0.1:1'].map(foreign),
  {
    name: 'variables that are no JSON (T11)',
    doors: {
      ...byPost('{"query":"{ program { key } }","variables":{', [400]),
      GET: byGet('?query={program{key}}&variables={', [400]),
      WS: {
        run: frame(asFrame('{"query":"{ program { key } }","variables":"x"}')),
        statuses: [4400],
      },
    },
  },
  {
    name: 'another method by a header',
    doors: {
      POST: 'it may write already',
      SSE: 'as POST',
      GET: byGet(`?query=${encodeURIComponent(`mutation { ${enrol('override')} }`)}`, [405], {
        headers: { 'x-http-method-override': 'POST' },
      }),
      WS: 'has no methods',
    },
  },
  {
    name: 'a message before who it is from',
    doors: {
      ...{ POST: 'the credential comes with it', SSE: 'as POST', GET: 'as POST' },
      WS: {
        run: async ({ url }) => {
          const socket = await openSocket(url, null);
          socket.send(asFrame('{"query":"{ __typename }"}'));
          const { code } = await socket.closed;
          return { status: code, text: '' };
        },
        statuses: [4401],
      },
    },
  },
];
