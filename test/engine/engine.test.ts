import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { limits } from '../../src/limits.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { Unavailable } from '../../src/platform/refusal.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { createTestEngine, holdMembers, probeOf } from './probe.ts';

let test: TestApp;
let program: TestProgram;
let made: ReturnType<typeof createTestEngine>;
let engine: Engine;
const members = Array.from({ length: 60 }, (_, index) => `member-${index}`);
const usual = { ...limits };
const places = limits.engineBatchesInFlightMax;
const setLimits = (changed: Partial<Record<keyof typeof limits, number>>) =>
  Object.assign(limits, changed);

beforeAll(async () => {
  bePatient(); // But not with locks and queues: some tests here are about them.
  const { lockMs, engineCommandWaitMs } = usual;
  setLimits({ lockMs, engineCommandWaitMs });
  test = await createTestApp();
  program = await createTestProgram(test.app);
  await Promise.all(
    members.map((externalId) => test.app.engine.run(enrolMember, viewer(), { externalId })),
  );
});
beforeEach(() => {
  made = createTestEngine(test);
  engine = made.engine;
});
afterEach(async () => {
  setLimits(usual);
  await engine.close();
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await test.close();
});

const viewer = () => ({ kind: 'system', programId: program.id, name: 'test' }) as const;
const probe = (who: number, name = 'p') =>
  engine.run(probeOf(), viewer(), { member: { externalId: members[who] ?? '' }, name });

/** Names of the events that probes left, in the order of the log. */
async function namesOf(prefix: string): Promise<string[]> {
  const { rows } = await test.app.pool.query(
    "select payload->>'name' as name from event where type = 'probe' and payload->>'name' like $1 order by position",
    [`${prefix}%`],
  );
  return rows.map(({ name }) => name);
}

/** How promises ended: 'done' or the error's name. */
async function endings(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.name));
}

/** Every place for batches taken: by commands for the first members, whose rows are held. */
async function withBusyEngine(work: () => Promise<void>): Promise<void> {
  const held = await holdMembers(test.databaseUrl, members.slice(0, places));
  const calls: Promise<unknown>[] = [];
  for (let who = 0; who < places; who += 1) {
    calls.push(probe(who, 'busy'));
    await held.waitForWaiters(who + 1);
  }
  const ended = endings(calls);
  try {
    await work();
  } finally {
    await held.release();
    await ended;
  }
}

describe('batching', () => {
  it('commands of one turn go together; those that come meanwhile make the next batch', async () => {
    const calls: Promise<unknown>[] = [];
    await withBusyEngine(async () => {
      for (let who = 4; who < 44; who += 1) calls.push(probe(who, 'batch'));
      expect(engine.queueLength).toBe(40);
    });
    await Promise.all(calls);
    expect(engine.queueLength).toBe(0);
    expect(await made.metric('tallymark_engine_batch_commands_sum')).toBe(places + 40);
    expect(await made.metric('tallymark_engine_batch_commands_count')).toBe(places + 1);
  });

  it('takes no more than the limit at once, and all in the end', async () => {
    setLimits({ engineBatchCommandsMax: 7 });
    await Promise.all(Array.from({ length: 50 }, (_, index) => probe(index)));
    expect(await made.metric('tallymark_engine_batch_commands_sum')).toBe(50);
    expect(await made.metric('tallymark_engine_batch_commands_count')).toBeGreaterThanOrEqual(8);
  });

  it('waits for a held row without holding up other members, and keeps each member’s order', async () => {
    const held = await holdMembers(test.databaseUrl, members.slice(5, 6));
    const slow = [probe(5, 'order-a')];
    await held.waitForWaiters(1);
    slow.push(probe(5, 'order-b'), probe(5, 'order-c'));
    await Promise.all([probe(6), probe(7)]);
    slow.push(probe(5, 'order-d'));
    expect(await namesOf('order')).toEqual([]);
    await held.release();
    await Promise.all(slow);
    expect(await namesOf('order')).toEqual(['order-a', 'order-b', 'order-c', 'order-d']);
  });

  it('a member named by id and by external id in one batch is one member', async () => {
    const { outcome } = await probe(8);
    const add = (member: { id: number } | { externalId: string }, amount: number) =>
      engine.run(adjustPoints, viewer(), { member, amount, reason: 'r' });
    const byId = { id: outcome.memberId };
    const byName = { externalId: members[8] ?? '' };
    const ended = await endings([
      add(byId, 10),
      add(byName, -10),
      add(byId, -1),
      add(byName, 1),
      add(byId, -1),
    ]);
    expect(ended).toEqual(['done', 'done', 'InsufficientPoints', 'done', 'done']);
  });

  it('resolves only what is committed, however the caller of onCommit fares', async () => {
    const faulty = createTestEngine(test, () => {
      throw new Error('the listener failed');
    });
    const calls = [10, 11, 12].map((who) =>
      faulty.engine.run(probeOf(), viewer(), {
        member: { externalId: members[who] ?? '' },
        name: `listen-${who}`,
      }),
    );
    expect(await endings(calls)).toEqual(['done', 'done', 'done']);
    await faulty.engine.close();
    expect(await namesOf('listen')).toHaveLength(3);
  });
});

describe('the queue', () => {
  it('is bounded: what comes on top is Unavailable at once, and it never grows', async () => {
    setLimits({ engineQueueCommandsMax: 20 });
    await withBusyEngine(async () => {
      const calls = Array.from({ length: 50 }, (_, index) => probe(4 + index, `full-${index}`));
      expect(engine.queueLength).toBe(20);
      expect(await endings(calls.slice(20))).toEqual(Array(30).fill(Unavailable.name));
      expect(engine.queueLength).toBe(20);
      expect(await made.metric('tallymark_engine_queue_full_total')).toBe(30);
      void Promise.allSettled(calls);
    });
    await engine.close();
    expect(await namesOf('full')).toHaveLength(20);
  });

  it('a command that cannot start in time is told so, and leaves nothing', async () => {
    setLimits({ engineCommandWaitMs: 300 });
    await withBusyEngine(async () => {
      const calls = [4, 5, 6].map((who) => probe(who, 'late'));
      expect(await endings(calls)).toEqual(Array(3).fill(Unavailable.name));
      expect(engine.queueLength).toBe(0);
    });
    expect(await endings([probe(4, 'early')])).toEqual(['done']);
    expect(await namesOf('late')).toEqual([]);
  });

  it('a row that stays locked elsewhere ends its command, and only that one', async () => {
    const held = await holdMembers(test.databaseUrl, members.slice(9, 10));
    const [stuck, free] = [probe(9, 'stuck'), endings([probe(20, 'free')])];
    expect(await endings([stuck])).toEqual([Unavailable.name]);
    await held.release();
    await free;
    expect(await namesOf('stuck')).toEqual([]);
  });
});

describe('close', () => {
  it('waits for every accepted command, in flight or waiting, and takes no more', async () => {
    const calls: Promise<string[]>[] = [];
    let closing: Promise<void> | undefined;
    await withBusyEngine(async () => {
      for (let who = 4; who < 34; who += 1) calls.push(endings([probe(who, 'close')]));
      closing = engine.close();
      await expect(probe(40, 'closed')).rejects.toThrow(Unavailable);
    });
    await closing;
    expect((await Promise.all(calls)).flat()).toEqual(Array(30).fill('done'));
    expect(await namesOf('close')).toHaveLength(30);
  });

  it('ends also when the last commands were turned away before a batch began', async () => {
    setLimits({ engineCommandWaitMs: 10 });
    const { promise, closed } = await new Promise<{
      promise: Promise<string[]>;
      closed: Promise<string>;
    }>((resolve) => {
      // In a check phase: timers, and with them the sweep, come before the batch is taken.
      setImmediate(() => {
        const call = endings([probe(30, 'never')]);
        const end = engine.close().then(() => 'closed');
        const until = performance.now() + 2 * limits.engineSweepMs;
        while (performance.now() < until);
        resolve({ promise: call, closed: end });
      });
    });
    expect(await promise).toEqual([Unavailable.name]);
    const late = new Promise<string>((resolve) => setTimeout(resolve, 2_000, 'hangs'));
    expect(await Promise.race([closed, late])).toBe('closed');
  });
});

describe('two nodes', () => {
  it('lock the same members in opposite orders without a deadlock', async () => {
    const other = await openSecondApp(test);
    const second = createTestEngine(other);
    try {
      for (let round = 0; round < 15; round += 1) {
        const ids = members.slice(0, 40);
        const send = (to: Engine, who: string) =>
          to.run(probeOf(), viewer(), { member: { externalId: who }, name: `opposite-${round}` });
        const calls = [
          ...ids.map((who) => send(engine, who)),
          ...ids.toReversed().map((who) => send(second.engine, who)),
        ];
        expect(await endings(calls)).toEqual(Array(80).fill('done'));
      }
      expect(await namesOf('opposite')).toHaveLength(15 * 80);
      for (const { metric } of [made, second]) {
        expect(await metric('tallymark_engine_batch_failures_total')).toBe(0);
      }
    } finally {
      await second.engine.close();
      await other.close();
    }
  });
});
