import { assert } from '../platform/assert.ts';
import type { LocalDate } from '../platform/calendar.ts';
import type { Changes } from './changes.ts';
import { type Had, type Held, hadKey, memberIdOf, type Spent } from './held.ts';
import type { Touches } from './operation.ts';
import type { OrderRow } from './orders.sql.ts';
import type { CodeRow, RedemptionRow, RewardRow } from './rows.ts';
import { take } from './take.ts';

/** What one command knows of rewards, orders and codes, as its batch has changed them so far. */
export class OrderFacts {
  readonly #held: Held;
  readonly #changes: Changes;
  readonly #touches: Touches;
  readonly #programId: number;

  constructor(held: Held, changes: Changes, touches: Touches, programId: number) {
    this.#held = held;
    this.#changes = changes;
    this.#touches = touches;
    this.#programId = programId;
  }

  /** The reward the command names, locked; undefined when this program has none such. */
  get reward(): RewardRow | undefined {
    const reward = this.#held.rewards.get(this.#touches.reward ?? -1);
    return reward?.programId === this.#programId ? reward : undefined;
  }

  /** The order the command names; undefined when the member has none such, of that reward. */
  get order(): OrderRow | undefined {
    const { redemption, reward, member } = this.#touches;
    const order = this.#held.orders.get(redemption ?? -1);
    const memberId = memberIdOf(this.#held, this.#programId, member);
    const isTheirs = order?.programId === this.#programId && order.memberId === memberId;
    return isTheirs && (reward === undefined || order.rewardId === reward) ? order : undefined;
  }

  newId(): number {
    return take(this.#held.newRedemptionIds);
  }

  /** From which lots an order was paid, in the order these were taken. */
  spent(order: OrderRow): readonly Spent[] {
    assert(this.#touches.refunds === true, 'the operation said it may give back');
    return this.#held.spent.get(order.id) ?? [];
  }

  /** The codes that belong to an order, as they were given out. */
  codes({ id }: Pick<OrderRow, 'id'>): readonly CodeRow[] {
    return this.#held.orderCodes.get(id) ?? [];
  }

  /** Gives an order the next codes of its reward: they are its own for ever (S57). */
  assignCodes({ id, rewardId }: Pick<RedemptionRow, 'id' | 'rewardId'>, count: number): void {
    const free = this.#held.freeCodes.get(rewardId) ?? [];
    const codes = free.splice(0, count);
    this.#changes.onRollback(() => free.unshift(...codes));
    assert(codes.length === count, 'stock says no more codes are left than there are');
    for (const code of codes) {
      this.#changes.update('codes', code, { state: 'ASSIGNED', redemptionId: id });
    }
    const before = this.codes({ id });
    this.#held.orderCodes.set(id, [...before, ...codes]);
    this.#changes.onRollback(() => this.#held.orderCodes.set(id, [...before]));
  }

  /** What the member has of a reward with limits, this batch included. */
  had(memberId: number, rewardId: number): readonly Had[] {
    return this.#held.had.get(hadKey(memberId, rewardId)) ?? [];
  }

  /** Notes units that the member has more of a reward (negative: that were given back). */
  noteUnits(memberId: number, rewardId: number, date: LocalDate, units: number): void {
    const key = hadKey(memberId, rewardId);
    const before = this.#held.had.get(key) ?? [];
    this.#held.had.set(key, [...before, { date, units }]);
    this.#changes.onRollback(() => this.#held.had.set(key, before));
  }
}
