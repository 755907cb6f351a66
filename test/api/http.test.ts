/** What HTTP itself can be made to carry: bodies, types, methods, origins, sizes. */
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type SendOptions, type Sent, sendHttp } from '../support/raw-http.ts';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;
let key: string;

beforeAll(async () => {
  const env = { TALLYMARK_GRAPHIQL: '0', ALLOWED_ORIGINS: 'https://app.example' };
  test = await createTestApp({ env });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
  key = program.keys.operator;
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const send = (options: SendOptions) =>
  sendHttp(server.port, {
    ...options,
    headers: { authorization: `Bearer ${key}`, ...options.headers },
  });

const mutation = (externalId: string) =>
  JSON.stringify({
    query: `mutation { enrolMember(input: {externalId: "${externalId}"}) { __typename } }`,
  });
const members = () => test.app.db.member.count();

/** No answer tells of the inside, or is long. */
function expectTerse({ text }: Sent): void {
  expect(text).not.toMatch(
    / {4}at \w|node_modules|postgres|prisma|syntax error at or near|\/work\//i,
  );
  expect(text.length).toBeLessThan(2_000);
}

describe('bodies', () => {
  const large = (bytes: number) =>
    JSON.stringify({ query: '{ program { key } }', variables: { x: 'x'.repeat(bytes) } });

  it('are taken up to the limit', async () => {
    const body = large(limits.bodyBytesMax - 60);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limits.bodyBytesMax);
    expect((await send({ body })).status).toBe(200);
    expect((await send({ body, chunked: true })).status).toBe(200);
  });

  it.each([limits.bodyBytesMax + 1, 5_000_000, 30_000_000])(
    'of %d bytes are refused, whether they say so or not',
    async (bytes) => {
      for (const chunked of [false, true]) {
        const sent = await send({ body: large(bytes), chunked });
        // A client that writes on regardless may meet the end of the connection first.
        expect([413, 0]).toContain(sent.status);
        expectTerse(sent);
      }
    },
  );

  it('that only announce themselves as too large get their answer', async () => {
    const raw =
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n{';
    expect(await exchange(raw)).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"BAD_REQUEST"/);
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', `query=${encodeURIComponent('{ me { id } }')}`],
    [
      'multipart',
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
    ],
    ['plain text', 'text/plain', mutation('type')],
    ['a document', 'application/graphql', '{ me { id } }'],
    ['no type', '', mutation('type')],
    ['two types', 'text/plain, application/json', mutation('type')],
    ['a look-alike', 'application/jsonx', mutation('type')],
  ])('that are %s are refused', async (_name, type, body) => {
    const before = await members();
    const sent = await send({ headers: { 'content-type': type }, body });
    expect(sent.status).toBe(415);
    expect(JSON.parse(sent.text).errors[0].extensions.code).toBe('BAD_REQUEST');
    expect(await members()).toBe(before);
  });

  it.each(['application/json;charset=utf-8', 'Application/JSON', 'application/json ; x=1'])(
    'that are %s are taken',
    async (type) => {
      const headers = { 'content-type': type };
      expect((await send({ headers, body: '{"query":"{ program { key } }"}' })).status).toBe(200);
    },
  );

  it('that are packed are refused unread (a bomb would unpack to gigabytes)', async () => {
    const body = gzipSync(Buffer.alloc(10_000_000));
    const sent = await send({ headers: { 'content-encoding': 'gzip' }, body });
    expect(sent.status).toBe(415);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"query":"{ program'],
    ['a comma too many', '{"query":"{ program { key } }",}'],
    ['single quotes', "{'query':'{ program { key } }'}"],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"{ program { key } }"'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['a query that is a number', '{"query":1}'],
    ['a query that is an object', '{"query":{"a":1}}'],
    ['a query that is null', '{"query":null}'],
    ['variables that are a text', '{"query":"{ program { key } }","variables":"x"}'],
    ['a name that is a number', '{"query":"{ program { key } }","operationName":1}'],
    ['extensions that are a list', '{"query":"{ program { key } }","extensions":[1]}'],
    ['a parameter nobody knows', '{"query":"{ program { key } }","qeury":"x"}'],
    ['50,000 open brackets', '['.repeat(50_000)],
    ['NaN', '{"query":"{ program { key } }","variables":{"a":NaN}}'],
    ['bad UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['UTF-16', Buffer.from('{"query":"{ program { key } }"}', 'utf16le')],
    ['__proto__ only', '{"__proto__":{"query":"{ program { key } }"}}'],
  ])('that are %s are refused', async (_name, body) => {
    for (const chunked of [false, true]) {
      const sent = await send({ body, chunked });
      const [error] = JSON.parse(sent.text).errors;
      expect(error.extensions.code).toMatch(/^(?:BAD_REQUEST|OPERATION_RESOLUTION_FAILURE)$/);
      expect(sent.status).toBe(400);
      expectTerse(sent);
    }
  });
});

describe('requests', () => {
  it.each([
    ['broken variables', '?query={program{key}}&variables={'],
    ['variables that are no JSON', '?query={program{key}}&variables=x'],
    ['variables that are a list', '?query={program{key}}&variables=[1]'],
    ['broken extensions', '?query={program{key}}&extensions={'],
    ['no query', '?x=1'],
    ['an empty query', '?query='],
    ['two queries', '?query=&query={program{key}}'],
  ])('by GET with %s are 400, never 500 (T11)', async (_name, search) => {
    for (const accept of ['*/*', 'application/json', 'application/graphql-response+json']) {
      const sent = await send({ method: 'GET', path: `/graphql${search}`, headers: { accept } });
      expect(sent.status).toBe(400);
      expect(JSON.parse(sent.text).errors[0].extensions.code).toBe('BAD_REQUEST');
      expectTerse(sent);
    }
  });

  it('by GET with a bad escape have it in their document', async () => {
    const sent = await send({ method: 'GET', path: '/graphql?query=%7Bprogram%7Bkey%7D%7D%ZZ' });
    expect(JSON.parse(sent.text).errors[0].extensions.code).toBe('GRAPHQL_PARSE_FAILED');
    expectTerse(sent);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE'])(
    'by %s execute nothing',
    async (method) => {
      const before = await members();
      const query = encodeURIComponent(JSON.parse(mutation(`by-${method}`)).query);
      const sent = await send({ method, path: `/graphql?query=${query}` });
      expect([400, 403, 404, 405, 406, 204, 0]).toContain(sent.status);
      expectTerse(sent);
      expect(await members()).toBe(before);
    },
  );

  it('do not change their method by a header', async () => {
    const before = await members();
    const query = encodeURIComponent(JSON.parse(mutation('override')).query);
    const headers = { 'x-http-method-override': 'POST', 'x-method-override': 'POST' };
    const sent = await send({ method: 'GET', path: `/graphql?query=${query}`, headers });
    expect(sent.status).toBe(405);
    expect(await members()).toBe(before);
  });

  it('with 64 KB of URL or header get 431', async () => {
    const long = 'x'.repeat(65_536);
    expect((await send({ method: 'GET', path: `/graphql?query=${long}` })).status).toBe(431);
    expect((await send({ method: 'GET', headers: { 'x-long': long } })).status).toBe(431);
  });

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
    ['a length below 0', 'Content-Length: -1\r\n'],
    ['a broken chunk', 'Transfer-Encoding: chunked\r\n'],
  ])('with %s are 400', async (_name, headers) => {
    const raw = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\nzz\r\n`;
    expect(await exchange(raw)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('that offer h2c, as Java does, are answered over HTTP/1.1', async () => {
    const body = '{"query":"{ program { key } }"}';
    const raw = [
      'POST /graphql HTTP/1.1',
      'Host: x',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
      'Content-Type: application/json',
      `Authorization: Bearer ${key}`,
      `Content-Length: ${body.length}`,
    ].join('\r\n');
    const answer = await exchange(`${raw}\r\n\r\n${body}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"program"/);
    expect(
      await exchange(
        'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      ),
    ).toMatch(/ 200 /);
  });
});

/** Writes to a bare connection and returns what comes back within a moment. */
function exchange(raw: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(raw));
    const done = () => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(1_500, done);
    socket.on('data', (data) => {
      text += data;
      if (/\r\n\r\n[\s\S]*[}\n]/.test(text)) setTimeout(done, 50);
    });
    socket.once('close', done).on('error', () => {});
  });
}
