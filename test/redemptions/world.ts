/** Members and rewards at the engine and in the model, side by side. */
import { expect } from 'vitest';
import { recordActivity } from '../../src/activities/record-activity.ts';
import type { Keyed, Operation } from '../../src/engine/operation.ts';
import { captureHold, releaseHold } from '../../src/holds/end-hold.ts';
import { holdPoints } from '../../src/holds/hold-points.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { Refusal } from '../../src/platform/refusal.ts';
import { loadPointsByState } from '../../src/points/points.sql.ts';
import { reverseEntry } from '../../src/points/reverse-points.ts';
import { cancelRedemption } from '../../src/redemptions/cancel-redemption.ts';
import { confirmRedemption } from '../../src/redemptions/confirm-redemption.ts';
import { fulfilRedemption } from '../../src/redemptions/fulfil-redemption.ts';
import { redeemReward } from '../../src/redemptions/redeem-reward.ts';
import { useRewardCode } from '../../src/redemptions/use-reward-code.ts';
import { checkMember } from '../../src/verify/check-member.ts';
import { readMemberRows } from '../../src/verify/member-rows.ts';
import { findStockDifference, loadPrograms } from '../../src/verify/verify.sql.ts';
import { createTestApp, createTestProgram, runJob, type TestApp } from '../support/app.ts';
import { setRule } from '../support/rules.ts';
import { dateOf, type ModelOrder, type ModelReward, OrdersModel, type Policy } from './model.ts';
import type { Given } from './sequence.ts';
import { makeReward } from './support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const START = Date.UTC(2026, 2, 10, 9);

export type Program = { readonly id: number; readonly key: string; readonly policy: Policy };
type Shop = { readonly reward: ModelReward; readonly rowId: number }[];
export type Pair = {
  readonly member: { readonly id: number };
  readonly model: OrdersModel;
  readonly program: Program;
  readonly shop: Shop;
};
type Prepared = { send(): Promise<string>; apply(): string };

/** What members earn, and how long it lives. */
const earnings = [
  { type: 'brief', points: 25, days: 2 },
  { type: 'mid', points: 40, days: 6 },
  { type: 'ever', points: 30, days: null },
] as const;

const rewards = (): ModelReward[] => [
  { kind: 'GOODS', price: 7, stock: 9, reserveMs: null, limits: [{ period: 'DAY', units: 6 }] },
  { kind: 'GOODS', price: 5, stock: null, reserveMs: 3 * HOUR, limits: [] },
  { kind: 'COUPON', price: 6, stock: 8, reserveMs: null, limits: [] },
  {
    kind: 'COUPON',
    price: 4,
    stock: 6,
    reserveMs: 30 * HOUR,
    limits: [{ period: 'EVER', units: 5 }],
  },
  {
    kind: 'VIRTUAL',
    price: 11,
    stock: null,
    reserveMs: null,
    limits: [{ period: 'EVER', units: 4 }],
  },
];

/** How often what was met: a property that never met something says nothing about it. */
export const met: Record<string, number> = {};
const note = (what: string) => {
  met[what] = (met[what] ?? 0) + 1;
};

export class World {
  readonly clock = new FakeClock(new Date(START));
  readonly programs: Program[] = [];
  readonly test: TestApp;
  #count = 0;

  constructor(test: TestApp, clock: FakeClock) {
    this.test = test;
    this.clock = clock;
  }

  static async open(policies: readonly Policy[]): Promise<World> {
    const clock = new FakeClock(new Date(START));
    const world = new World(await createTestApp({ clock }), clock);
    for (const policy of policies) {
      const program = await createTestProgram(world.test.app, { zone: 'UTC' });
      const { reversal, graceDays: refundGraceDays } = policy;
      const kind = 'POINTS_POLICY';
      await setRule(world.test, program, 'default', { reversal, refundGraceDays }, { kind });
      for (const { type, points, days } of earnings) {
        await setRule(world.test, program, type, {
          trigger: { on: 'ACTIVITY', type },
          points: { fixed: points },
          ...(days !== null && { expiry: { until: 'INSTANT', days } }),
        });
      }
      world.programs.push({ id: program.id, key: program.key, policy });
    }
    return world;
  }

  now = () => this.clock.now().getTime();

  /** Two new members and what they can buy. */
  async begin(program: Program): Promise<Pair[]> {
    this.clock.set(new Date(START));
    const shop: Shop = [];
    for (const reward of rewards()) {
      this.#count += 1;
      const { kind, price, stock, reserveMs, limits } = reward;
      const { rowId } = await makeReward(this.test, program, {
        ...{ kind, price, stock, limits: [...limits] },
        reserveMinutes: reserveMs === null ? null : reserveMs / 60_000,
        codes: kind === 'COUPON' ? Array.from({ length: stock ?? 0 }, (_, n) => `c${n}`) : [],
      });
      shop.push({ reward, rowId });
    }
    const enrol = async (externalId: string): Promise<Pair> => {
      const { outcome } = await this.test.app.engine.run(enrolMember, this.#viewer(program), {
        externalId,
      });
      const member = { id: outcome.memberId };
      return { member, model: new OrdersModel(program.policy), program, shop };
    };
    return Promise.all([enrol(`a${this.#count}`), enrol(`b${this.#count}`)]);
  }

  /** Makes a command of what is known now; to be sent and, after all before it, applied. */
  prepare(pair: Pair, given: Given): Prepared {
    const { member, model, shop } = pair;
    const now = this.now();
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
            model.credit(line, { activatesAt: now, expiresAt });
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
              this.#ids.push([model, outcome.redemptionId]);
            }),
          apply: () => model.redeem(reward, quantity, now),
        };
      }
      default:
        return this.#about(pair, order as ModelOrder, given);
    }
  }

  readonly #ids: [OrdersModel, number][] = [];

  #about(pair: Pair, order: ModelOrder, given: Given): Prepared {
    const { member, model, shop } = pair;
    const now = this.now();
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
    const now = this.now();
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

  /** Sends commands all at once: they share a batch, and are decided in the order they came. */
  async send(pairs: readonly Pair[], commands: readonly { who: number; given: Given }[]) {
    const prepared = commands.map(({ who, given }) => this.prepare(pairs[who] as Pair, given));
    const verdicts = await Promise.all(prepared.map((one) => one.send()));
    expect(verdicts).toEqual(prepared.map((one) => one.apply()));
    // Ids of orders grow in the order they were made.
    const made = this.#ids.splice(0).sort(([, a], [, b]) => a - b);
    for (const [model, id] of made) {
      const order = model.orders.find((one) => one.id === 0);
      if (order !== undefined) order.id = id;
    }
    for (const [index, verdict] of verdicts.entries()) {
      note(`${commands[index]?.given.do} ${verdict}`);
    }
  }

  async runJobs(pairs: readonly Pair[], jobs: readonly string[]): Promise<void> {
    for (const job of jobs) {
      if (job === 'expirePoints') await runJob(this.test.app, 'expireHolds');
      await runJob(this.test.app, job);
      for (const { model } of pairs) {
        if (job === 'expirePoints') model.sweep(dateOf, this.now());
        else model.expire(this.now());
      }
    }
  }

  /** Everything stored of the members against everything the models say. */
  async compare(pairs: readonly Pair[]): Promise<void> {
    const { pool } = this.test.app;
    for (const { member, model, shop } of pairs) {
      const stored = await readStored(
        this.test,
        member.id,
        shop.map(({ rowId }) => rowId),
      );
      const [state] = await loadPointsByState(pool, [member.id], this.clock.now());
      const owned = (id: number) => stored.codes.filter((code) => code.order === id);
      expect({
        ...{ balance: stored.balance, debt: stored.debt, entries: stored.entries },
        ...{ lots: stored.lots, orders: stored.orders, stock: stored.stock },
        available: Math.max(0, (state?.spendable ?? 0) - stored.debt),
        codes: stored.orders.map(({ id }) => owned(id).map((code) => code.state)),
      }).toEqual({
        ...{ balance: model.balance, debt: model.debt },
        entries: model.entries.map(({ seq, kind, amount }) => ({ seq, kind, amount })),
        lots: model.lots.map(({ expired: _, lapsed: _l, ...lot }) => lot),
        orders: model.orders.map(({ id, state: at, cancelled }) => ({ id, state: at, cancelled })),
        stock: shop.map(({ reward }) => reward.stock),
        available: model.available(this.now()),
        codes: model.orders.map(({ codes }) => codes),
      });
      for (const order of model.orders) order.codeIds = owned(order.id).map(({ id }) => id);
      if (model.debt > 0) note('owed');
      for (const order of model.orders) note(`${order.reward.kind} ${order.state}`);
    }
  }

  /** What `verify` finds about these members and the program's coupons: nothing. */
  async verify(pairs: readonly Pair[], { id, key }: Program): Promise<void> {
    const { pool } = this.test.app;
    const [program] = await loadPrograms(pool, key);
    if (program === undefined) throw new Error('the program is there');
    const client = await pool.connect();
    try {
      const members = await readMemberRows(
        client,
        id,
        pairs.map(({ member }) => member.id),
      );
      for (const rows of members) expect([...checkMember(program, rows)]).toEqual([]);
    } finally {
      client.release();
    }
    expect(await findStockDifference(pool, id)).toBeUndefined();
  }

  #viewer = ({ id: programId }: Program) => ({ kind: 'system', programId, name: 'test' }) as const;

  async #run<Input extends Keyed, Outcome>(
    { program }: Pair,
    operation: Operation<Input, Outcome>,
    input: Input,
    onDone: (outcome: Outcome) => void = () => undefined,
  ): Promise<string> {
    try {
      const { outcome } = await this.test.app.engine.run(operation, this.#viewer(program), input);
      onDone(outcome);
      return 'done';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  }
}

async function readStored({ app }: TestApp, memberId: number, rewardIds: readonly number[]) {
  const { rows } = await app.pool.query(
    `select a.balance, a.debt,
       array(select json_build_object('seq', seq, 'kind', kind, 'amount', amount)
         from ledger_entry where member_id = $1 order by seq) as entries,
       array(select json_build_object('seq', seq, 'amount', amount, 'remaining', remaining,
           'reversed', reversed, 'activatesAt', floor(extract(epoch from activates_at) * 1000),
           'expiresAt', floor(extract(epoch from expires_at) * 1000))
         from lot where member_id = $1 order by seq) as lots,
       array(select json_build_object('id', id, 'state', state, 'cancelled', cancelled_units)
         from redemption where member_id = $1 order by id) as orders,
       array(select json_build_object('id', c.id, 'order', c.redemption_id, 'state', c.state)
         from reward_code c join redemption r on r.id = c.redemption_id
         where r.member_id = $1 order by c.id) as codes,
       array(select stock from reward where id = any($2) order by id) as stock
     from account a where member_id = $1`,
    [memberId, rewardIds],
  );
  return rows[0] as {
    readonly balance: number;
    readonly debt: number;
    readonly entries: object[];
    readonly lots: object[];
    readonly orders: { id: number; state: string; cancelled: number }[];
    readonly codes: { id: number; order: number; state: string }[];
    readonly stock: (number | null)[];
  };
}
