/** Commands of the economy's property test: as they are made up, sent, and done by the model. */
import fc from 'fast-check';
import { recordActivity } from '../../src/activities/record-activity.ts';
import { checkIn } from '../../src/checkin/check-in.ts';
import type { Keyed, Operation } from '../../src/engine/operation.ts';
import { captureHold, releaseHold } from '../../src/holds/end-hold.ts';
import { holdPoints } from '../../src/holds/hold-points.ts';
import { Refusal } from '../../src/platform/refusal.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { confirmPoints } from '../../src/points/confirm-points.ts';
import { reverseActivity, reverseEntry } from '../../src/points/reverse-points.ts';
import { redeemReward } from '../../src/redemptions/redeem-reward.ts';
import type { TestApp } from '../support/app.ts';
import type { MemberModel } from './model.ts';
import type { Verdict } from './model-rows.ts';
import { dateOf } from './model-rules.ts';
import { price } from './settings.ts';

const HOUR = 3_600_000;
const ago = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 74 }) },
);
const pick = fc.nat(11);
const some = (most: number) => fc.option(fc.integer({ min: 1, max: most }), { nil: undefined });
const kind = <Name extends string, Fields extends object>(
  name: Name,
  weight: number,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
) => ({
  weight,
  arbitrary: fc.record(fields).map((given) => ({ ...(given as Fields), do: name })),
});

const command = fc.oneof(
  kind('checkIn', 6, { ago }),
  kind('buy', 7, {
    ago,
    value: fc.integer({ min: 0, max: 9_000 }),
    units: fc.integer({ min: 1, max: 5 }),
  }),
  kind('review', 2, { ago }),
  kind('again', 1, { pick }),
  kind('giveBack', 3, { pick, units: some(4) }),
  kind('reverseEntry', 2, { pick }),
  kind('confirm', 2, { pick }),
  kind('adjust', 3, {
    amount: fc.integer({ min: -80, max: 60 }).filter((n) => n !== 0),
    lives: some(100),
  }),
  kind('redeem', 4, { units: fc.integer({ min: 1, max: 15 }) }),
  kind('hold', 3, {
    points: fc.integer({ min: 1, max: 70 }),
    hours: fc.integer({ min: 1, max: 60 }),
  }),
  kind('capture', 3, { pick, points: some(40) }),
  kind('release', 1, { pick }),
);
export type Given = typeof command extends fc.Arbitrary<infer C> ? C : never;

const hours = (max: number) =>
  fc.integer({ min: 1, max: max * 60 }).map((minutes) => minutes * 60_000);
const job = fc.constantFrom('expirePoints', 'expireHolds', 'settleDebts', 'evaluateTiers');

/** What happens at one moment: time passes, jobs run or do not, and commands come. */
export const step = fc.record({
  wait: fc.oneof(
    { weight: 14, arbitrary: hours(30) },
    { weight: 2, arbitrary: hours(24 * 45) },
    { weight: 1, arbitrary: hours(24 * 400) },
  ),
  jobs: fc.array(job, { maxLength: 2 }),
  commands: fc.array(fc.record({ who: fc.nat(1), given: command }), { minLength: 1, maxLength: 5 }),
});

const needsActivity = new Set<Given['do']>(['again', 'giveBack', 'confirm']);
const needsHold = new Set<Given['do']>(['capture', 'release']);

/** A member at the engine and in the model. */
export class Pair {
  /** Commands about it have no key. */
  readonly member: { readonly externalId: string; readonly idempotencyKey?: undefined };
  readonly model: MemberModel;
  readonly #app: TestApp['app'];
  readonly #program: { readonly id: number; readonly rewardId: number };
  #references = 0;

  constructor(
    app: TestApp['app'],
    program: { readonly id: number; readonly rewardId: number },
    externalId: string,
    model: MemberModel,
  ) {
    this.#app = app;
    this.#program = program;
    this.member = { externalId };
    this.model = model;
  }

  /** Makes a command of what is known now; to be sent and, after all before it, applied. */
  prepare(given: Given, now: number): { send(): Promise<Verdict>; apply(): Verdict } {
    const { member, model } = this;
    // What needs something that is not there mostly makes it.
    if (needsActivity.has(given.do) && model.activities.length === 0 && this.#references < 3) {
      return this.prepare({ do: 'review', ago: 0 }, now);
    }
    if (needsHold.has(given.do) && model.holds.length === 0)
      return this.#hold(9, now + 20 * HOUR, now);
    const time = (hoursAgo: number) => {
      const at = now - hoursAgo * HOUR;
      return { at, occurredAt: new Date(at) };
    };
    switch (given.do) {
      case 'checkIn': {
        const { at, occurredAt } = time(given.ago);
        return {
          send: () => this.#run(checkIn, { member, occurredAt }),
          apply: () => model.checkIn(at, now),
        };
      }
      case 'buy':
        return this.#activity(
          { ...given, type: 'buy', reference: this.#reference() },
          time(given.ago),
          now,
        );
      case 'review': {
        const fact = { type: 'review', reference: this.#reference(), value: 0, units: 1 };
        return this.#activity(fact, time(given.ago), now);
      }
      case 'again': {
        const { type, reference } = this.#known(given.pick);
        const fact = { type, reference, value: 0, units: 1 };
        return this.#activity(fact, time(0), now);
      }
      case 'giveBack': {
        const { units } = given;
        const { type, reference } = this.#known(given.pick);
        return {
          send: () => this.#run(reverseActivity, { member, type, reference, units }),
          apply: () => model.reverseActivity(reference, units, now),
        };
      }
      case 'reverseEntry': {
        const seq = (given.pick % Math.max(1, model.entries.length)) + 1;
        return {
          send: () => this.#run(reverseEntry, { member, seq }),
          apply: () => model.reverseEntry(seq, now),
        };
      }
      case 'confirm': {
        const { type, reference } = this.#known(given.pick);
        return {
          send: () => this.#run(confirmPoints, { member, type, reference }),
          apply: () => model.confirm(reference, now),
        };
      }
      case 'adjust': {
        const { amount, lives } = given;
        const at = amount > 0 && lives !== undefined ? now + lives * HOUR : undefined;
        const expiresAt = at === undefined ? undefined : new Date(at);
        return {
          send: () => this.#run(adjustPoints, { member, amount, reason: 'test', expiresAt }),
          apply: () => model.adjust(amount, at ?? null, now),
        };
      }
      case 'redeem': {
        const { rewardId } = this.#program;
        return {
          send: () => this.#run(redeemReward, { member, rewardId, quantity: given.units }),
          apply: () => {
            const points = given.units * price;
            // A price follows the tier: what is due of it is held first.
            if (model.available(now) >= points) model.evaluateTier(now);
            return model.debit('SPEND', points, dateOf(now), now);
          },
        };
      }
      case 'hold':
        return this.#hold(given.points, now + given.hours * HOUR, now);
      case 'capture':
      case 'release': {
        const hold = newest(model.holds, given.pick, 2); // It may be open.
        const holdId = hold?.id ?? 999_999_999;
        if (given.do === 'release') {
          return {
            send: () => this.#run(releaseHold, { member, holdId }),
            apply: () => (hold === undefined ? 'HOLD_NOT_FOUND' : model.release(hold, now)),
          };
        }
        const { points } = given;
        return {
          send: () => this.#run(captureHold, { member, holdId, points }),
          apply: () =>
            hold === undefined
              ? 'HOLD_NOT_FOUND'
              : model.capture(hold, points ?? hold.points, dateOf(now), now),
        };
      }
    }
  }

  #activity(
    fact: { type: string; reference: string; value: number; units: number },
    { at, occurredAt }: { at: number; occurredAt: Date },
    now: number,
  ) {
    const { type, reference, value, units } = fact;
    const input = { member: this.member, type, reference, value, units, occurredAt };
    return {
      send: () => this.#run(recordActivity, input),
      apply: () => this.model.activity(fact, at, now),
    };
  }

  /** The engine is answered after the model: a hold is known by the answer's id. */
  #hold(points: number, until: number, now: number) {
    const { member, model } = this;
    let id = 0;
    return {
      send: async () => {
        const input = { member, points, reason: 'test', expiresAt: new Date(until) };
        return this.#run(holdPoints, input, ({ holdId }) => {
          id = holdId;
        });
      },
      apply: () => {
        const verdict = model.hold(points, until, now);
        const made = verdict === 'done' ? model.holds.at(-1) : undefined;
        if (made !== undefined) made.id = id;
        return verdict;
      },
    };
  }

  #reference(): string {
    this.#references += 1;
    return `${this.member.externalId}-${this.#references}`;
  }

  #known(place: number): { readonly type: string; readonly reference: string } {
    const { activities } = this.model;
    return (
      newest(activities, place, 4) ?? { type: 'buy', reference: `${this.member.externalId}-0` }
    );
  }

  async #run<I extends Keyed, O extends object>(
    operation: Operation<I, O>,
    input: I,
    heard?: (outcome: O) => void,
  ): Promise<Verdict> {
    const viewer = { kind: 'system', programId: this.#program.id, name: 'test' } as const;
    try {
      const { outcome } = await this.#app.engine.run(operation, viewer, input);
      heard?.(outcome);
      const { alreadyCheckedIn, alreadyRecorded } = outcome as Record<string, unknown>;
      return alreadyCheckedIn === true || alreadyRecorded === true ? 'nothing' : 'done';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  }
}

/** One of the newest `count`; undefined when there is none. */
const newest = <Row>(rows: readonly Row[], place: number, count: number): Row | undefined =>
  rows.at(-1 - (place % Math.min(count, Math.max(1, rows.length))));
