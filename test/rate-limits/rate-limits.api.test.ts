/** What callers may spend, on every door: charged, refused, told. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import { clientKey, manifestOf, push, sha256 } from '../operations/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { doors, knock, openSocket } from '../support/doors.ts';
import { boardQuery } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { limitTo } from './support.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;

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
});

const KEY = '{ program { key } }';
const slow = { perSecond: 1, burst: 20 };
const ofService = { holder: 'SERVICE' } as const;
const codesOf = (errors: readonly { extensions?: { code?: string } }[] | undefined) =>
  errors?.map(({ extensions }) => extensions?.code);
/** What is left, by the bucket that the doors use. */
const left = async (key: string) => {
  const { data } = await test.ask(key, '{ rateLimit { remaining cost } }');
  return data.rateLimit.remaining + data.rateLimit.cost;
};

describe.each(doors)('%s', (door) => {
  const ask = (query: string, credential = program.keys.service) =>
    knock(door, server.url, credential, { query });

  it('refuses who has spent it all, and nobody else', async () => {
    await limitTo(test, program, ofService, slow);
    const replies = [];
    for (let n = 0; n < 25; n += 1) replies.push(await ask(KEY));
    const refused = replies.filter(({ errors }) => errors !== undefined);
    // A unit comes back each second, and some seconds have passed.
    expect(refused.length).toBeGreaterThan(0);
    expect(replies.slice(0, 20).filter(({ errors }) => errors !== undefined)).toEqual([]);
    for (const { status, data, errors } of refused) {
      expect(codesOf(errors)).toEqual(['RATE_LIMITED']);
      const { retryAfterMs } = (errors?.[0]?.extensions ?? {}) as { retryAfterMs?: number };
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(1_000);
      expect([status, data ?? null]).toEqual([door === 'WS' ? 101 : 429, null]);
    }
    expect((await ask(KEY, program.keys.operator)).errors).toBeUndefined();
    const other = await createTestProgram(test.app);
    expect((await ask(KEY, other.keys.service)).errors).toBeUndefined();
    const key = { programId: program.id, role: 'SERVICE', name: 'second' } as const;
    const { text } = await insertApiKey(test.app.db, key, new Date());
    expect((await ask(KEY, text)).errors).toBeUndefined();
  });

  it('charges the objects that variables ask for, and what is refused nothing', async () => {
    await limitTo(test, program, ofService, { perSecond: 1, burst: 1_000 });
    const query = 'query ($n: Int) { rewards(first: $n) { edges { node { id } } } }';
    const charged = async (variables: object, code?: string) => {
      const before = await left(program.keys.service);
      const reply = await knock(door, server.url, program.keys.service, { query, variables });
      expect(codesOf(reply.errors)?.[0]).toBe(code);
      return before - (await left(program.keys.service)) - 1; // Asking costs one, too.
    };
    const few = await charged({ n: 2 });
    const many = await charged({ n: 40 });
    expect(many - few).toBeGreaterThanOrEqual(3 * 38 - 5); // What came back meanwhile.
    expect(many - few).toBeLessThanOrEqual(3 * 38 + 5);
    for (const bad of ['{ nothing }', '{', 'query A { me { id } } query B { me { id } }']) {
      const before = await left(program.keys.service);
      expect((await ask(bad)).errors).toBeDefined();
      expect(await left(program.keys.service)).toBeGreaterThanOrEqual(before - 1);
    }
  });

  it('refuses for ever what costs more than its caller may spend at once', async () => {
    await limitTo(test, program, ofService, slow);
    const { status, errors } = await ask('{ rewards(first: 100) { edges { node { id } } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 20 } }]);
    expect(status).toBe(door === 'WS' ? 101 : 403);
    expect(JSON.stringify(errors)).not.toContain('"http"');
    expect((await ask(KEY)).errors).toBeUndefined();
  });

  it('charges each command by itself, whatever it is called', async () => {
    if (door === 'GET') return; // It writes nothing.
    await limitTo(test, program, ofService, { perSecond: 1, burst: 200 });
    const aliases = (count: number) =>
      Array.from(
        { length: count },
        (_, n) => `a${n}: checkIn(input: {member: {externalId: "m${n}"}}) { __typename }`,
      ).join(' ');
    const events = () => test.app.db.event.count({ where: { programId: program.id } });
    const tooMuch = await ask(`mutation { ${aliases(20)} }`); // 20 times 11.
    expect(codesOf(tooMuch.errors)).toEqual(['QUERY_TOO_COMPLEX']);
    expect((await ask(`mutation { ${aliases(10)} }`)).errors).toBeUndefined();
    const before = await events();
    const second = await ask(`mutation { ${aliases(10)} ...F } fragment F on Mutation {
      b: checkIn(input: {member: {externalId: "m"}}) { __typename } }`);
    expect(codesOf(second.errors)).toEqual(['RATE_LIMITED']);
    expect(await events()).toBe(before);
  });

  it('charges a partner and members by limits of their own', async () => {
    await push(test, program, 'acme', manifestOf(KEY));
    const partner = await clientKey(test.app, program, 'PARTNER', 'acme');
    const byId = () => knock(door, server.url, partner, { documentId: `sha256:${sha256(KEY)}` });
    expect((await byId()).errors).toBeUndefined();
    await limitTo(test, program, { holder: 'PARTNER' }, { perSecond: 1, burst: 1 });
    await limitTo(test, program, { holder: 'MEMBER' }, { perSecond: 1, burst: 1 });
    const ada = await program.token('ada');
    const bob = await program.token('bob');
    expect((await ask(KEY, ada)).errors).toBeUndefined();
    expect(codesOf((await ask(KEY, ada)).errors)).toEqual(['RATE_LIMITED']);
    expect((await ask(KEY, bob)).errors).toBeUndefined();
    const within = { timeout: limits.rateSettingsOldMs + 1_000, interval: 50 };
    await expect.poll(async () => codesOf((await byId()).errors), within).toEqual(['RATE_LIMITED']);
    expect((await ask(KEY)).errors).toBeUndefined();
  });
});

describe('what is shared', () => {
  it('costs whoever has it made, and the others one', async () => {
    await limitTo(test, program, ofService, { perSecond: 1, burst: 1_000 });
    const charged = async (work: () => Promise<unknown>) => {
      const before = await left(program.keys.service);
      await work();
      return before - (await left(program.keys.service)) - 1;
    };
    const board =
      '{ leaderboard(key: "daily") { season { standings(first: 100) { nodes { rank } } } } }';
    const read = () => knock('POST', server.url, program.keys.service, { query: board });
    const { boardThrottleMs } = limits;
    Object.assign(limits, { boardThrottleMs: 30_000 }); // However busy the machine is.
    expect(await charged(read)).toBeGreaterThanOrEqual(195);
    const many = () => Promise.all(Array.from({ length: 20 }, read));
    expect(await charged(many)).toBeLessThanOrEqual(20);
    Object.assign(limits, { boardThrottleMs });
    const socket = await openSocket(server.url, program.keys.screen);
    const query = boardQuery(50);
    socket.send({ type: 'subscribe', id: 'first', payload: { query } });
    await socket.waitFor(({ id }) => id === 'first');
    for (const door of ['SSE', 'WS'] as const) {
      const follow = () => knock(door, server.url, program.keys.service, { query });
      expect(await charged(follow)).toBeLessThanOrEqual(1);
    }
    socket.close();
  });
});

describe('subscriptions', () => {
  it.each([
    ['that nobody follows yet cost what a message may hold', boardQuery(7), 35],
    [
      'of one’s own cost what a message may hold',
      'subscription { memberChanged(member: {externalId: "ada"}) { member { points { available } } } }',
      3,
    ],
  ])('%s, once', async (_name, query, cost) => {
    await test.ask(
      program.keys.operator,
      'mutation { enrolMember(input: {externalId: "ada"}) { __typename } }',
    );
    await limitTo(test, program, ofService, { perSecond: 1, burst: 100 });
    for (const door of ['SSE', 'WS'] as const) {
      const before = await left(program.keys.service);
      expect((await knock(door, server.url, program.keys.service, { query })).errors).toBe(
        undefined,
      );
      const spent = before - (await left(program.keys.service)) - 1;
      expect(spent).toBeLessThanOrEqual(cost);
      // What came back; a board is kept for a moment for who comes again.
      expect(spent).toBeGreaterThanOrEqual(door === 'SSE' ? cost - 2 : 0);
    }
  });
});

describe('a socket', () => {
  it('lives on with its operations when one is limited', async () => {
    await limitTo(test, program, ofService, slow);
    const socket = await openSocket(server.url, program.keys.service);
    const live = 'subscription { leaderboardChanged(key: "daily", first: 1) { kind } }';
    socket.send({ type: 'subscribe', id: 'live', payload: { query: live } });
    await socket.waitFor(({ id }) => id === 'live');
    const codes = new Set<string | undefined>();
    for (let n = 0; n < 25; n += 1) {
      const { errors } = await socket.run({ query: KEY });
      codes.add(errors?.[0]?.extensions?.code);
    }
    expect([...codes]).toEqual([undefined, 'RATE_LIMITED']);
    expect(socket.isClosed).toBe(false);
    await expect
      .poll(async () => (await socket.run({ query: KEY })).data, { timeout: 3_000 })
      .toEqual({ program: { key: program.key } });
    expect(socket.messages.filter(({ id, type }) => id === 'live' && type !== 'next')).toEqual([]);
    socket.close();
  });
});

describe('limits', () => {
  it('of a client go before those of the program, and are taken away again', async () => {
    const limitOf = async (key: string) =>
      (await test.ask(key, '{ rateLimit { limit } }')).data.rateLimit.limit;
    const follows = { timeout: limits.rateSettingsOldMs + 1_000, interval: 50 };
    await push(test, program, 'app', manifestOf(KEY));
    const ofClient = await clientKey(test.app, program, 'SERVICE', 'app');
    await limitTo(test, program, ofService, { perSecond: 5, burst: 50 });
    await limitTo(test, program, { client: 'app' }, { perSecond: 6, burst: 60 });
    expect(await limitOf(ofClient)).toBe(60);
    expect(await limitOf(program.keys.service)).toBe(50);
    await limitTo(test, program, { client: 'app' }, null);
    await expect.poll(() => limitOf(ofClient), follows).toBe(50);
    await limitTo(test, program, ofService, null);
    await expect.poll(() => limitOf(ofClient), follows).toBe(limits.rateServiceBurst);
    const { data } = await test.ask(
      program.keys.operator,
      '{ audit(first: 9) { nodes: edges { node { action target after } } } }',
    );
    const set = data.audit.nodes.filter(
      ({ node }: { node: { action: string } }) => node.action === 'setRateLimit',
    );
    expect(set).toHaveLength(4);
  });

  it('are refused by the database when they make no sense', async () => {
    const write = (text: string) =>
      test.app.pool.query('update program set rate_limits = $1 where id = $2', [text, program.id]);
    for (const bad of ['[]', '{"SERVICE": 1}', '{"SERVICE": {"perSecond": 2, "burst": 1}}']) {
      await expect(write(bad)).rejects.toThrow(/program_rate_limits/);
    }
    await expect(limitTo(test, program, ofService, { perSecond: 5, burst: 4 })).rejects.toThrow(
      /burst/,
    );
    await expect(limitTo(test, program, { client: 'nobody' }, slow)).rejects.toThrow();
  });
});
