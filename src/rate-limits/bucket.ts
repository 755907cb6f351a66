import type { RateLimit } from './limit.ts';

/** A token bucket, exactly: never more than `burst` and what came back since. Starts full. */
export class Bucket {
  #tokens: number;
  #at: number;

  /** `now`: milliseconds of a clock that is never set. */
  constructor({ burst }: RateLimit, now: number) {
    this.#tokens = burst;
    this.#at = now;
  }

  /** What there is. A clock that goes back is taken to stand still. */
  level({ perSecond, burst }: RateLimit, now: number): number {
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(burst, this.#tokens + (passed * perSecond) / 1000);
    this.#at += passed;
    return this.#tokens;
  }

  /** Takes all of it or nothing. */
  take(limit: RateLimit, cost: number, now: number): boolean {
    if (this.level(limit, now) < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Takes what was allowed elsewhere. */
  note(limit: RateLimit, cost: number, now: number): void {
    this.#tokens = Math.max(0, this.level(limit, now) - cost);
  }

  /** Milliseconds until there is so much; 0 when there is. */
  waitFor(limit: RateLimit, cost: number, now: number): number {
    return Math.max(0, ((cost - this.level(limit, now)) * 1000) / limit.perSecond);
  }
}
