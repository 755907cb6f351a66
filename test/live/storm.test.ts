/**
 * RELIABILITY.md 6.10: 10,000 changes on two nodes while Redis and nodes die and freeze and
 * subscribers come and go. Whatever each of them saw must lead, message by message, to the truth.
 */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differing } from '../leaderboards/board.ts';
import type { TestProgram } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openSocket } from '../support/doors.ts';
import { runSql } from '../support/embedded-postgres-process.ts';
import { boardQuery, expectFaithful, type Follower, overSse } from '../support/live.ts';
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from '../support/redis.ts';
import { rulesMutation } from '../support/rules.ts';
import {
  createProgramIn,
  post,
  type ServerProcess,
  startProcess,
} from '../support/server-process.ts';

const CHANGES = 10_000;
const PER_REQUEST = 25;
const MEMBERS = 60;
const RECONNECTS = 20;
const QUERY = `subscription ($after: SafeInt, $season: ID) {
  leaderboardChanged(key: "all-time", first: 50, after: $after, season: $season) {
    kind version removed season { id } changes { rank score member { id externalId } } } }`;

type Row = { rank: number; score: number; member: { id: string; externalId: string } };
type Change = {
  kind: string;
  version: number;
  removed: string[];
  season: { id: string };
  changes: Row[];
};

/** A screen that keeps rows by member and goes on where it was, on whichever node lets it. */
class Screen {
  readonly rows = new Map<string, Row>();
  seen: { after: number; season: string } | undefined;
  /** How it was led on by deltas after a reconnect, and how often it began anew. */
  readonly resumed = { byDelta: 0, bySnapshot: 0 };
  #socket: Awaited<ReturnType<typeof openSocket>> | undefined;
  #taken = 0;
  #isFirst = true;

  async connect(url: string, credential: string): Promise<void> {
    this.#socket = await openSocket(url, credential);
    this.#taken = 0;
    this.#isFirst = true;
    const payload = { query: QUERY, variables: this.seen ?? {} };
    this.#socket.send({ type: 'subscribe', id: 'screen', payload });
  }

  disconnect(): void {
    this.take();
    this.#socket?.close();
    this.#socket = undefined;
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  /** Applies what came. Fails on a message that does not fit what it has. */
  take(): void {
    const messages =
      this.#socket?.messages.filter(({ id, type }) => id === 'screen' && type === 'next') ?? [];
    for (const { payload } of messages.slice(this.#taken)) {
      const change = payload.data.leaderboardChanged as Change;
      if (change.kind === 'DELTA') {
        expect({ season: change.season.id, after: change.version - 1 }).toEqual(this.seen);
      } else {
        this.rows.clear();
      }
      if (this.#isFirst && this.seen !== undefined) {
        this.resumed[change.kind === 'DELTA' ? 'byDelta' : 'bySnapshot'] += 1;
      }
      this.#isFirst = false;
      for (const id of change.removed) expect(this.rows.delete(id)).toBe(true);
      for (const row of change.changes) this.rows.set(row.member.id, row);
      this.seen = { after: change.version, season: change.season.id };
    }
    this.#taken = messages.length;
  }

  get scores(): Record<string, number> {
    return Object.fromEntries(
      [...this.rows.values()].map(({ member, score }) => [member.externalId, score]),
    );
  }
}

/** Those who score more: whom every window of 50 must show. */
const above = (score: number, scores: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(scores).filter(([, own]) => own > score));

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.runIf(ownRedisAvailable)('a storm', () => {
  let database: TestDatabase;
  let redis: OwnRedis;
  let program: TestProgram;
  let nodes: ServerProcess[];

  const env = () => ({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_CHANNEL: 'storm',
    NODE_ENV: 'production',
  });
  const other = (node: number) => (node + 1) % 2;
  const urlOf = (node: number) => nodes[node]?.url ?? '';

  beforeAll(async () => {
    database = await createTestDatabase();
    const started = await startOwnRedis();
    if (started === undefined) throw new Error('no Redis');
    redis = started;
    nodes = await Promise.all([startProcess(env()), startProcess(env())]);
    program = await createProgramIn(database.url);
    await post(urlOf(0), program.keys.operator, `mutation { ${rulesMutation({ walk: 1 })} }`);
    for (let from = 0; from < MEMBERS; from += 20) {
      const enrolments = Array.from(
        { length: 20 },
        (_, n) => `m${n}: enrolMember(input: {externalId: "m${from + n}"}) { __typename }`,
      );
      await post(urlOf(0), program.keys.operator, `mutation { ${enrolments.join(' ')} }`);
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await redis.stop();
    await database.drop();
  });

  const withRedis = async (...command: readonly [string, ...string[]]) => {
    const client = new Redis(redis.url, { maxRetriesPerRequest: 1, retryStrategy: () => null });
    client.on('error', () => {});
    await client.call(...command).catch(() => {});
    client.disconnect();
  };

  it('of 10,000 changes loses, doubles and reorders nothing for anybody', async () => {
    const told = new Map<string, number>();
    let changes = 0;
    let node = 0;
    /** Two callers; what a dying node did not answer is asked again under the same key. */
    const caller = async (name: string) => {
      for (let request = 0; changes < CHANGES; request += 1) {
        changes += PER_REQUEST;
        const who = Array.from(
          { length: PER_REQUEST },
          (_, n) => `m${(request * 7 + n * n) % MEMBERS}`,
        );
        const walks = who.map(
          (id, n) =>
            `w${n}: recordActivity(input: {member: {externalId: "${id}"}, type: "walk", idempotencyKey: "${name}-${request}-${n}"}) { __typename }`,
        );
        for (let done = false; !done; ) {
          try {
            const data = await post(
              urlOf(node),
              program.keys.service,
              `mutation { ${walks.join(' ')} }`,
            );
            done = Object.values(data).every((one) => one !== null);
          } catch {
            await sleep(50);
          }
        }
        for (const id of who) told.set(id, (told.get(id) ?? 0) + 1);
      }
    };
    const screens = Array.from({ length: 4 }, () => new Screen());
    await Promise.all(
      screens.map((screen, n) => screen.connect(urlOf(n % 2), program.keys.screen)),
    );
    const streams: Follower[] = await Promise.all(
      [0, 1].map((n) => overSse(urlOf(n), program.keys.screen, boardQuery(50))),
    );
    let over = false;
    const reconnecting = (async () => {
      for (let count = 0; count < RECONNECTS || !over; count += 1) {
        const screen = screens[count % 3] as Screen; // The fourth stays as long as its node lives.
        screen.disconnect();
        await sleep(count % 2 === 0 ? 5 : 150);
        await screen
          .connect(urlOf(count % 4 < 2 ? node : other(node)), program.keys.screen)
          .catch(() => screen.connect(urlOf(node), program.keys.screen));
        await sleep(150);
      }
    })();
    const faults = (async () => {
      const all: readonly (() => Promise<unknown>)[] = [
        () => withRedis('CLIENT', 'KILL', 'TYPE', 'pubsub'),
        () => withRedis('CLIENT', 'PAUSE', '1000', 'ALL'),
        () =>
          redis
            .kill()
            .then(() => sleep(500))
            .then(() => redis.restart()),
        async () => {
          const dying = node;
          node = other(dying);
          nodes[dying]?.signal('SIGKILL');
          await nodes[dying]?.exited;
          nodes[dying] = await startProcess(env());
        },
        () => withRedis('CLIENT', 'KILL', 'TYPE', 'normal'),
        async () => {
          const frozen = nodes[other(node)];
          frozen?.signal('SIGSTOP');
          await sleep(2_500);
          frozen?.signal('SIGCONT');
        },
      ];
      for (const fault of all) {
        await sleep(700);
        await fault();
      }
    })();
    await Promise.all([caller('a'), caller('b'), faults]);
    over = true;
    await reconnecting;
    for (const [n, screen] of screens.entries()) {
      if (n < 3) continue;
      screen.disconnect();
      await screen.connect(urlOf(0), program.keys.screen);
    }
    const top = [...told].sort(([, a], [, b]) => b - a);
    const fiftieth = top[49]?.[1] ?? 0;
    await expect
      .poll(
        () => {
          for (const screen of screens) screen.take();
          return screens.map(({ scores }) => above(fiftieth, scores));
        },
        { timeout: 15_000, interval: 50 },
      )
      .toEqual(screens.map(() => above(fiftieth, Object.fromEntries(told))));
    for (const { events } of streams) expectFaithful(events);
    expect(screens.reduce((sum, { resumed }) => sum + resumed.byDelta, 0)).toBeGreaterThan(0);
    await expect.poll(() => runSql(database.url, differing), { timeout: 5_000 }).toEqual([]);
    for (const screen of screens) screen.disconnect();
    for (const stream of streams) stream.stop();
    expect(nodes.map(({ stderr }) => stderr)).toEqual(['', '']);
  }, 180_000);
});
