/** A member's orders in memory: what each command should do, in plain steps. From SEMANTICS.md. */
import type { fulfilments } from '../../src/redemptions/fulfil-redemption.ts';
import { LedgerModel } from '../economy/model-ledger.ts';
import { type Settings, variants } from '../economy/settings.ts';

const DAY = 24 * 3_600_000;
/** The programs of this test keep UTC. */
export const dateOf = (at: number) => new Date(at).toISOString().slice(0, 10);

export type ModelReward = {
  readonly kind: 'GOODS' | 'COUPON' | 'VIRTUAL';
  readonly price: number;
  stock: number | null;
  readonly reserveMs: number | null;
  readonly limits: readonly { readonly period: 'DAY' | 'EVER'; readonly units: number }[];
};
export type ModelOrder = {
  /** As the engine answered; 0 until it has. */
  id: number;
  readonly reward: ModelReward;
  readonly quantity: number;
  readonly seq: number;
  readonly date: string;
  readonly until: number;
  cancelled: number;
  state: string;
  codes: string[];
  /** Where codes are stored; read back after each step. */
  codeIds: number[];
};
export type Policy = Pick<Settings, 'reversal'> & { readonly graceDays: number };
type Verdict = string;

const next: Record<string, (typeof fulfilments)[number]> = {
  'GOODS CONFIRMED': 'PREPARING',
  'GOODS PREPARING': 'SHIPPED',
  'GOODS SHIPPED': 'DELIVERED',
  'VIRTUAL CONFIRMED': 'ISSUED',
  'VIRTUAL ISSUED': 'USED',
  'COUPON ISSUED': 'USED',
};

export class OrdersModel extends LedgerModel {
  readonly orders: ModelOrder[] = [];
  readonly #graceDays: number;

  constructor({ reversal, graceDays }: Policy) {
    super({ ...(variants[0] as Settings), reversal });
    this.#graceDays = graceDays;
  }

  redeem(reward: ModelReward, quantity: number, now: number): Verdict {
    const date = dateOf(now);
    for (const { period, units } of reward.limits) {
      const had = this.orders
        .filter((order) => order.reward === reward && this.#state(order, now) !== 'EXPIRED')
        .filter((order) => period === 'EVER' || order.date === date)
        .reduce((sum, order) => sum + order.quantity - order.cancelled, 0);
      if (had + quantity > units) return 'REDEMPTION_LIMIT_REACHED';
    }
    if (reward.stock !== null && reward.stock < quantity) return 'OUT_OF_STOCK';
    const verdict = this.debit('SPEND', reward.price * quantity, date, now);
    if (verdict !== 'done') return verdict;
    if (reward.stock !== null) reward.stock -= quantity;
    const { reserveMs, kind } = reward;
    const at = kind === 'COUPON' ? 'ISSUED' : 'CONFIRMED';
    const state = reserveMs === null ? at : 'RESERVED';
    this.orders.push({
      ...{ id: 0, reward, quantity, date, cancelled: 0, state, codeIds: [] },
      seq: this.entries.length,
      until: now + (reserveMs ?? 0),
      codes: state === 'ISSUED' ? Array(quantity).fill('ASSIGNED') : [],
    });
    return 'done';
  }

  confirm(order: ModelOrder, now: number): Verdict {
    const at = order.reward.kind === 'COUPON' ? 'ISSUED' : 'CONFIRMED';
    if (order.state === at) return 'done';
    if (this.#state(order, now) !== 'RESERVED') return 'REDEMPTION_MOVE_REFUSED';
    order.state = at;
    if (at === 'ISSUED') order.codes = Array(order.quantity - order.cancelled).fill('ASSIGNED');
    return 'done';
  }

  cancel(order: ModelOrder, units: number | undefined, now: number): Verdict {
    const state = this.#state(order, now);
    if (!['RESERVED', 'CONFIRMED', 'PREPARING', 'ISSUED'].includes(state)) {
      return 'REDEMPTION_MOVE_REFUSED';
    }
    const left = this.#left(order);
    if ((units ?? left) > left) return 'TOO_MANY_UNITS';
    this.#giveBack(order, units ?? left, 'CANCELLED', now);
    return 'done';
  }

  /** Where fulfilment goes from here, when all is well. */
  nextOf = ({ reward, state }: ModelOrder) => next[`${reward.kind} ${state}`] ?? 'FAILED';

  fulfil(order: ModelOrder, to: string, now: number): Verdict {
    if (to === 'FAILED') {
      const may = ['CONFIRMED', 'PREPARING', 'SHIPPED', 'ISSUED'].includes(order.state);
      if (!may || order.codes.includes('USED')) return 'REDEMPTION_MOVE_REFUSED';
      this.#giveBack(order, this.#left(order), 'FAILED', now);
      return 'done';
    }
    if (next[`${order.reward.kind} ${order.state}`] !== to) return 'REDEMPTION_MOVE_REFUSED';
    order.state = to;
    if (to === 'USED') order.codes = order.codes.map((c) => (c === 'ASSIGNED' ? 'USED' : c));
    return 'done';
  }

  use(order: ModelOrder, at: number): Verdict {
    if (order.codes[at] !== 'ASSIGNED') return 'CODE_NOT_USABLE';
    order.codes[at] = 'USED';
    if (this.#left(order) === 0) order.state = 'USED';
    return 'done';
  }

  /** Ends the reservations whose time is over, the oldest first. */
  expire(now: number): void {
    const over = this.orders.filter(({ state, until }) => state === 'RESERVED' && until <= now);
    for (const order of over.sort((a, b) => a.until - b.until || a.id - b.id)) {
      this.#giveBack(order, this.#left(order), 'EXPIRED', now);
    }
  }

  reverseEntry(seq: number, now: number): Verdict {
    const lot = this.lots.find((one) => one.seq === seq);
    const kind = this.entries.find((one) => one.seq === seq)?.kind;
    if (lot === undefined || kind !== 'EARN') return 'ENTRY_NOT_FOUND';
    if (lot.reversed === lot.amount) return 'ALREADY_REVERSED';
    this.sweep(dateOf, now);
    this.reverse(lot, lot.amount - lot.reversed, now);
    return 'done';
  }

  /** Units that were neither given back nor used. */
  #left = ({ quantity, cancelled, codes }: ModelOrder) =>
    quantity - cancelled - codes.filter((code) => code === 'USED').length;

  #state = ({ state, until }: ModelOrder, now: number) =>
    state === 'RESERVED' && until <= now ? 'EXPIRED' : state;

  #giveBack(order: ModelOrder, units: number, end: string, now: number): void {
    const { reward, seq, cancelled, quantity } = order;
    const { price, kind } = reward;
    const debit = { seq, before: cancelled * price, points: units * price };
    const renewedUntil = this.#graceDays === 0 ? null : now + this.#graceDays * DAY;
    this.refund(debit, renewedUntil, dateOf, now);
    if (reward.stock !== null && (kind !== 'COUPON' || order.state === 'RESERVED')) {
      reward.stock += units;
    }
    const isLast = this.#left(order) === units;
    for (let n = 0, at = order.codes.length - 1; at >= 0 && n < units; at -= 1) {
      if (order.codes[at] !== 'ASSIGNED') continue;
      order.codes[at] = 'VOID';
      n += 1;
    }
    order.cancelled += units;
    if (isLast) order.state = order.cancelled === quantity ? end : 'USED';
  }
}
