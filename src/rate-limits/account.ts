import { limits } from '../limits.ts';
import { Bucket } from './bucket.ts';
import { chunkOf, lifeOf, type RateLimit } from './limit.ts';
import { RateLimited } from './rate-limited.ts';

/** What is asked of the bucket that all nodes share. */
export type LoanAsked = {
  /** All of it or nothing. */
  readonly need: number;
  /** The rest, as far as there is. */
  readonly want: number;
  /** What there is when the shared bucket knows nothing of the caller. */
  readonly start: number;
};

/** What came of it. */
export type Loan = {
  readonly granted: number;
  /** What is left there. */
  readonly left: number;
  /** Milliseconds until there is what was needed; 0 when it was granted. */
  readonly waitMs: number;
};

/** The bucket that all nodes share. */
export type Lender = {
  /** Whether it would be asked now; otherwise nodes go by themselves. */
  readonly open: boolean;
  /** Throws when there is no answer in time. */
  lend(spender: string, limit: RateLimit, asked: LoanAsked): Promise<Loan>;
};

export type Taken = RateLimited | undefined;

type Lease = { left: number; readonly until: number };

export type AccountTools = {
  readonly lender: Lender | undefined;
  /** Milliseconds of a clock that is never set. */
  now(): number;
  /** Decided without the others, though there is a lender. */
  onAlone(): void;
};

/**
 * One caller on one node. With a lender, units are borrowed in chunks ahead of need, so that most
 * requests are decided here at once; all that nodes spend was lent before. What is lent and not
 * spent lapses. Without a lender, or while it does not answer, the node's own bucket decides, which
 * notes all that is spent here.
 */
export class Account {
  readonly #spender: string;
  readonly #tools: AccountTools;
  readonly #bucket: Bucket;
  #limit: RateLimit;
  #leases: Lease[] = [];
  #refused: { readonly need: number; readonly until: number } | undefined;
  #asking: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** The last loan was less than was wanted: asking on and on would bring little. */
  #isScarce = false;
  /** What those who wait for an answer are about to spend. */
  #waiting = 0;
  /** What was left elsewhere when it was last told. */
  #elsewhere: { readonly left: number; readonly at: number } | undefined;

  constructor(spender: string, limit: RateLimit, tools: AccountTools) {
    this.#spender = spender;
    this.#limit = limit;
    this.#tools = tools;
    this.#bucket = new Bucket(limit, tools.now());
  }

  get limit(): RateLimit {
    return this.#limit;
  }

  set limit(limit: RateLimit) {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#refused = undefined;
  }

  /** Spends, or says why not; a promise only where the lender has to be asked first. */
  take(cost: number): Taken | Promise<Taken> {
    const { lender } = this.#tools;
    const now = this.#tools.now();
    if (lender === undefined) return this.#takeOwn(cost, now);
    if (!lender.open) return this.#takeAlone(cost, now);
    if (this.#takeLent(lender, cost, now)) return undefined;
    return this.#refusal(cost, now) ?? this.#wait(lender, cost);
  }

  /** What there is to spend, as far as this node knows; others may have spent some of it. */
  remaining(): number {
    const now = this.#tools.now();
    const elsewhere = this.#elsewhere;
    if (elsewhere === undefined || this.#tools.lender?.open !== true) {
      return Math.floor(this.#bucket.level(this.#limit, now));
    }
    const { perSecond, burst } = this.#limit;
    const back = ((now - elsewhere.at) * perSecond) / 1000;
    return Math.floor(Math.min(burst, elsewhere.left + back + this.#lent(now)));
  }

  #takeOwn(cost: number, now: number): Taken {
    if (this.#bucket.take(this.#limit, cost, now)) return undefined;
    const level = this.#bucket.level(this.#limit, now);
    return new RateLimited(this.#limit, level, this.#bucket.waitFor(this.#limit, cost, now));
  }

  #takeAlone(cost: number, now: number): Taken {
    this.#tools.onAlone();
    return this.#takeOwn(cost, now);
  }

  /** What was lent and has not lapsed. */
  #lent(now: number): number {
    if (this.#leases.some(({ until }) => until <= now)) {
      this.#leases = this.#leases.filter(({ until }) => until > now);
    }
    let sum = 0;
    for (const { left } of this.#leases) sum += left;
    return sum;
  }

  #takeLent(lender: Lender, cost: number, now: number): boolean {
    const lent = this.#lent(now);
    if (lent < cost) return false;
    let rest = cost;
    for (const lease of this.#leases) {
      const part = Math.min(rest, lease.left); // What lapses first is spent first.
      lease.left -= part;
      rest -= part;
    }
    this.#bucket.note(this.#limit, cost, now);
    const isLow = lent - cost < chunkOf(this.#limit) / 2;
    const isEarly = now - this.#askedAt < lifeOf(this.#limit) / limits.rateLifeShare;
    if (isLow && !(this.#isScarce && isEarly) && this.#asking === undefined)
      void this.#ask(lender, 0, now);
    return true;
  }

  /** What was refused is refused until there can be enough: others can only make it less. */
  #refusal(cost: number, now: number): Taken {
    const refused = this.#refused;
    if (refused === undefined || now >= refused.until || cost < refused.need) return undefined;
    const more = ((cost - refused.need) * 1000) / this.#limit.perSecond;
    return new RateLimited(this.#limit, this.remaining(), refused.until - now + more);
  }

  async #wait(lender: Lender, cost: number): Promise<Taken> {
    const end = this.#tools.now() + limits.rateWaitMs;
    this.#waiting += cost;
    try {
      for (;;) {
        await (this.#asking ?? this.#ask(lender, cost, this.#tools.now()));
        const now = this.#tools.now();
        if (this.#takeLent(lender, cost, now)) return undefined;
        const refusal = this.#refusal(cost, now);
        if (refusal !== undefined) return refusal;
        if (!lender.open || now >= end) return this.#takeAlone(cost, now);
      }
    } finally {
      this.#waiting -= cost;
    }
  }

  /** Asks once for all who wait; never fails. `need` 0: nobody does. */
  #ask(lender: Lender, need: number, sent: number): Promise<void> {
    this.#askedAt = sent;
    const limit = this.#limit;
    const want = Math.max(need, this.#waiting) + chunkOf(limit);
    const start = Math.floor(this.#bucket.level(limit, sent));
    const asking = lender
      .lend(this.#spender, limit, { need, want, start })
      .then(
        ({ granted, left, waitMs }) => {
          const at = this.#tools.now();
          // From before it was lent, so that it lapses here no later than it should.
          if (granted > 0) this.#leases.push({ left: granted, until: sent + lifeOf(limit) });
          this.#isScarce = granted < want;
          this.#elsewhere = { left, at };
          this.#refused = granted < need ? { need, until: at + waitMs } : undefined;
        },
        () => {}, // The node's own bucket decides.
      )
      .finally(() => {
        this.#asking = undefined;
      });
    this.#asking = asking;
    return asking;
  }
}
