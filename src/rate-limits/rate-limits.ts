import { LRUCache } from 'lru-cache';
import { Counter, Gauge, type Registry } from 'prom-client';
import { type KnownViewer, ownerOf, type Viewer } from '../auth/viewer.ts';
import { limits } from '../limits.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { Account, type Taken } from './account.ts';
import { RedisLender } from './lender.ts';
import { limitOf, type RateSettings } from './limit.ts';
import { RateLimited, TooCostly } from './rate-limited.ts';
import { RateSettingsReader } from './settings.ts';

export type RateLimitsOptions = {
  readonly pool: Pool;
  readonly log: Log;
  readonly registry: Registry;
  /** Without it every node goes by itself. */
  readonly redisUrl: string | undefined;
  /** Of the keys in Redis. */
  readonly prefix: string;
};

/** Why a caller may not; undefined: it was charged. */
export type Refused = RateLimited | TooCostly | undefined;

/** A caller's bucket. */
export type RateState = {
  /** Units that may be spent at once when nothing was spent for a while. */
  readonly limit: number;
  /** Units that are left, as far as this node knows. */
  readonly remaining: number;
  /** Milliseconds until the bucket is full again. */
  readonly resetMs: number;
};

/**
 * What callers may spend: a bucket for each API key and each member, shared by all nodes through
 * Redis where there is one. Nobody is anonymous here: who is may do nothing.
 */
export class RateLimits {
  readonly #settings: RateSettingsReader;
  readonly #lender: RedisLender | undefined;
  readonly #log: Log;
  /** That Redis is away was logged. */
  #alone = false;
  readonly #refusals: Counter;
  readonly #judgedAlone: Counter;
  readonly #accounts = new LRUCache<string, Account>({ max: limits.rateSpendersMax });

  constructor({ pool, log, registry, redisUrl, prefix }: RateLimitsOptions) {
    const registers = [registry];
    const counter = (name: string, help: string) =>
      new Counter({ name: `tallymark_rate_${name}_total`, help, registers });
    this.#settings = new RateSettingsReader(pool);
    this.#log = log;
    this.#refusals = counter(
      'refusals',
      'Operations refused since their callers had spent it all.',
    );
    this.#judgedAlone = counter('alone', 'Operations that a node judged alone, without Redis.');
    const asked = new Counter({
      name: 'tallymark_rate_loans_total',
      help: 'Questions to Redis for units to spend, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    const spenders = () => this.#accounts.size;
    new Gauge({
      name: 'tallymark_rate_spenders',
      help: 'Callers whose buckets this node holds.',
      registers,
      collect() {
        this.set(spenders());
      },
    });
    for (const outcome of ['granted', 'refused', 'failed']) asked.inc({ outcome }, 0);
    if (redisUrl === undefined) return;
    const onAsked = (outcome: string) => {
      asked.inc({ outcome });
      if (outcome !== 'failed') this.#alone = false;
    };
    this.#lender = new RedisLender({ url: redisUrl, prefix, log, onAsked });
  }

  /** Charges a caller, or says why not; a promise only where others have to be asked first. */
  take(viewer: Viewer, cost: number): Refused | Promise<Refused> {
    if (viewer.kind === 'anonymous') return undefined;
    const settings = this.#settings.find(viewer.programId);
    return settings instanceof Promise
      ? settings.then((found) => this.#take(found, viewer, cost))
      : this.#take(settings, viewer, cost);
  }

  async state(viewer: KnownViewer): Promise<RateState> {
    const account = this.#accountOf(await this.#settings.find(viewer.programId), viewer);
    const { perSecond, burst } = account.limit;
    const remaining = account.remaining();
    return { limit: burst, remaining, resetMs: ((burst - remaining) * 1000) / perSecond };
  }

  /** Has what a program set read anew on this node. */
  forget(programId: number): void {
    this.#settings.forget(programId);
  }

  close(): void {
    this.#lender?.close();
  }

  #take(settings: RateSettings, viewer: KnownViewer, cost: number): Refused | Promise<Refused> {
    const account = this.#accountOf(settings, viewer);
    if (cost > account.limit.burst) return new TooCostly(cost, account.limit);
    const taken = account.take(cost);
    if (taken === undefined) return undefined;
    return taken instanceof Promise ? taken.then(this.#counted) : this.#counted(taken);
  }

  readonly #counted = (taken: Taken): Taken => {
    if (taken instanceof RateLimited) this.#refusals.inc();
    return taken;
  };

  readonly #noteAlone = (): void => {
    this.#judgedAlone.inc();
    if (this.#alone) return;
    this.#alone = true; // Once, until Redis has answered again.
    this.#log.warn({}, 'rate limits are each node’s own while Redis does not answer');
  };

  #accountOf(settings: RateSettings, viewer: KnownViewer): Account {
    const spender = ownerOf(viewer);
    const limit = limitOf(settings, viewer);
    const known = this.#accounts.get(spender);
    if (known !== undefined) {
      known.limit = limit;
      return known;
    }
    const account = new Account(spender, limit, {
      lender: this.#lender,
      now: () => performance.now(),
      onAlone: this.#noteAlone,
    });
    this.#accounts.set(spender, account);
    return account;
  }
}
