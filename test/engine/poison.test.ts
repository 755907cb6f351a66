import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordActivity } from '../../src/activities/record-activity.ts';
import { checkIn } from '../../src/checkin/check-in.ts';
import { limits } from '../../src/limits.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { Unavailable } from '../../src/platform/refusal.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { creditPoints, debitPoints } from '../../src/points/ledger.ts';
import { InsufficientPoints } from '../../src/points/points.refusals.ts';
import { factTime } from '../../src/programs/fact-time.ts';
import { redeemReward } from '../../src/redemptions/redeem-reward.ts';
import { createReward } from '../../src/rewards/create-reward.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { createTestEngine, type Mischief, probeOf } from './probe.ts';

const clock = new FakeClock('2026-06-10T08:00:00Z');
const members = Array.from({ length: 51 }, (_, index) => `member-${index}`);
let test: TestApp;
let program: TestProgram;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
  program = await createTestProgram(test.app);
  for (const externalId of members)
    await test.app.engine.run(enrolMember, viewer(), { externalId });
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await test.close();
});

const viewer = () => ({ kind: 'system', programId: program.id, name: 'test' }) as const;

async function eventsNamed(name: string): Promise<number> {
  const { rows } = await test.app.pool.query(
    "select count(*) as n from event where type = 'probe' and payload->>'name' = $1",
    [name],
  );
  return rows[0].n;
}

/** Ways in which a command of ours could go wrong, and what its own caller then hears. */
const poisons: [string, Mischief][] = [
  ['throws a TypeError', () => (undefined as unknown as { x: number }).x],
  [
    'throws no Error at all',
    () => {
      throw 'a string';
    },
  ],
  ['violates a CHECK', ({ changes }, member) => changes.update('members', member, { balance: -1 })],
  [
    'writes a key that exists',
    ({ changes }, member) => {
      const receipt = {
        programId: 1,
        operation: 'o',
        scope: 's',
        key: 'k',
        inputHash: Buffer.alloc(1),
        outcome: 1,
      };
      for (let copies = 0; copies < 2; copies += 1)
        changes.insert('receipts', { ...receipt, createdAt: member.enrolledAt });
    },
  ],
  [
    'writes what JSON cannot say',
    ({ changes }, { programId, memberId, enrolledAt: occurredAt }) => {
      const event = { position: 2 ** 40, programId, type: 'bad', memberId, occurredAt };
      changes.insert('events', { ...event, payload: 1n as unknown as number });
    },
  ],
  [
    'writes what JSON can say and jsonb cannot',
    ({ changes }, { programId, memberId, enrolledAt: occurredAt }) => {
      changes.insert('events', {
        position: 2 ** 41,
        programId,
        type: 'bad',
        memberId,
        occurredAt,
        payload: '\u0000',
      });
    },
  ],
  [
    'writes an instant that is none',
    ({ changes }, { programId, memberId }) => {
      const event = { position: 2 ** 42, programId, type: 'bad', memberId, payload: 1 };
      changes.insert('events', { ...event, occurredAt: new Date(Number.NaN) });
    },
  ],
  [
    'violates a CHECK and writes what JSON cannot say',
    ({ changes }, member) => {
      changes.update('members', member, { balance: -1 });
      const { programId, memberId, enrolledAt: occurredAt } = member;
      const event = { position: 2 ** 43, programId, type: 'bad', memberId, occurredAt };
      changes.insert('events', { ...event, payload: 1n as unknown as number });
    },
  ],
  [
    'leaves the working copy inconsistent',
    ({ changes }, member) => changes.update('members', member, { streakLongest: -5 }),
  ],
];

describe('a command that goes wrong', () => {
  it.each(poisons)('%s: it fails alone, its 50 neighbours commit, once', async (what, mischief) => {
    const { engine, metric } = createTestEngine(test);
    const send = (who: string, operation: ReturnType<typeof probeOf>) =>
      engine.run(operation, viewer(), { member: { externalId: who }, name: what });
    const calls = members.map((who, index) =>
      send(who, probeOf(index === 25 ? mischief : undefined)),
    );
    const settled = await Promise.allSettled(calls);
    const failed = settled.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
    expect(failed).toEqual([25]);
    const [bad] = settled.slice(25) as [PromiseRejectedResult];
    expect(bad.reason).not.toBeInstanceOf(Unavailable); // Trying again would not help.
    expect(await eventsNamed(what)).toBe(50);
    // They shared their batch, or those that a crowd may be split into, with the poison.
    const batches = await metric('tallymark_engine_batch_commands_count');
    expect(batches).toBeLessThanOrEqual(limits.engineBatchesInFlightMax);
    expect((await send(members[25] ?? '', probeOf())).replayed).toBe(false); // Its member is well.
    await engine.close();
  });

  it('an outcome that cannot be kept fails under a key, and leaves no receipt', async () => {
    const { engine } = createTestEngine(test);
    const input = { member: { externalId: 'member-1' }, name: 'kept', idempotencyKey: 'kept' };
    await expect(
      engine.run(
        probeOf(() => 1n),
        viewer(),
        input,
      ),
    ).rejects.toThrow(TypeError);
    expect(await eventsNamed('kept')).toBe(0);
    expect(
      (
        await engine.run(
          probeOf(() => 1),
          viewer(),
          input,
        )
      ).replayed,
    ).toBe(false);
    await engine.close();
  });

  it('three of them among many, on one member: the others of that member commit in order', async () => {
    const { engine } = createTestEngine(test);
    const bad = [3, 7, 8];
    const calls = Array.from({ length: 12 }, (_, index) => {
      const mischief = bad.includes(index) ? poisons[2]?.[1] : undefined;
      return engine.run(probeOf(mischief), viewer(), {
        member: { externalId: 'member-2' },
        name: `row-${index}`,
      });
    });
    const settled = await Promise.allSettled(calls);
    expect(settled.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))).toEqual(bad);
    const { rows } = await test.app.pool.query(
      "select payload->>'name' as name from event where payload->>'name' like 'row-%' order by position",
    );
    expect(rows.map(({ name }) => name)).toEqual(
      [0, 1, 2, 4, 5, 6, 9, 10, 11].map((i) => `row-${i}`),
    );
    await engine.close();
  });
});

describe('a refusal inside a batch', () => {
  it('drops its own changes of every kind, and nothing else', async () => {
    const { engine } = test.app;
    const member = { externalId: 'member-3' };
    const reward = await createReward(test.app, viewer(), { title: 'x', price: 4, stock: 1 });
    const rewardId = Number(reward.id);
    /** Does a bit of everything, then says no. */
    const refused = probeOf((facts, row) => {
      const time = factTime(facts.program, facts.now);
      const source = {
        sourceType: 'ACTIVITY',
        sourceId: 'probe:all',
        purpose: 'BASE',
        ruleVersion: null,
        explanation: {},
      } as const;
      creditPoints(facts, row, 'EARN', 500, time, source, {
        activatesAt: facts.now,
        expiresAt: null,
      });
      debitPoints(facts, row, 'SPEND', 7, time, { ...source, purpose: 'PRICE' });
      facts.addActivity({
        ...time,
        programId: row.programId,
        type: 'probe',
        reference: 'all',
        memberId: row.memberId,
        value: null,
        units: 1,
        returnedUnits: 0,
        recordedAt: facts.now,
        points: 500,
      });
      facts.addCheckInDate(row, '2026-06-09');
      facts.changes.update('members', row, {
        streakCurrent: 9,
        streakLongest: 9,
        streakTotalDays: 9,
        lastCheckInDate: '2026-06-12',
      });
      facts.emit(row, 'probe', facts.now, { name: 'all' });
      throw new InsufficientPoints(0, 0);
    });
    const settled = await Promise.allSettled([
      engine.run(adjustPoints, viewer(), { member, amount: 10, reason: 'r' }),
      engine.run(refused, viewer(), { member, name: 'all', idempotencyKey: 'all' }),
      engine.run(checkIn, viewer(), { member, occurredAt: new Date('2026-06-10T07:00:00Z') }),
      engine.run(checkIn, viewer(), { member, occurredAt: new Date('2026-06-09T07:00:00Z') }),
      engine.run(recordActivity, viewer(), { member, type: 'probe', reference: 'all' }),
      engine.run(redeemReward, viewer(), { member, rewardId, quantity: 1 }),
      engine.run(redeemReward, viewer(), { member: { externalId: 'member-4' }, rewardId }),
      engine.run(adjustPoints, viewer(), { member, amount: -31, reason: 'r' }),
      engine.run(adjustPoints, viewer(), { member, amount: -32, reason: 'r' }),
      engine.run(probeOf(), viewer(), { member, name: 'after', idempotencyKey: 'all' }),
    ]);
    const codes = settled.map((one) =>
      one.status === 'fulfilled' ? 'done' : (one.reason.code ?? one.reason.name),
    );
    expect(codes).toEqual([
      ...['done', 'INSUFFICIENT_POINTS', 'done', 'done', 'done', 'done'],
      ...['OUT_OF_STOCK', 'done', 'INSUFFICIENT_POINTS', 'done'],
    ]);
    const { rows } = await test.app.pool.query(
      `select balance, lifetime_earned as earned, entry_seq as entries, streak_current as streak,
              (select count(*) from event e where e.member_id = m.id) as events
       from account a join member m on m.id = a.member_id where external_id = 'member-3'`,
    );
    // 10 + 10 (10 June) + 10 + 5 (9 June, before it) − 4 − 31 would be below zero: see the codes.
    expect(rows).toEqual([{ balance: 0, earned: 25, entries: 6, streak: 2, events: 17 }]);
  });
});
