/**
 * Every rule on every door (RELIABILITY.md T3 to T5, T9 to T14, §5, 6.16 to 6.19): the same code, by
 * text and by id, soon, briefly, and without repeating what was asked. Nothing is written, and the
 * server, the socket and what else runs on it live on.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import { clientKey, manifestOf, push, setMode, sha256 } from '../operations/support.ts';
import { limitTo } from '../rate-limits/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import {
  type Door,
  doors,
  knock,
  type Operation,
  openSocket,
  type Reply,
  type TestSocket,
} from '../support/doors.ts';
import { attacks } from './door-attacks.ts';
import { type Answer, type Caller, doorRules, type Rule } from './door-rules.ts';

const ACCEPT = 'application/graphql-response+json';
const WATCH = 'subscription { leaderboardChanged(key: "daily") { kind } }';
const PROGRAM = '{ program { key } }';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;
const keys = new Map<Caller | 'app', string>();
/** Sockets that stay open for as long as the test runs, each with a subscription. */
const sockets = new Map<string, TestSocket>();

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
  const good = doorRules.filter(({ registers }) => registers);
  const texts = [...new Set(good.map(({ send }) => send.query ?? ''))];
  for (const client of ['app', 'bound']) {
    expect((await push(test, program, client, manifestOf(...texts))).added).toHaveLength(
      texts.length,
    );
  }
  await setMode(test, program, 'bound', 'REQUIRED');
  await limitTo(test, program, { holder: 'SERVICE' }, { perSecond: 1, burst: 2 });
  await limitTo(test, program, { client: 'app' }, { perSecond: 10_000, burst: 20_000 });
  await limitTo(test, program, { client: 'bound' }, { perSecond: 10_000, burst: 20_000 });
  const { operator, screen, service } = program.keys;
  keys.set('operator', operator).set('screen', screen).set('spent', service);
  keys.set('partner', await clientKey(test.app, program, 'PARTNER', 'app'));
  keys.set('app', await clientKey(test.app, program, 'OPERATOR', 'app'));
  keys.set('bound', await clientKey(test.app, program, 'OPERATOR', 'bound'));
  keys.set('wrong', operator.replace(/.{43}$/, 'A'.repeat(43))).set('noBearer', 'two words');
});
afterAll(async () => {
  for (const socket of sockets.values()) socket.close();
  await server.close();
  await test.close();
});

const members = () => test.app.db.member.count();
const ask = (door: Door, caller: Caller | 'app', operation: Operation) =>
  knock(door, server.url, keys.get(caller), operation, ACCEPT);

/** The socket of a caller, on which something else runs already. */
async function socketOf(caller: Caller | 'app'): Promise<TestSocket> {
  const known = sockets.get(caller);
  if (known !== undefined) return known;
  const socket = await openSocket(server.url, keys.get(caller));
  sockets.set(caller, socket);
  const mayWatch = caller !== 'bound' && caller !== 'partner' && caller !== 'spent';
  if (mayWatch) {
    socket.send({ type: 'subscribe', id: 'live', payload: { query: WATCH } });
    await socket.waitFor(({ id }) => id === 'live');
  }
  return socket;
}

/** Spends what a SERVICE key of the program has. */
async function spend(): Promise<void> {
  const [, , keyId = ''] = program.keys.service.split('_');
  const viewer = { kind: 'key', programId: program.id, keyId, role: 'SERVICE' } as const;
  while ((await test.app.rateLimits.take(viewer, 1)) === undefined);
}

const inTime = async <Value>(work: Promise<Value>): Promise<Value> => {
  const begun = performance.now();
  const value = await work;
  expect(performance.now() - begun).toBeLessThan(2_000);
  return value;
};

/** Brief, with nothing of the inside, and no more of the request than a name. */
function expectTerse({ text, errors = [] }: Pick<Reply, 'text' | 'errors'>, asked: string[]): void {
  expect(text.length).toBeLessThan(65_536);
  expect(text).not.toMatch(/did you mean| {4}at \w|node_modules|postgres|prisma|\/work\/|"http"/i);
  expect(errors.length).toBeLessThanOrEqual(limits.errorsMax);
  for (const { message } of errors) {
    expect(message.length).toBeLessThanOrEqual(limits.errorCharactersMax);
    const most = limits.echoCharactersMax + 2; // With its quotes.
    for (let at = 0; at + most < message.length; at += 1) {
      const part = message.slice(at, at + most + 1);
      expect(asked.filter((one) => one.includes(part))).toEqual([]);
    }
  }
}

const textsOf = ({ query = '', variables, documentId }: Operation) => [
  ...[query, JSON.stringify(variables ?? null), String(documentId)],
  ...Object.values(variables ?? {}).map((value) => JSON.stringify(value)),
];

async function expectAlive(): Promise<void> {
  const { data } = await inTime(ask('POST', 'operator', { query: PROGRAM }));
  expect(data).toEqual({ program: { key: program.key } });
  for (const [caller, socket] of sockets) {
    expect(socket.isClosed, caller).toBe(false);
    const lived = socket.messages.filter(({ id }) => id === 'live');
    expect(lived.every(({ type }) => type === 'next')).toBe(true);
  }
}

/** Sends the operation and holds the answer against what is expected of it. */
async function check(door: Door, caller: Caller | 'app', rule: Rule, send: Operation) {
  const expected: Answer | number | string = rule.except?.[door] ?? rule.answer;
  if (typeof expected === 'string') return; // The door cannot have it: the table says why.
  if (rule.as === 'spent') await spend();
  const before = await members();
  const ownSocket = typeof expected === 'object' && door === 'WS';
  const work = ownSocket ? (await socketOf(caller)).run(send) : ask(door, caller, send);
  const reply = await inTime(work).catch((error: unknown) => {
    // fetch and ws refuse to send such a header.
    if (rule.as !== 'noBearer') throw error;
    return undefined;
  });
  if (reply !== undefined && !(rule.longUrl && door === 'GET' && reply.status === 431)) {
    const { status, data, errors } = reply;
    if (typeof expected === 'number') expect(status).toBe(expected);
    else {
      const codes = new Set(errors?.map(({ extensions }) => extensions?.code));
      expect([...codes], reply.text).toContain(expected.code);
      // As in the old media type, what is wrong with a document leaves the stream's status at 200.
      const isLenient = door === 'SSE' && expected.status === 400 && status === 200;
      expect(status).toBe(door === 'WS' ? 101 : isLenient ? 200 : expected.status);
      expect(Object.values(data ?? { none: null })).toEqual([null]);
    }
    expectTerse(reply, textsOf(send));
  }
  expect(await members()).toBe(before);
  await expectAlive();
}

describe.each(doors)('%s', (door) => {
  it.each(doorRules.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) =>
    check(door, rule.as, rule, rule.send),
  );

  const registered = doorRules.filter(({ registers }) => registers);

  it.each(registered.map((rule) => [rule.name, rule] as const))(
    'by id: %s',
    async (_name, rule) => {
      const { query = '', ...more } = rule.send;
      const byId = { ...more, documentId: `sha256:${sha256(query)}` };
      for (const caller of ['app', 'bound'] as const) await check(door, caller, rule, byId);
    },
  );

  it.each(attacks.map((attack) => [attack.name, attack] as const))('%s', async (_name, attack) => {
    const tried = attack.doors[door];
    if (typeof tried === 'string') return; // The door cannot have it: the table says why.
    await socketOf('operator');
    const before = await members();
    const target = { url: server.url, port: server.port, key: program.keys.operator };
    const { status, text } = await inTime(tried.run(target));
    expect(tried.statuses, text).toContain(status);
    expectTerse({ text, errors: errorsIn(text) }, []);
    expect(await members()).toBe(before);
    await expectAlive();
  });
});

const errorsIn = (text: string): Reply['errors'] => {
  try {
    return (JSON.parse(text.replace(/^[\s\S]*?data: /, '')) as Pick<Reply, 'errors'>).errors;
  } catch {
    return undefined;
  }
};

it('what no door takes cannot be registered either', async () => {
  const documents = doorRules.filter(
    ({ send, answer, registers }) =>
      send.query !== undefined &&
      !registers &&
      /^GRAPHQL|TOO_COMPLEX/.test(answer.code) &&
      send.variables === undefined,
  );
  expect(documents.length).toBeGreaterThan(30);
  for (const { name, send, as } of documents) {
    if (as === 'spent') continue; // The document is good.
    const refused = await push(test, program, 'app', manifestOf(send.query ?? ''));
    expect(refused.code, name).toBe('MANIFEST_NOT_VALID');
  }
});
