/** Members and rewards at the engine and in the model, side by side. */
import { expect } from 'vitest';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { loadPointsByState } from '../../src/points/points.sql.ts';
import { checkMember } from '../../src/verify/check-member.ts';
import { readMemberRows } from '../../src/verify/member-rows.ts';
import { findStockDifference, loadPrograms } from '../../src/verify/verify.sql.ts';
import { createTestApp, createTestProgram, runJob, type TestApp } from '../support/app.ts';
import { setRule } from '../support/rules.ts';
import { Commands, earnings, type Pair, type Program, type Shop, viewerOf } from './commands.ts';
import { dateOf, type ModelReward, OrdersModel, type Policy } from './model.ts';
import type { Given } from './sequence.ts';
import { makeReward } from './support.ts';

const HOUR = 3_600_000;
export const START = Date.UTC(2026, 2, 10, 9);

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
  readonly #commands: Commands;
  #count = 0;

  constructor(test: TestApp, clock: FakeClock) {
    this.test = test;
    this.clock = clock;
    this.#commands = new Commands(test, () => this.now());
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
        codes: Array.from({ length: kind === 'COUPON' ? (stock ?? 0) : 0 }, (_, n) => {
          return `c${this.#count}-${n}`; // A program has a code once.
        }),
      });
      shop.push({ reward, rowId });
    }
    const enrol = async (externalId: string): Promise<Pair> => {
      const { outcome } = await this.test.app.engine.run(enrolMember, viewerOf(program), {
        externalId,
      });
      const member = { id: outcome.memberId };
      return { member, model: new OrdersModel(program.policy), program, shop };
    };
    return Promise.all([enrol(`a${this.#count}`), enrol(`b${this.#count}`)]);
  }

  /** Sends commands all at once: they share a batch, and are decided in the order they came. */
  async send(pairs: readonly Pair[], commands: readonly { who: number; given: Given }[]) {
    const prepared = commands.map(({ who, given }) =>
      this.#commands.prepare(pairs[who] as Pair, given),
    );
    const verdicts = await Promise.all(prepared.map((one) => one.send()));
    expect(verdicts).toEqual(prepared.map((one) => one.apply()));
    // Ids of orders grow in the order they were made.
    const made = this.#commands.made.splice(0).sort(([, a], [, b]) => a - b);
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
