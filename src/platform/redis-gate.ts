import type { Redis } from 'ioredis';
import type { Log } from './log.ts';
import { RedisLink, reasonOf } from './redis-link.ts';

/** Why Redis did not answer. */
export type NoAnswerReason =
  /** There is no connection, or it failed a moment ago. */
  | 'down'
  /** It took too long. */
  | 'slow'
  /** It answered with an error. */
  | 'refused';

/** Redis did not answer; go on without it. */
export class RedisNoAnswer extends Error {
  override readonly name = 'RedisNoAnswer';
  readonly reason: NoAnswerReason;

  constructor(reason: NoAnswerReason) {
    super(reason);
    this.reason = reason;
  }
}

export type RedisGateOptions = {
  readonly url: string;
  /** For the log: what the connection is for. */
  readonly name: string;
  readonly log: Log;
  /** It answers by then, or it is taken for slow. */
  readonly answerMs: number;
  /** So long it is left alone after a failure. */
  readonly pauseMs: number;
};

/**
 * A connection to Redis that may be asked at any time: it answers soon, or says at once that it
 * cannot. After a failure it is left alone for a moment; then one question finds out.
 */
export class RedisGate {
  readonly redis: Redis;
  readonly #link: RedisLink;
  readonly #options: RedisGateOptions;
  #closedUntil = Number.NEGATIVE_INFINITY;
  #failing = false;
  #probing = false;

  constructor(options: RedisGateOptions) {
    this.#options = options;
    this.#link = new RedisLink({
      ...{ url: options.url, name: options.name, log: options.log },
      handshake: (redis) => redis.ping(),
      onUp: () => {
        this.#closedUntil = Number.NEGATIVE_INFINITY;
      },
    });
    this.redis = this.#link.redis;
  }

  get up(): boolean {
    return this.#link.up;
  }

  /** Whether a question would be sent now. */
  get open(): boolean {
    return this.#link.up && !this.#probing && performance.now() >= this.#closedUntil;
  }

  /** Asks anything. Throws RedisNoAnswer, nothing else. */
  async ask<Answer>(
    send: (redis: Redis) => Promise<Answer>,
    ms: number = this.#options.answerMs,
  ): Promise<Answer> {
    if (!this.open) throw new RedisNoAnswer('down');
    const isProbe = this.#failing;
    this.#probing = isProbe;
    try {
      const answer = await within(send(this.redis), ms);
      this.#failing = false;
      return answer;
    } catch (error) {
      const isFirst = !this.#failing;
      this.#failing = true;
      this.#closedUntil = performance.now() + this.#options.pauseMs;
      if (error instanceof RedisNoAnswer) throw error;
      // A lost connection is told by the link; of many in flight the first speaks for all.
      if (!this.#link.up) throw new RedisNoAnswer('down');
      const { log, name } = this.#options;
      if (isFirst) log.warn({ connection: name, reason: reasonOf(error) }, 'Redis refused');
      throw new RedisNoAnswer('refused');
    } finally {
      if (isProbe) this.#probing = false;
    }
  }

  close(): void {
    this.#link.close();
  }
}

function within<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const late = () => {
      if (!settled) reject(new RedisNoAnswer('slow'));
    };
    // What has come while this process was busy is read first: it must not blame Redis for itself.
    const timer = setTimeout(() => setImmediate(late), ms);
    const settle =
      <Value>(done: (value: Value) => void) =>
      (value: Value) => {
        settled = true;
        clearTimeout(timer);
        done(value);
      };
    answer.then(settle(resolve), settle(reject));
  });
}
