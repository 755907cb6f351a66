import type { RateLimit } from './limit.ts';

/** Who has spent what they may spend: come back later. Answered as RATE_LIMITED. */
export class RateLimited extends Error {
  readonly limit: RateLimit;
  readonly remaining: number;
  /** From now until there is enough for this very operation, rounded up. */
  readonly retryAfterMs: number;

  constructor(limit: RateLimit, remaining: number, waitMs: number) {
    super('The caller has spent what it may: come back later.');
    this.name = 'RateLimited';
    this.limit = limit;
    this.remaining = Math.floor(remaining);
    this.retryAfterMs = Math.max(1, Math.ceil(waitMs));
  }
}

/** Costs more than its caller may ever spend at once. Answered as QUERY_TOO_COMPLEX. */
export class TooCostly extends Error {
  readonly cost: number;
  readonly limit: number;

  constructor(cost: number, { burst }: RateLimit) {
    super(`The operation costs ${cost}; its caller may spend ${burst} at once.`);
    this.name = 'TooCostly';
    this.cost = cost;
    this.limit = burst;
  }
}
