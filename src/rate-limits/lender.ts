/** The buckets that all nodes share, in Redis. */
import type { Redis } from 'ioredis';
import { limits } from '../limits.ts';
import { sha256 } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import { RedisGate } from '../platform/redis-gate.ts';
import type { Lender, Loan, LoanAsked } from './account.ts';
import type { RateLimit } from './limit.ts';

/**
 * A token bucket by the clock of Redis: rate, burst, need, want, start. Grants all that is needed or
 * nothing, and of what is wanted what there is. A clock that is turned back stands still.
 */
const lend = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rate, burst = ARGV[1] / 1000, tonumber(ARGV[2])
local need, want = tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(held[1] or ARGV[5]), tonumber(held[2] or now)
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local granted, wait = 0, 0
if tokens >= need then granted = math.min(want, math.floor(tokens))
else wait = math.ceil((need - tokens) / rate) end
tokens = tokens - granted
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', now)
redis.call('PEXPIRE', KEYS[1], 1000 + math.ceil((burst - tokens) / rate))
return {granted, math.floor(tokens), wait}`;

type Commands = {
  rateLend(key: string, ...args: number[]): Promise<[number, number, number]>;
};

export type RedisLenderOptions = {
  readonly url: string;
  /** Nodes of one installation share what begins with it. */
  readonly prefix: string;
  readonly log: Log;
  /** Told of every question: 'granted', 'refused', 'failed'. */
  onAsked(outcome: 'granted' | 'refused' | 'failed'): void;
};

export class RedisLender implements Lender {
  readonly #gate: RedisGate;
  readonly #options: RedisLenderOptions;

  constructor(options: RedisLenderOptions) {
    const { url, log } = options;
    const { rateAnswerMs: answerMs, ratePauseMs: pauseMs } = limits;
    this.#options = options;
    this.#gate = new RedisGate({ url, name: 'rate limits', log, answerMs, pauseMs });
    this.#gate.redis.defineCommand('rateLend', { numberOfKeys: 1, lua: lend });
  }

  get open(): boolean {
    return this.#gate.open;
  }

  async lend(spender: string, limit: RateLimit, asked: LoanAsked): Promise<Loan> {
    const { prefix, onAsked } = this.#options;
    const { perSecond, burst } = limit;
    // What members are called is nothing for Redis to know.
    const key = `${prefix}:${sha256(spender).toString('base64url')}`;
    const { need, want, start } = asked;
    try {
      const [granted, left, waitMs] = await this.#gate.ask((redis: Redis) =>
        (redis as unknown as Commands).rateLend(key, perSecond, burst, need, want, start),
      );
      onAsked(granted < need ? 'refused' : 'granted');
      return { granted, left, waitMs };
    } catch (error) {
      onAsked('failed');
      throw error;
    }
  }

  close(): void {
    this.#gate.close();
  }
}
