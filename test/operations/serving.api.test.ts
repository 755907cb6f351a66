/** Registered operations at work: rights, methods, shares, dates, other nodes. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { doors, knock, openSocket } from '../support/doors.ts';
import { boardQuery, followers } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { sendHttp } from '../support/raw-http.ts';
import { openSecondApp } from '../support/second-app.ts';
import { clientKey, manifestOf, push, retire, setMode, sha256 } from './support.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;
let partner: string;

const BOARD = 'query Board { leaderboard(key: "all-time") { title version } }';
const ENROL = `mutation Enrol($id: String!) { enrolMember(input: {externalId: $id}) {
  ... on EnrolMemberPayload { member { externalId } } ... on Refusal { code } } }`;
const ADJUST = `mutation { adjustPoints(input: {member: {externalId: "ada"}, amount: 5, reason: "x"}) {
  __typename } }`;
const WATCH = boardQuery();
const id = (text: string) => `sha256:${sha256(text)}`;
const codesOf = (errors: readonly { extensions?: { code?: string } }[] | undefined) =>
  errors?.map(({ extensions }) => extensions?.code);

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});
beforeEach(async () => {
  program = await createTestProgram(test.app);
  await push(test, program, 'acme', manifestOf(BOARD, ENROL, ADJUST, WATCH));
  partner = await clientKey(test.app, program, 'PARTNER', 'acme');
});

const post = (credential: string, body: object, headers = {}) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', authorization: `Bearer ${credential}` },
      ...headers,
    },
    body: JSON.stringify(body),
  });

describe.each(doors)('%s: a partner', (door) => {
  const ask = (documentId: string, variables?: object) =>
    knock(door, server.url, partner, { documentId, variables });

  it('writes what was registered with the rights of SERVICE, and no more', async () => {
    const enrolled = await ask(id(ENROL), { id: `by-${door}` });
    const adjusted = await ask(id(ADJUST));
    if (door === 'GET') {
      expect([enrolled.status, ...(codesOf(enrolled.errors) ?? [])]).toEqual([405, 'BAD_REQUEST']);
      expect(await test.app.db.member.count({ where: { programId: program.id } })).toBe(0);
      return;
    }
    expect(enrolled.data).toEqual({ enrolMember: { member: { externalId: `by-${door}` } } });
    expect(codesOf(adjusted.errors)).toEqual(['FORBIDDEN']);
    expect(adjusted.errors?.[0]?.message).toBe(
      'This needs an OPERATOR key; this is a PARTNER key.',
    );
  });

  it('is told what is wrong with its variables', async () => {
    if (door === 'GET') return; // A mutation.
    expect(codesOf((await ask(id(ENROL), { id: 1 })).errors)).toEqual(['BAD_USER_INPUT']);
  });

  it('meets the ceiling of its client when that was lowered', async () => {
    await setMode(test, program, 'acme', 'REQUIRED', { costMax: 20 });
    const { status, errors } = await ask(id(WATCH));
    expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 20 } }]);
    expect(status).toBe(door === 'WS' ? 101 : 403);
    expect((await ask(id(BOARD))).errors).toBeUndefined();
  });

  it('is refused when its key is revoked', async () => {
    const [, , keyId = ''] = partner.split('_');
    expect((await ask(id(BOARD))).errors).toBeUndefined();
    await test.app.db.apiKey.update({ where: { id: keyId }, data: { revokedAt: new Date() } });
    await expect
      .poll(async () => (await ask(id(BOARD))).status, { timeout: 6_000, interval: 300 })
      .toBe(door === 'WS' ? 4403 : 401);
  });
});

describe('a socket', () => {
  it('lives on after operations that are not served', async () => {
    const socket = await openSocket(server.url, partner);
    socket.send({ type: 'subscribe', id: 'live', payload: { query: '', documentId: id(WATCH) } });
    await socket.waitFor((message) => message.id === 'live');
    for (const [operation, code] of [
      [{ query: BOARD }, 'PERSISTED_QUERY_REQUIRED'],
      [{ documentId: id('{ me { id } }') }, 'PERSISTED_QUERY_NOT_FOUND'],
      [{ query: BOARD, documentId: id(ENROL) }, 'BAD_REQUEST'],
      [{ documentId: id(BOARD), doc_id: id(ENROL) }, 'BAD_REQUEST'],
      [{ documentId: 1 as never }, 'BAD_REQUEST'],
      [{}, 'PERSISTED_QUERY_REQUIRED'],
    ] as const) {
      const { errors } = await socket.run(operation);
      expect(codesOf(errors)).toEqual([code]);
      expect(JSON.stringify(errors)).not.toContain('"http"');
    }
    expect((await socket.run({ documentId: id(BOARD) })).data.leaderboard.title).toBeTypeOf(
      'string',
    );
    expect(socket.messages.filter(({ id: of, type }) => of === 'live' && type !== 'next')).toEqual(
      [],
    );
    socket.close();
  });
});

describe('unusual requests over HTTP', () => {
  it('are judged alike', async () => {
    const accept = 'application/json;q=0.5, multipart/mixed'; // Goes through Yoga.
    const ask = async (body: object) => {
      const response = await post(partner, body, { accept });
      const { data, errors } = (await response.json()) as {
        data?: { leaderboard: object };
        errors?: { message: string; extensions: { code: string } }[];
      };
      return { status: response.status, data, errors };
    };
    expect((await ask({ documentId: id(BOARD) })).data?.leaderboard).toBeDefined();
    expect(await ask({ query: BOARD })).toMatchObject({
      ...{ status: 403, errors: [{ extensions: { code: 'PERSISTED_QUERY_REQUIRED' } }] },
    });
    expect(await ask({ id: 'x' })).toMatchObject({
      ...{ status: 404, errors: [{ message: 'PersistedQueryNotFound' }] },
    });
    for (const body of [
      { documentId: 1 },
      { documentId: '' },
      { query: 1, documentId: id(BOARD) },
    ]) {
      expect(await ask(body)).toMatchObject({ status: 400, data: undefined });
    }
    expect(await ask({})).toMatchObject({ status: 400 });
  });

  it('of unknown length, too', async () => {
    const ask = async (body: object) => {
      const sent = await sendHttp(server.port, {
        ...{ body: JSON.stringify(body), chunked: true },
        headers: { authorization: `Bearer ${partner}` },
      });
      return [sent.status, JSON.parse(sent.text).errors?.[0].extensions.code];
    };
    expect(await ask({ documentId: id(BOARD) })).toEqual([200, undefined]);
    expect(await ask({ query: BOARD })).toEqual([403, 'PERSISTED_QUERY_REQUIRED']);
  });

  it('a header that names a client grants nothing', async () => {
    const headers = { 'x-client-name': 'acme' };
    const alone = await post(program.keys.partner, { documentId: id(BOARD) }, headers);
    expect(alone.status).toBe(404);
  });
});

describe('a change', () => {
  it('reaches every node within five seconds', async () => {
    const second = await openSecondApp(test);
    const other = await startServer(second.app);
    try {
      const asks = async () =>
        Promise.all(
          [server, other].map(async ({ url }) => {
            const { errors } = await knock('POST', url, partner, { documentId: id(BOARD) });
            return errors?.[0]?.extensions?.code;
          }),
        );
      expect(await asks()).toEqual([undefined, undefined]);
      const within = { timeout: limits.operationsOldMs + limits.operationsCheckMs, interval: 200 };
      await retire(test, program, 'acme', [id(BOARD)]);
      const RETIRED = 'PERSISTED_QUERY_RETIRED';
      expect((await asks())[0]).toBe(RETIRED); // At once on the node that did it.
      await expect.poll(asks, within).toEqual([RETIRED, RETIRED]);
      await push(test, program, 'acme', manifestOf(BOARD));
      await expect.poll(asks, within).toEqual([undefined, undefined]);
      // A node that nobody asked meanwhile reads before it answers.
      await retire(test, program, 'acme', [id(BOARD)]);
      await pause(limits.operationsOldMs);
      expect((await asks())[1]).toBe(RETIRED);
    } finally {
      await other.close();
      await second.close();
    }
  });

  it('by date happens by itself', async () => {
    const at = new Date(Date.now() + 1_500).toISOString();
    await retire(test, program, 'acme', [id(BOARD)], at);
    const code = async () => {
      const { status, errors } = await knock('POST', server.url, partner, {
        documentId: id(BOARD),
      });
      return [status, errors?.[0]?.extensions?.code];
    };
    expect(await code()).toEqual([200, undefined]);
    await expect
      .poll(code, { timeout: 4_000, interval: 100 })
      .toEqual([410, 'PERSISTED_QUERY_RETIRED']);
  });
});

it('mode LOG counts what is not registered, on every door', async () => {
  await setMode(test, program, 'acme', 'LOG');
  const service = await clientKey(test.app, program, 'SERVICE', 'acme');
  const counter = `tallymark_operations_ad_hoc_total{client="${program.id}/acme"}`;
  const counted = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(counter));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  const texts = ['{ program { key } }', BOARD];
  for (const [at, door] of doors.entries()) {
    for (const query of texts) {
      expect((await knock(door, server.url, service, { query })).errors).toBeUndefined();
    }
    await knock(door, server.url, service, { documentId: id(BOARD) });
    expect(await counted(), door).toBe((at + 1) * texts.length);
  }
  for (const [, follow] of followers) {
    const before = await counted();
    const one = await follow(server.url, service, boardQuery(7));
    one.stop();
    expect(await counted()).toBe(before + 1);
  }
});
