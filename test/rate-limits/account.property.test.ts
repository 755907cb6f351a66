/** Buckets shared by nodes, against an exact one: nobody spends more, whatever the nodes do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { Account, type Lender, type Loan, type LoanAsked } from '../../src/rate-limits/account.ts';
import { Bucket } from '../../src/rate-limits/bucket.ts';
import { lifeOf, type RateLimit } from '../../src/rate-limits/limit.ts';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

const anyLimit = fc
  .tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 20_000 }))
  .map(([perSecond, more]): RateLimit => ({ perSecond, burst: perSecond + more }));

type Spent = { readonly at: number; readonly cost: number };

/** The most that was spent in any window beyond what came back within it. */
function most(spent: readonly Spent[], { perSecond }: RateLimit): number {
  let worst = 0;
  for (const [from, { at: begun }] of spent.entries()) {
    let sum = 0;
    for (const { at, cost } of spent.slice(from)) {
      sum += cost;
      worst = Math.max(worst, sum - ((at - begun) * perSecond) / 1000);
    }
  }
  return worst;
}

/** As the script in Redis, by the same clock: loans are answered when the test says so. */
class Bank implements Lender {
  open = true;
  #tokens: number | undefined;
  #at = 0;
  readonly #now: () => number;
  #waiting: (() => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  lend(_spender: string, { perSecond, burst }: RateLimit, asked: LoanAsked): Promise<Loan> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        if (!this.open) {
          reject(new Error('away'));
          return;
        }
        const now = this.#now();
        const before = this.#tokens ?? asked.start;
        this.#tokens = Math.min(burst, before + ((now - this.#at) * perSecond) / 1000);
        this.#at = now;
        const { need, want } = asked;
        const granted = this.#tokens >= need ? Math.min(want, Math.floor(this.#tokens)) : 0;
        const waitMs = Math.max(0, ((need - this.#tokens) * 1000) / perSecond);
        this.#tokens -= granted;
        resolve({ granted, left: Math.floor(this.#tokens), waitMs: granted < need ? waitMs : 0 });
      });
    });
  }

  async answerAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      for (const answer of this.#waiting.splice(0)) answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const steps = (extra: fc.Arbitrary<string>) =>
  fc.array(
    fc.record({
      node: fc.nat(3),
      cost: fc.integer({ min: 1, max: 4_000 }),
      passes: fc.oneof(
        fc.constant(0),
        fc.nat(50),
        fc.nat(3_000),
        fc.integer({ min: -500, max: 0 }),
      ),
      event: fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: extra }),
    }),
    { maxLength: 80 },
  );

describe('a bucket', () => {
  it('gives what an exact one gives, by a clock that may go back', () => {
    fc.assert(
      fc.property(anyLimit, steps(fc.constant('')), (limit, moves) => {
        let now = 1_000;
        const bucket = new Bucket(limit, now);
        const spent: Spent[] = [];
        let ahead = now;
        for (const { cost, passes } of moves) {
          now += passes;
          ahead = Math.max(ahead, now);
          if (bucket.take(limit, cost, now)) spent.push({ at: ahead, cost });
          else {
            expect(cost).toBeGreaterThan(bucket.level(limit, now));
            const waitMs = bucket.waitFor(limit, cost, now);
            if (cost <= limit.burst) {
              const later = Math.max(now, ahead) + waitMs + 0.001;
              expect(new Bucket(limit, 0).level(limit, later)).toBeGreaterThanOrEqual(cost);
            }
          }
        }
        expect(most(spent, limit)).toBeLessThanOrEqual(limit.burst + 1e-6);
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe(`nodes with one bank (SEED=${seed})`, () => {
  /** Runs moves on four nodes; gives what was spent, and what the bank alone would bound. */
  async function run(
    limit: RateLimit,
    moves: readonly { node: number; cost: number; passes: number; event: string }[],
  ) {
    let now = 1_000;
    const bank = new Bank(() => now);
    const tools = { lender: bank, now: () => now, onAlone() {} };
    const nodes = Array.from({ length: 4 }, () => new Account('x', limit, tools));
    const spent: (Spent & { readonly node: number })[] = [];
    let refusedWithPlenty = 0;
    const pending: Promise<void>[] = [];
    let waited = 0;
    for (const { node, cost, passes, event } of moves) {
      // A bank that takes longer is left alone: its nodes go by themselves.
      waited += Math.max(0, passes);
      if (waited >= limits.rateAnswerMs) await bank.answerAll();
      now += Math.max(0, passes);
      if (waited >= limits.rateAnswerMs) waited = 0;
      if (event === 'away') bank.open = false;
      if (event === 'back') bank.open = true;
      if (cost > limit.burst) continue;
      const taken = nodes[node]?.take(cost);
      const note = (refused: unknown) => {
        if (refused === undefined) spent.push({ at: now, cost, node });
        else if (spent.length === 0 && pending.length === 0) refusedWithPlenty += 1;
      };
      if (taken instanceof Promise) pending.push(taken.then(note));
      else note(taken);
      if (event === 'later') continue;
      await bank.answerAll();
      waited = 0;
    }
    await bank.answerAll();
    await Promise.all(pending);
    return { spent: spent.sort((a, b) => a.at - b.at), refusedWithPlenty };
  }

  it('spend no more than one bucket has, from the start on', async () => {
    await fc.assert(
      fc.asyncProperty(anyLimit, steps(fc.constant('later')), async (limit, moves) => {
        const { spent, refusedWithPlenty } = await run(limit, moves);
        const first = [{ at: 1_000, cost: 0 }, ...spent];
        let sum = 0;
        for (const { at, cost } of first) {
          sum += cost;
          const back = ((at - 1_000) * limit.perSecond) / 1000;
          expect(sum).toBeLessThanOrEqual(limit.burst + back + 1e-6);
        }
        expect(refusedWithPlenty).toBe(0);
        // In any window: beyond it, what nodes may have held when it began.
        const held = (lifeOf(limit) * limit.perSecond) / 1000;
        expect(most(spent, limit)).toBeLessThanOrEqual(limit.burst + held + 1e-6);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('spend no more than a bucket each while the bank comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLimit,
        steps(fc.constantFrom('away', 'back', 'later')),
        async (limit, moves) => {
          const { spent } = await run(limit, moves);
          for (const node of [0, 1, 2, 3]) {
            const own = spent.filter((one) => one.node === node);
            const held = (lifeOf(limit) * limit.perSecond) / 1000;
            expect(most(own, limit)).toBeLessThanOrEqual(limit.burst + held + 1e-6);
          }
        },
      ),
      { seed, numRuns: 200 },
    );
  });
});

describe('a node', () => {
  const limit = { perSecond: 100, burst: 6_400 };

  it('asks the bank for a chunk, not for each request', async () => {
    let now = 0;
    let asked = 0;
    const lender: Lender = {
      open: true,
      lend: (_spender, _limit, { want }) => {
        asked += 1;
        return Promise.resolve({ granted: want, left: 1_000_000, waitMs: 0 });
      },
    };
    const account = new Account('x', limit, { lender, now: () => now, onAlone() {} });
    expect(await account.take(1)).toBeUndefined();
    let waited = 0;
    for (let n = 0; n < 1_000; n += 1) {
      now += 1;
      const taken = account.take(1);
      if (taken instanceof Promise) waited += 1;
      expect(await taken).toBeUndefined();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(waited).toBeLessThan(5);
    expect(asked).toBeLessThan(30);
  });

  it('asks no more once it was refused, until there can be enough', async () => {
    let now = 0;
    let asked = 0;
    const lender: Lender = {
      open: true,
      lend: () => {
        asked += 1;
        return Promise.resolve({ granted: 0, left: 0, waitMs: 500 });
      },
    };
    const account = new Account('x', limit, { lender, now: () => now, onAlone() {} });
    expect((await account.take(50))?.retryAfterMs).toBe(500);
    for (let n = 0; n < 100; n += 1) {
      now += 4;
      const refused = account.take(60);
      expect(refused).not.toBeInstanceOf(Promise);
      expect((await refused)?.retryAfterMs).toBe(600 - 4 * (n + 1));
    }
    expect(asked).toBe(1);
    now += 200;
    expect(account.take(60)).toBeInstanceOf(Promise);
  });

  it('spends nothing that was lent too long ago, and notes what was for when it is alone', async () => {
    let now = 0;
    let asked = 0;
    const lender = {
      open: true,
      lend: (_spender: string, _limit: RateLimit, { want }: LoanAsked) => {
        asked += 1;
        return Promise.resolve({ granted: want, left: 0, waitMs: 0 });
      },
    };
    const account = new Account('x', limit, { lender, now: () => now, onAlone() {} });
    expect(await account.take(10)).toBeUndefined();
    now += lifeOf(limit) - 1;
    expect(account.take(10)).toBeUndefined();
    now += 1;
    expect(account.take(10)).toBeInstanceOf(Promise); // 80 were left.
    expect(asked).toBe(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await account.take(5_000)).toBeUndefined();
    lender.open = false;
    expect(await account.take(2_000)).toMatchObject({ retryAfterMs: expect.any(Number) });
    expect(account.take(1_000)).toBeUndefined();
  });

  it('goes by itself at once when the bank is away, and soon when it does not answer', async () => {
    let now = 0;
    let alone = 0;
    const lender = { open: false, lend: () => Promise.reject(new Error('slow')) };
    const onAlone = () => {
      alone += 1;
    };
    const account = new Account('x', limit, { lender, now: () => now, onAlone });
    expect(account.take(6_000)).toBeUndefined();
    lender.open = true;
    const refused = account.take(500); // Its own bucket has noted what was spent.
    now += limits.rateWaitMs;
    expect((await refused)?.retryAfterMs).toBe((500 - 400) * 10 - limits.rateWaitMs);
    expect(alone).toBe(2);
  });
});
