/** Commands of the property test: sent to the engine, and done by the model. */
import { recordActivity } from '../../src/activities/record-activity.ts';
import type { Keyed, Operation } from '../../src/engine/operation.ts';
import { captureHold, releaseHold } from '../../src/holds/end-hold.ts';
import { holdPoints } from '../../src/holds/hold-points.ts';
import { Refusal } from '../../src/platform/refusal.ts';
import { reverseEntry } from '../../src/points/reverse-points.ts';
import { cancelRedemption } from '../../src/redemptions/cancel-redemption.ts';
import { confirmRedemption } from '../../src/redemptions/confirm-redemption.ts';
import { fulfilRedemption } from '../../src/redemptions/fulfil-redemption.ts';
import { redeemReward } from '../../src/redemptions/redeem-reward.ts';
import { useRewardCode } from '../../src/redemptions/use-reward-code.ts';
import type { TestApp } from '../support/app.ts';
import {
  dateOf,
  type ModelOrder,
  type ModelReward,
  type OrdersModel,
  type Policy,
} from './model.ts';
import type { Given } from './sequence.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export type Program = { readonly id: number; readonly key: string; readonly policy: Policy };
export type Shop = { readonly reward: ModelReward; readonly rowId: number }[];
export type Pair = {
  readonly member: { readonly id: number };
  readonly model: OrdersModel;
  readonly program: Program;
  readonly shop: Shop;
};
type Prepared = { send(): Promise<string>; apply(): string };

/** What members earn, and how long it lives. */
export const earnings = [
  { type: 'brief', points: 25, days: 2 },
  { type: 'mid', points: 40, days: 6 },
  { type: 'ever', points: 30, days: null },
] as const;

export const viewerOf = ({ id: programId }: Program) =>
  ({ kind: 'system', programId, name: 'test' }) as const;

export class Commands {
  /** Orders that were made since somebody looked, with the ids the engine gave them. */
  readonly made: [OrdersModel, number][] = [];
  readonly #test: TestApp;
  readonly #now: () => number;
  #count = 0;

  constructor(test: TestApp, now: () => number) {
    this.#test = test;
    this.#now = now;
  }

  /** Makes a command of what is known now; to be sent and, after all before it, applied. */
  prepare(pair: Pair, given: Given): Prepared {
    const { member, model, shop } = pair;
    const now = this.#now();
    const known = model.orders.filter(({ id }) => id > 0);
    const order = 'order' in given ? known[given.order % Math.max(1, known.length)] : undefined;
    if ('order' in given && order === undefined) {
      return this.prepare(pair, { do: 'redeem', reward: given.order % 5, quantity: 2 });
    }
    switch (given.do) {
      case 'earn': {
        const { type, points, days } = earnings[given.what % 3] ?? earnings[0];
        this.#count += 1;
        const reference = `${this.#count}`;
        const line = {
          kind: 'EARN',
          amount: points,
          date: dateOf(now),
          rule: null,
          wanted: points,
        };
        const expiresAt = days === null ? null : now + days * DAY;
        return {
          send: () => this.#run(pair, recordActivity, { member, type, reference }),
          apply: () => {
            model.credit(line, { activatesAt: now, expiresAt }, now);
            return 'done';
          },
        };
      }
      case 'reverse': {
        const earned = model.entries.filter(({ kind }) => kind === 'EARN');
        const seq = earned[given.pick % Math.max(1, earned.length)]?.seq ?? 1;
        return {
          send: () => this.#run(pair, reverseEntry, { member, seq }),
          apply: () => model.reverseEntry(seq, now),
        };
      }
      case 'hold':
        return this.#hold(pair, given.points, now + given.hours * HOUR);
      case 'endHold': {
        const hold = model.holds[given.pick % Math.max(1, model.holds.length)];
        if (hold === undefined || hold.id === 0) return this.#hold(pair, 5, now + 9 * HOUR);
        const operation = given.capture ? captureHold : releaseHold;
        return {
          send: () => this.#run(pair, operation, { member, holdId: hold.id }),
          apply: () =>
            given.capture
              ? model.capture(hold, hold.points, dateOf(now), now)
              : model.release(hold, now),
        };
      }
      case 'redeem': {
        const { reward, rowId } = shop[given.reward % shop.length] as Shop[number];
        const { quantity } = given;
        return {
          send: () =>
            this.#run(pair, redeemReward, { member, rewardId: rowId, quantity }, (outcome) => {
              this.made.push([model, outcome.redemptionId]);
            }),
          apply: () => model.redeem(reward, quantity, now),
        };
      }
      default:
        return this.#about(pair, order as ModelOrder, given);
    }
  }

  #about(pair: Pair, order: ModelOrder, given: Given): Prepared {
    const { member, model, shop } = pair;
    const now = this.#now();
    const rewardId = shop.find(({ reward }) => reward === order.reward)?.rowId ?? 0;
    const about = { member, redemptionId: order.id, rewardId };
    switch (given.do) {
      case 'confirm':
        return {
          send: () => this.#run(pair, confirmRedemption, about),
          apply: () => model.confirm(order, now),
        };
      case 'cancel':
        return {
          send: () => this.#run(pair, cancelRedemption, { ...about, units: given.units }),
          apply: () => model.cancel(order, given.units, now),
        };
      case 'fulfil': {
        const state = given.state === 'NEXT' ? model.nextOf(order) : given.state;
        return {
          send: () => this.#run(pair, fulfilRedemption, { ...about, state }),
          apply: () => model.fulfil(order, state, now),
        };
      }
      case 'use': {
        const at = given.code % Math.max(1, order.codeIds.length);
        const codeId = order.codeIds[at];
        if (codeId === undefined) return this.#about(pair, order, { ...given, do: 'confirm' });
        return {
          send: () => this.#run(pair, useRewardCode, { ...about, codeId }),
          apply: () => model.use(order, at),
        };
      }
      default:
        throw new Error(`${given.do} is not about an order`);
    }
  }

  #hold(pair: Pair, points: number, until: number): Prepared {
    const { member, model } = pair;
    const now = this.#now();
    const input = { member, points, reason: 'test', expiresAt: new Date(until) };
    let id = 0;
    return {
      send: () =>
        this.#run(pair, holdPoints, input, (outcome) => {
          id = outcome.holdId;
        }),
      apply: () => {
        const verdict = model.hold(points, until, now);
        const made = model.holds.at(-1);
        if (verdict === 'done' && made !== undefined) made.id = id;
        return verdict;
      },
    };
  }

  async #run<Input extends Keyed, Outcome>(
    { program }: Pair,
    operation: Operation<Input, Outcome>,
    input: Input,
    onDone: (outcome: Outcome) => void = () => undefined,
  ): Promise<string> {
    try {
      const { outcome } = await this.#test.app.engine.run(operation, viewerOf(program), input);
      onDone(outcome);
      return 'done';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  }
}
