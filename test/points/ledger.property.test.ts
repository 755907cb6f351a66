import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordActivity } from '../../src/activities/record-activity.ts';
import { checkIn } from '../../src/checkin/check-in.ts';
import { defaultPlan } from '../../src/checkin/ladder.ts';
import type { Keyed, Operation } from '../../src/engine/operation.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { IdempotencyKeyReused, Refusal } from '../../src/platform/refusal.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { redeemReward } from '../../src/redemptions/redeem-reward.ts';
import { createReward } from '../../src/rewards/create-reward.ts';
import {
  createTestApp,
  createTestProgram,
  runJob,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { readMember } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setPlan, setRule } from '../support/rules.ts';
import { checkInDays, LedgerModel, price, rules, type Verdict, zone } from './ledger-model.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`ledger.property: SEED=${seed}`);

const HOUR = 3_600_000;
const clock = new FakeClock('2026-01-01T00:00:00Z');
const shop = { stock: 900 };
/** How often each verdict was met: a property that never met one says nothing about it. */
const met: Record<string, number> = {};
let test: TestApp;
let program: TestProgram;
let rewardId: number;
let members = 0;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
  program = await createTestProgram(test.app, { zone });
  const expires = { days: checkInDays, until: 'END_OF_DAY' };
  await setPlan(test, program, { ...defaultPlan, expiry: expires });
  for (const [type, { points, ...rule }] of Object.entries(rules)) {
    await setRule(test, program, type, pays(type, points, rule));
  }
  const reward = await createReward(test.app, viewer(), { title: 'Some', price, ...shop });
  rewardId = Number(reward.id);
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await test.close();
});

const viewer = () => ({ kind: 'system', programId: program.id, name: 'test' }) as const;

const hours = (max: number) => fc.integer({ min: 0, max });
const key = fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined, freq: 2 });
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('checkIn' as const), ago: hours(76), key }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('activity' as const),
      type: fc.constantFrom('steady', 'brief', 'waits', 'idle'),
      reference: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6'),
      ago: hours(76),
      key,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('adjust' as const),
      amount: fc.integer({ min: -60, max: 40 }).filter((amount) => amount !== 0),
      expiresIn: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
      key,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('redeem' as const),
      units: fc.integer({ min: 1, max: 12 }),
      key,
    }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      commands: fc.array(command, { minLength: 1, maxLength: 4 }),
      repeated: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ advance: fc.integer({ min: 1, max: 60 * 60 }) }) },
  { weight: 1, arbitrary: fc.constant({ sweep: true as const }) },
);

/** Runs an operation; what it came to, in the model's words. */
async function verdictOf<I extends Keyed, O extends object>(
  operation: Operation<I, O>,
  input: I,
): Promise<Verdict> {
  try {
    const { outcome, replayed } = await test.app.engine.run(operation, viewer(), input);
    if (replayed) return 'replayed';
    const { alreadyCheckedIn, alreadyRecorded } = outcome as Record<string, unknown>;
    return alreadyCheckedIn === true || alreadyRecorded === true ? 'nothing' : 'done';
  } catch (error) {
    if (error instanceof IdempotencyKeyReused) return 'reused';
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** One member's commands at the engine, and the same at the model. */
class Sequence {
  readonly member: { externalId: string; idempotencyKey?: undefined } = {
    externalId: `member-${members++}`,
  };
  readonly model = new LedgerModel(shop);
  /** Inputs that were answered under a key, per operation and key. */
  readonly answered = new Map<string, string>();

  send(given: Command): Promise<Verdict> {
    const { member } = this;
    const idempotencyKey = given.key && `${member.externalId}-${given.key}`;
    const now = clock.now().getTime();
    switch (given.do) {
      case 'checkIn': {
        const occurredAt = new Date(now - given.ago * HOUR);
        return verdictOf(checkIn, { member, occurredAt, idempotencyKey });
      }
      case 'activity': {
        const reference = `${member.externalId}-${given.reference}`;
        const occurredAt = new Date(now - given.ago * HOUR);
        return verdictOf(recordActivity, {
          member,
          type: given.type,
          reference,
          occurredAt,
          idempotencyKey,
        });
      }
      case 'adjust': {
        const expires = given.amount > 0 && given.expiresIn !== undefined;
        const expiresAt = expires ? new Date(now + (given.expiresIn ?? 0) * HOUR) : undefined;
        return verdictOf(adjustPoints, {
          member,
          amount: given.amount,
          reason: 'test',
          expiresAt,
          idempotencyKey,
        });
      }
      case 'redeem':
        return verdictOf(redeemReward, { member, rewardId, quantity: given.units, idempotencyKey });
    }
  }

  /** What the command must come to, and what it does to the model. */
  expect(given: Command): Verdict {
    const { answered } = this;
    const now = clock.now().getTime();
    const slot = `${given.do} ${given.key}`;
    // Instants are part of an input, so the same words at another time are another input.
    const timed =
      given.do === 'checkIn' ||
      given.do === 'activity' ||
      (given.do === 'adjust' && given.amount > 0 && given.expiresIn !== undefined);
    const { expiresIn: _, ...plain } = { expiresIn: undefined, ...given };
    const input = JSON.stringify([timed ? { ...given, now } : plain]);
    const before = given.key === undefined ? undefined : answered.get(slot);
    if (before !== undefined) return before === input ? 'replayed' : 'reused';
    const verdict = this.#apply(given, now);
    if (given.key !== undefined && /^(done|nothing)$/.test(verdict)) answered.set(slot, input);
    return verdict;
  }

  #apply(given: Command, now: number): Verdict {
    const { model } = this;
    switch (given.do) {
      case 'checkIn':
        return model.checkIn(now - given.ago * HOUR, now);
      case 'activity':
        return model.activity(given.type, given.reference, now - given.ago * HOUR, now);
      case 'adjust': {
        const expires = given.amount > 0 && given.expiresIn !== undefined;
        return model.adjust(
          given.amount,
          expires ? now + (given.expiresIn ?? 0) * HOUR : null,
          now,
        );
      }
      case 'redeem':
        return model.redeem(given.units, now);
    }
  }

  async compare(): Promise<void> {
    const { model, member } = this;
    const now = clock.now().getTime();
    const { points } = await readMember(test, program.keys.service, member.externalId);
    expect(points).toEqual({
      available: model.available(now),
      pending: model.pending(now),
      debt: 0,
      lifetimeEarned: model.lifetime,
      expiring: model.expiring(now),
    });
    const { rows } = await test.app.pool.query(
      `select array(select json_build_object('seq', seq, 'kind', kind, 'amount', amount,
                'localDate', local_date) from ledger_entry e where e.member_id = m.id order by seq) as entries,
              array(select json_build_object('seq', seq, 'amount', amount, 'remaining', remaining,
                'activatesAt', floor(extract(epoch from activates_at) * 1000),
                'expiresAt', floor(extract(epoch from expires_at) * 1000))
                from lot l where l.member_id = m.id order by seq) as lots,
              json_build_object('current', streak_current, 'longest', streak_longest,
                'totalDays', streak_total_days, 'lastDate', last_check_in_date) as streak
       from member m join account a on a.member_id = m.id where external_id = $1`,
      [member.externalId],
    );
    expect(rows[0]).toEqual({ entries: model.entries, lots: model.lots, streak: model.streak });
  }
}

describe('any sequence of commands', () => {
  it('leaves what plain arithmetic says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 * 365 * 24 }),
        fc.array(step, { minLength: 2, maxLength: 10 }),
        async (start, steps) => {
          clock.set(new Date(Date.UTC(2026, 0, 1) + start * HOUR));
          const sequence = new Sequence();
          await test.app.engine.run(enrolMember, viewer(), sequence.member);
          for (const one of steps) {
            if ('advance' in one) clock.advance(one.advance * 60_000);
            else if ('sweep' in one) {
              await runJob(test.app, 'expirePoints');
              sequence.model.sweep(clock.now().getTime());
            } else {
              // All at once: they share a batch, and are decided in the order they came.
              const { commands, repeated } = one;
              const sent = repeated ? [...commands, ...commands] : commands;
              const verdicts = await Promise.all(sent.map((given) => sequence.send(given)));
              expect(verdicts).toEqual(sent.map((given) => sequence.expect(given)));
              for (const verdict of verdicts) met[verdict] = (met[verdict] ?? 0) + 1;
            }
            await sequence.compare();
          }
        },
      ),
      { numRuns: 300, seed },
    );
    const rare = [
      'OCCURRED_TOO_LONG_AGO',
      'INSUFFICIENT_POINTS',
      'OUT_OF_STOCK',
      'reused',
      'replayed',
    ];
    for (const verdict of ['done', 'nothing', ...rare])
      expect(met[verdict] ?? 0).toBeGreaterThan(5);
    console.info(JSON.stringify(met));
  }, 150_000);
});
