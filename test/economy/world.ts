/** An installation with a clock of its own, its programs, and what is compared with the model. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { createReward } from '../../src/rewards/create-reward.ts';
import {
  createTestApp,
  createTestProgram,
  runJob,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { MemberModel } from './model.ts';
import { activatingOf, dateOf } from './model-rules.ts';
import { type Given, Pair } from './sequence.ts';
import { campaign, levels, price, type Settings, setUp, zone } from './settings.ts';
import { readFacts, verified } from './support.ts';

const DAY = 24 * 3_600_000;
type WorldProgram = TestProgram & {
  readonly settings: Settings;
  readonly rewardId: number;
  readonly campaignId: number;
};
type Expiring = { readonly at: string; readonly points: number };

/** How often what was met: a property that never met something says nothing about it. */
export const met: Record<string, number> = {};
const note = (what: string) => {
  met[what] = (met[what] ?? 0) + 1;
};

export class World {
  readonly clock: FakeClock;
  readonly test: TestApp;
  readonly programs: WorldProgram[] = [];
  #members = 0;

  constructor(test: TestApp, clock: FakeClock) {
    this.test = test;
    this.clock = clock;
  }

  static async open(variants: readonly Settings[]): Promise<World> {
    const clock = new FakeClock('2026-01-01T00:00:00Z');
    const world = new World(await createTestApp({ clock }), clock);
    const { app } = world.test;
    for (const settings of variants) {
      const program = await createTestProgram(app, { zone });
      await setUp(world.test, program, settings);
      const viewer = { kind: 'system', programId: program.id, name: 'test' } as const;
      const reward = await createReward(app, viewer, { title: 'Some', price });
      const where = { programId: program.id, kind: 'CAMPAIGN' as const };
      const { id } = await app.db.rule.findFirstOrThrow({ where });
      world.programs.push({ ...program, settings, rewardId: Number(reward.id), campaignId: id });
    }
    return world;
  }

  async close(): Promise<void> {
    expect(await findBreaches(this.test.app.pool)).toEqual([]);
    expect(await verified(this.test)).toEqual([]);
    await this.test.close();
  }

  now = () => this.clock.now().getTime();

  /** Two new members, at an instant. */
  async enrol(program: WorldProgram, from: number): Promise<Pair[]> {
    this.clock.set(new Date(from));
    const { app } = this.test;
    const where = { ruleId: program.campaignId };
    const budget = await app.db.ruleBudget.findUniqueOrThrow({ where });
    const shared = { spent: Number(budget.spent) };
    const viewer = { kind: 'system', programId: program.id, name: 'test' } as const;
    const pairs = [0, 1].map(() => {
      this.#members += 1;
      const model = new MemberModel(program.settings, shared, from);
      return new Pair(app, program, `m-${this.#members}`, model);
    });
    await Promise.all(pairs.map(({ member }) => app.engine.run(enrolMember, viewer, member)));
    return pairs;
  }

  /** Sends commands all at once: they share a batch, and are decided in the order they came. */
  async send(pairs: readonly Pair[], commands: readonly { who: number; given: Given }[]) {
    const prepared = commands.map(({ who, given }) =>
      (pairs[who] as Pair).prepare(given, this.now()),
    );
    const verdicts = await Promise.all(prepared.map((one) => one.send()));
    expect(verdicts).toEqual(prepared.map((one) => one.apply()));
    for (const [index, verdict] of verdicts.entries())
      note(`${commands[index]?.given.do} ${verdict}`);
  }

  /** Everything stored of the pairs' members against everything the models say. */
  async compare(pairs: readonly Pair[], { id, campaignId }: WorldProgram) {
    const names = pairs.map(({ member }) => member.externalId);
    const { stored, spent } = await readFacts(
      this.test.app,
      id,
      campaignId,
      names,
      this.clock.now(),
    );
    for (const { member, model } of pairs) {
      const expected = {
        balance: model.balance,
        debt: model.debt,
        lifetime: model.lifetime,
        available: model.available(this.now()),
        pending: model.pending(this.now()),
        held: model.held(this.now()),
        tier: levels[model.level]?.key,
        evaluatesAt: model.evaluatesAt,
        entries: model.entries.map(({ earned: _, capped: _c, ...entry }) => entry),
        lots: model.lotsAt(this.now()),
        tiers: model.tierChanges.map(({ at, level }) => ({ at, key: levels[level]?.key })),
      };
      const found = stored.get(member.externalId);
      // The same question twice: expect tells of differences well, but takes its time.
      if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
      note(`tier ${expected.tier}`);
      if (expected.debt > 0) note('owed');
      if (expected.held > 0) note('held');
      if (model.entries.at(-1)?.wanted !== model.entries.at(-1)?.amount) note('cut');
    }
    note(
      spent === 0 ? 'budget untouched' : spent < campaign.budget ? 'budget open' : 'budget spent',
    );
    expect(spent).toBe(pairs[0]?.model.budget.spent);
    expect(spent).toBeLessThanOrEqual(campaign.budget);
  }

  async runJobs(pairs: readonly Pair[], jobs: readonly string[]) {
    for (const job of jobs) {
      // What a hold pinned expires once the hold has ended.
      if (job === 'expirePoints') await runJob(this.test.app, 'expireHolds');
      await runJob(this.test.app, job);
      for (const { model } of pairs) {
        if (job === 'expirePoints') model.sweep(dateOf, this.now());
        if (job === 'settleDebts') model.settle(this.now());
        if (job === 'evaluateTiers') model.evaluateTier(this.now());
      }
    }
  }

  /** What members are told of the future is what comes (S31, S48). */
  async foresee({ member, model }: Pair, program: WorldProgram) {
    model.evaluateTier(this.now()); // Reads tell what is due, whether its job has run or not.
    const { data, errors } = await this.test.ask(
      program.keys.service,
      `query ($by: MemberBy!) { member(by: $by) {
         points { available pending held debt lifetimeEarned activating { at points }
           expiring { at points } } tier { key }
         tierProgress { basis pointsToNext pointsToStay evaluatesAt projectedTier { key } } } }`,
      { by: member },
    );
    expect(errors).toBeUndefined();
    const { points, tier, tierProgress } = data.member;
    const basis = model.basis(this.now());
    const threshold = levels[model.level + 1]?.threshold;
    const projected = model.projectedLevel(this.now());
    expect({ points, tier }).toEqual({
      points: {
        available: model.available(this.now()),
        pending: model.pending(this.now()),
        held: model.held(this.now()),
        debt: model.debt,
        lifetimeEarned: model.lifetime,
        activating: activatingOf(model.lots, this.now()),
        expiring: model.expiring(this.now()),
      },
      tier: { key: levels[model.level]?.key },
    });
    expect(tierProgress).toMatchObject({
      basis,
      pointsToNext: threshold === undefined ? null : Math.max(0, threshold - basis),
      evaluatesAt: new Date(model.nextEvaluation(this.now())).toISOString(),
      projectedTier: { key: levels[projected]?.key },
    });
    const { pointsToStay } = tierProgress;
    if (projected >= model.level) expect(pointsToStay).toBe(0);
    else {
      expect(model.projectedLevel(this.now(), pointsToStay)).toBe(model.level);
      expect(model.projectedLevel(this.now(), pointsToStay - 1)).toBeLessThan(model.level);
    }
    this.clock.set(new Date(model.evaluatesAt - 1));
    await runJob(this.test.app, 'evaluateTiers');
    expect(await this.#tierOf(member, program.id)).toBe(tier.key);
    this.clock.advance(1);
    await this.runJobs([], ['evaluateTiers']);
    model.evaluateTier(this.now());
    expect(await this.#tierOf(member, program.id)).toBe(tierProgress.projectedTier.key);
    if (projected < levels.findIndex(({ key }) => key === tier.key)) note('lowered');
  }

  /** Everything that was to expire does, then and so much, if jobs run then (S31). */
  async expire({ member }: Pair, programId: number, told: readonly Expiring[]) {
    const expired = async () => {
      for (const job of ['expireHolds', 'expirePoints']) await runJob(this.test.app, job);
      const { rows } = await this.test.app.pool.query(
        `select coalesce(-sum(amount), 0)::int as points from ledger_entry e
         join member m on m.id = e.member_id
         where m.program_id = $1 and external_id = $2 and kind = 'EXPIRY'`,
        [programId, member.externalId],
      );
      return rows[0].points as number;
    };
    let sum = await expired();
    for (const [place, { at, points }] of told.entries()) {
      sum += points;
      if (place > 2 && place < told.length - 1) continue; // Each takes its time.
      this.clock.set(at);
      expect([at, await expired()]).toEqual([at, sum]);
    }
    this.clock.advance(60 * DAY);
    expect(await expired()).toBe(sum);
  }

  async #tierOf({ externalId }: { externalId: string }, programId: number) {
    const { rows } = await this.test.app.pool.query(
      `select coalesce(tier_key, 'basic') as key from account a join member m on m.id = a.member_id
       where m.program_id = $1 and m.external_id = $2`,
      [programId, externalId],
    );
    return rows[0]?.key;
  }
}
