/**
 * S29: expiry removes only the unspent rest of a lot. The naive way keeps no allocations: what can
 * be spent is all active credits less all debits ever. It forgets which points a debit took, so
 * that points spent before they expired count twice, once as spent and once as expired; the
 * property below holds for the engine and finds the naive sum wrong.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordActivity } from '../../src/activities/record-activity.ts';
import { fromGlobalId } from '../../src/graphql/ids.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { loadPointsByState } from '../../src/points/points.sql.ts';
import { redeemReward } from '../../src/redemptions/redeem-reward.ts';
import { bePatient } from '../support/patience.ts';
import { DAY, type Economy, openEconomies } from './api.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`naive-expiry: SEED=${seed}`);

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
let rewardId: number;
let members = 0;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  eco = await economies.open();
  for (const days of [1, 3]) {
    await eco.earning(`lives${days}`, {
      trigger: { on: 'ACTIVITY', type: `lives${days}` },
      points: { perUnit: { points: 1, unit: 1, rounding: 'DOWN' } },
      expiry: { days, until: 'END_OF_DAY' },
    });
  }
  rewardId = fromGlobalId('id', 'Reward', await eco.reward(1));
});
afterAll(() => economies.close());

type Move = {
  readonly days: number;
  readonly earn: number;
  readonly lives: 1 | 3;
  readonly spend: number;
};

/** Credits that have not expired less everything that was ever spent: what S29 forbids. */
async function naiveAvailable(memberId: number): Promise<number> {
  const { rows } = await eco.test.app.pool.query(
    `select coalesce((select sum(amount) from lot where member_id = $1 and expires_at > $2), 0)
          + coalesce((select sum(amount) from ledger_entry where member_id = $1 and kind = 'SPEND'), 0)
       as points`,
    [memberId, eco.clock.now().toISOString()],
  );
  return Number(rows[0].points);
}

/** Spends from what expires soonest; each lot remembers its own rest. */
class Lots {
  lots: { rest: number; until: number }[] = [];
  available = (day: number) =>
    this.lots.filter(({ until }) => until > day).reduce((sum, { rest }) => sum + rest, 0);
  spend(points: number, day: number): boolean {
    if (this.available(day) < points) return false;
    let missing = points;
    for (const lot of this.lots.toSorted((a, b) => a.until - b.until)) {
      const taken = lot.until > day ? Math.min(lot.rest, missing) : 0;
      lot.rest -= taken;
      missing -= taken;
    }
    return true;
  }
}

/** Plays the moves with a new member; what can be spent then, by three ways of counting. */
async function play(moves: readonly Move[]) {
  const { engine, pool } = eco.test.app;
  const viewer = { kind: 'system', programId: eco.program.id, name: 'test' } as const;
  members += 1;
  const name = `m-${members}`;
  const { outcome } = await engine.run(enrolMember, viewer, { externalId: name });
  const member = { id: outcome.memberId };
  const model = new Lots();
  let day = 0;
  for (const [index, { days, earn, lives, spend }] of moves.entries()) {
    day += days;
    eco.clock.advance(days * DAY);
    if (earn > 0) {
      const reference = `${name}-${index}`;
      await engine.run(recordActivity, viewer, {
        member,
        type: `lives${lives}`,
        reference,
        value: earn,
      });
      model.lots.push({ rest: earn, until: day + lives + 1 });
    }
    if (spend > 0 && model.spend(spend, day)) {
      await engine.run(redeemReward, viewer, { member, rewardId, quantity: spend });
    }
  }
  const [state] = await loadPointsByState(pool, [member.id], eco.clock.now());
  const naive = await naiveAvailable(member.id);
  return { engine: state?.spendable ?? 0, model: model.available(day), naive };
}

const move: fc.Arbitrary<Move> = fc.record({
  days: fc.integer({ min: 0, max: 2 }),
  earn: fc.integer({ min: 0, max: 9 }),
  lives: fc.constantFrom(1 as const, 3 as const),
  spend: fc.integer({ min: 0, max: 9 }),
});

describe('what can be spent after expiry (S29)', () => {
  it('is what the lots have left; the naive sum would say less', async () => {
    const moves: Move[] = [
      { days: 0, earn: 100, lives: 1, spend: 60 }, // 40 of the 100 are left …
      { days: 1, earn: 50, lives: 3, spend: 0 },
      { days: 1, earn: 0, lives: 1, spend: 0 }, // … and expire. The 50 are untouched.
    ];
    expect(await play(moves)).toEqual({ engine: 50, model: 50, naive: -10 });
    const name = `m-${members}`;
    for (const _ of [1, 2]) await eco.job('expirePoints');
    expect((await eco.points(name)).available).toBe(50);
    const lines = await eco.ledger(name);
    expect(lines.map(({ amount }) => amount)).toEqual([100, -60, 50, -40]);
  });

  it('equals the sum of remaining lots for any moves, and the naive sum does not', async () => {
    let wrong = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 3, maxLength: 8 }), async (moves) => {
        const { engine, model, naive } = await play(moves);
        expect(engine).toBe(model);
        if (naive !== engine) wrong += 1;
      }),
      { numRuns: 150, seed },
    );
    // So many sequences tell the two apart that an engine that counts naively fails above.
    expect(wrong).toBeGreaterThan(20);
  });
});
