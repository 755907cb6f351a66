/** Limits that nodes share through a real Redis, and what holds while it is away. */
import { kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { knock } from '../support/doors.ts';
import { bePatient } from '../support/patience.ts';
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from '../support/redis.ts';
import { openSecondApp } from '../support/second-app.ts';
import { metric } from '../support/server-process.ts';
import { limitTo } from './support.ts';

const KEY = '{ program { key } }';
const CHECK_IN = 'mutation { checkIn(input: {member: {externalId: "ada"}}) { __typename } }';

describe.runIf(ownRedisAvailable)('two nodes', () => {
  let redis: OwnRedis;
  let nodes: readonly [TestApp, TestApp];
  let servers: readonly RunningServer[];
  let program: TestProgram;

  beforeEach(async () => {
    bePatient();
    // Two nodes, Redis and the test on one machine: slow is not away.
    Object.assign(limits, { rateAnswerMs: 1_500, rateWaitMs: 3_000 });
    const started = await startOwnRedis();
    if (started === undefined) throw new Error('there is a binary');
    redis = started;
    const first = await createTestApp({ env: { REDIS_URL: redis.url } });
    nodes = [first, await openSecondApp(first)];
    servers = [await startServer(nodes[0].app), await startServer(nodes[1].app)];
    program = await createTestProgram(first.app);
    for (const node of [0, 1]) {
      await expect
        .poll(async () => {
          await ask(node, KEY, program.keys.operator);
          return metric(url(node), 'tallymark_rate_loans_total{outcome="granted"}');
        })
        .toBeGreaterThan(0);
    }
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
    await nodes[1].close();
    await nodes[0].close();
    await redis.stop();
  });

  const url = (node: number) => servers[node]?.url ?? '';
  const ask = async (node: number, query = KEY, key = program.keys.service) => {
    const { errors, status } = await knock('POST', url(node), key, { query });
    return { code: errors?.[0]?.extensions?.code, status };
  };
  const both = <Answer>(count: number, work: (node: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 2 * count }, (_, n) => work(n % 2)));
  const counted = async (name: string) =>
    (await Promise.all(servers.map((server) => metric(server.url, name)))).reduce((a, b) => a + b);
  const limit = { perSecond: 2, burst: 50 };

  it('give together what one would give, to 100 at once on each', async () => {
    await limitTo(nodes[0], program, { holder: 'SERVICE' }, limit);
    for (const { app } of nodes) app.rateLimits.forget(program.id);
    const alone = await counted('tallymark_rate_alone_total');
    const begun = performance.now();
    const answers = await both(100, (node) => ask(node));
    const seconds = (performance.now() - begun) / 1000;
    const granted = answers.filter(({ code }) => code === undefined).length;
    const bound = limit.burst + limit.perSecond * seconds;
    expect(granted).toBeLessThanOrEqual(bound);
    expect(granted).toBeGreaterThanOrEqual(limit.burst - 4); // A node may hold a chunk of one.
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(200 - granted);
    expect(await counted('tallymark_rate_alone_total')).toBe(alone);
    expect(await counted('tallymark_rate_refusals_total')).toBe(200 - granted);
    const loans = await counted('tallymark_rate_loans_total{outcome="granted"}');
    expect(loans).toBeLessThan(granted + 10);
    // What Redis holds names nobody.
    const ada = await program.token('ada@example.org');
    expect((await ask(0, KEY, ada)).code).toBeUndefined();
    const { Redis } = await import('ioredis');
    const client = new Redis(redis.url);
    const keys = await client.keys('*:rates:*');
    client.disconnect();
    expect(keys.length).toBeGreaterThan(1); // The operator's is over when it is full again.
    expect(keys.join()).not.toContain('ada');
  });

  it('ask Redis once for many requests', async () => {
    for (let n = 0; n < 300; n += 1) {
      expect((await ask(n % 2, KEY, program.keys.operator)).code).toBeUndefined();
    }
    expect(await counted('tallymark_rate_loans_total{outcome="granted"}')).toBeLessThan(100);
  });

  it('go on by themselves when Redis is killed in the middle, and together when it is back', async () => {
    await limitTo(nodes[0], program, { holder: 'SERVICE' }, limit);
    for (const { app } of nodes) app.rateLimits.forget(program.id);
    const begun = performance.now();
    const codes: (string | undefined)[] = [];
    let slowest = 0;
    const storm = both(10, async (node) => {
      for (let n = 0; n < 10; n += 1) {
        const asked = performance.now();
        codes.push((await ask(node)).code);
        slowest = Math.max(slowest, performance.now() - asked);
      }
    });
    await expect.poll(() => codes.length, { interval: 5 }).toBeGreaterThan(40);
    await redis.kill();
    await storm;
    const seconds = (performance.now() - begun) / 1000;
    const granted = codes.filter((code) => code === undefined).length;
    expect(new Set(codes)).toEqual(new Set([undefined, 'RATE_LIMITED']));
    // Each node by itself gives no more than the limit.
    expect(granted).toBeLessThanOrEqual(2 * (limit.burst + limit.perSecond * seconds));
    expect(granted).toBeGreaterThanOrEqual(limit.burst - 4);
    expect(slowest).toBeLessThan(2_000);
    expect(await counted('tallymark_rate_alone_total')).toBeGreaterThan(0);
    // Others read and write meanwhile.
    for (const node of [0, 1]) {
      expect((await ask(node, CHECK_IN, program.keys.operator)).code).toBeUndefined();
    }
    await redis.restart();
    const loans = () => counted('tallymark_rate_loans_total{outcome="granted"}');
    const before = await loans();
    await expect
      .poll(
        async () => {
          await both(1, (node) => ask(node, KEY, program.keys.operator));
          return (await loans()) > before;
        },
        { timeout: 8_000 },
      )
      .toBe(true);
    // A Redis that forgot everything is told by the nodes what was spent.
    const again = await both(30, (node) => ask(node));
    const more = again.filter(({ code }) => code === undefined).length;
    const passed = (performance.now() - begun) / 1000;
    expect(granted + more).toBeLessThanOrEqual(2 * (limit.burst + limit.perSecond * passed));
  });

  it('do not wait for a Redis that hangs', async () => {
    expect((await ask(0)).code).toBeUndefined();
    kill(redis.pid, 'SIGSTOP');
    try {
      await pause(600); // What was lent has lapsed.
      for (let n = 0; n < 20; n += 1) {
        const asked = performance.now();
        expect((await ask(n % 2, CHECK_IN)).code).toBeUndefined();
        expect(performance.now() - asked).toBeLessThan(2_500);
      }
      expect(await counted('tallymark_rate_alone_total')).toBeGreaterThan(10);
    } finally {
      kill(redis.pid, 'SIGCONT');
    }
  });
});
