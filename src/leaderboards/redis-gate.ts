import type { Redis } from 'ioredis';
import { limits } from '../limits.ts';
import type { Log } from '../platform/log.ts';
import { type NoAnswerReason, RedisGate, RedisNoAnswer } from '../platform/redis-gate.ts';
import { defineScripts, runScript, type ScriptName } from './redis-scripts.ts';

/** Why Redis did not answer a read. */
export type NoAnswer =
  | NoAnswerReason
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

/** A connection to Redis that tells of seasons. */
export class SeasonGate {
  readonly #gate: RedisGate;
  readonly #prefix: string;

  constructor(url: string, prefix: string, log: Log) {
    this.#prefix = prefix;
    const { standingsAnswerMs: answerMs, standingsPauseMs: pauseMs } = limits;
    this.#gate = new RedisGate({ url, name: 'standings', log, answerMs, pauseMs });
    defineScripts(this.#gate.redis);
  }

  get up(): boolean {
    return this.#gate.up;
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
    try {
      return await this.#gate.ask(send, ms);
    } catch (error) {
      throw error instanceof RedisNoAnswer ? new NotInRedis(error.reason) : error;
    }
  }

  close(): void {
    this.#gate.close();
  }
}
