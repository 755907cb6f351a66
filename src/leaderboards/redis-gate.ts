import type { Redis } from 'ioredis';
import { limits } from '../limits.ts';
import type { Log } from '../platform/log.ts';
import { RedisLink, reasonOf } from '../platform/redis-link.ts';
import { defineScripts, runScript, type ScriptName } from './redis-scripts.ts';

/** Why Redis did not answer a read. */
export type NoAnswer =
  /** There is no connection, or it failed a moment ago. */
  | 'down'
  /** It took too long. */
  | 'slow'
  /** It answered with an error. */
  | 'refused'
  /** It does not have the season, not all of it, or an older version. */
  | 'missing'
  | 'broken'
  | 'behind'
  /** It knows no such member: only the database can tell. */
  | 'absent';

/** What Redis cannot tell, and why; ask the database. */
export class NotInRedis extends Error {
  override readonly name = 'NotInRedis';
  readonly reason: NoAnswer;

  constructor(reason: NoAnswer) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * A connection to Redis that may be asked at any time: it answers soon, or says at once that it
 * cannot. After a failure it is left alone for a moment; then one question finds out.
 */
export class RedisGate {
  readonly #link: RedisLink;
  readonly #log: Log;
  readonly #prefix: string;
  #closedUntil = Number.NEGATIVE_INFINITY;
  #failing = false;
  #probing = false;

  constructor(url: string, prefix: string, log: Log) {
    this.#prefix = prefix;
    this.#log = log;
    this.#link = new RedisLink({
      url,
      name: 'standings',
      log,
      handshake: (redis) => redis.ping(),
      onUp: () => {
        this.#closedUntil = Number.NEGATIVE_INFINITY;
      },
    });
    defineScripts(this.#link.redis);
  }

  get up(): boolean {
    return this.#link.up;
  }

  /** The key of a season; what belongs to it has the same hash tag. */
  keyOf(seasonId: number): string {
    return `${this.#prefix}:{${seasonId}}`;
  }

  /** Runs a script on a season. Throws NotInRedis, nothing else. */
  script(
    name: ScriptName,
    seasonId: number,
    args: readonly (string | number)[],
    ms: number = limits.standingsAnswerMs,
  ): Promise<unknown> {
    return this.ask((redis) => runScript(redis, name, this.keyOf(seasonId), args), ms);
  }

  /** Asks anything. Throws NotInRedis, nothing else. */
  async ask<Answer>(
    send: (redis: Redis) => Promise<Answer>,
    ms: number = limits.standingsAnswerMs,
  ): Promise<Answer> {
    if (!this.#link.up || this.#probing || performance.now() < this.#closedUntil) {
      throw new NotInRedis('down');
    }
    const isProbe = this.#failing;
    this.#probing = isProbe;
    try {
      const answer = await within(send(this.#link.redis), ms);
      this.#failing = false;
      return answer;
    } catch (error) {
      const isFirst = !this.#failing;
      this.#failing = true;
      this.#closedUntil = performance.now() + limits.standingsPauseMs;
      if (error instanceof NotInRedis) throw error;
      // A lost connection is told by the link; of many in flight the first speaks for all.
      if (!this.#link.up) throw new NotInRedis('down');
      if (isFirst) this.#log.warn({ reason: reasonOf(error) }, 'Redis refused the standings');
      throw new NotInRedis('refused');
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
      if (!settled) reject(new NotInRedis('slow'));
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
