import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from './log.ts';

export type RedisLinkOptions = {
  url: string;
  /** For the log: what the connection is for. */
  name: string;
  log: Log;
  /** What a new connection must have answered before it counts as up. */
  handshake(redis: Redis): Promise<unknown>;
  onUp(): void;
};

// A frozen connection is cut after PING_MISSES_MAX + 1 periods at most: about three seconds.
const PING_PERIOD_MS = 750;
const PING_MISSES_MAX = 3;
const CONNECT_TIMEOUT_MS = 2_000;
const RETRY_MS_MAX = 750;
const RETRY_JITTER_MS_MAX = 250;
const KEEP_ALIVE_MS = 10_000;
// A frozen peer never answers our FIN; after this the socket is destroyed.
const DISCONNECT_TIMEOUT_MS = 100;

// The type of ioredis leaves out disconnectTimeout; its connector reads it.
const CONNECTION_OPTIONS: RedisOptions & { disconnectTimeout: number } = {
  lazyConnect: true,
  // No round trip may come before 'ready', so no connectionName either: when the connection ends
  // during one, ioredis 5.11 calls itself ready, without a connection, and never reconnects.
  disableClientInfo: true,
  enableReadyCheck: false,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  // Zero, or the promises of commands in flight would stay open for ever when a connection ends.
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  keepAlive: KEEP_ALIVE_MS,
  retryStrategy: (attempt) =>
    Math.min(50 * 2 ** Math.min(attempt, 10), RETRY_MS_MAX) + Math.random() * RETRY_JITTER_MS_MAX,
};

/**
 * A connection to Redis that comes back by itself, and notices when the other side is frozen. Never
 * fails: an unreachable Redis is tried again until `close`.
 */
export class RedisLink {
  readonly redis: Redis;
  readonly #options: RedisLinkOptions;
  readonly #watch: NodeJS.Timeout;
  /** Counts connections, so that a late answer on an old one is told apart. */
  #connection = 0;
  #up = false;
  #answered = false;
  #misses = 0;
  #reason = '';
  #outageLogged = false;
  #closed = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.redis = new Redis(options.url, CONNECTION_OPTIONS);
    this.redis.on('error', this.#failed);
    this.redis.on('ready', () => this.#connected());
    this.redis.on('close', () => this.#disconnected());
    this.#watch = setInterval(() => this.#check(), PING_PERIOD_MS);
    this.redis.connect().catch(this.#failed);
  }

  /** Whether the handshake of the present connection has been answered. */
  get up(): boolean {
    return this.#up;
  }

  /** Ends the connection for good, without waiting for what is in flight. */
  close(): void {
    this.#closed = true;
    this.#up = false;
    clearInterval(this.#watch);
    this.redis.disconnect();
  }

  #connected(): void {
    this.#connection += 1;
    const connection = this.#connection;
    const current = () => !this.#closed && connection === this.#connection;
    // The name is for whoever reads CLIENT LIST; a server that forbids it is no worse.
    this.redis.client('SETNAME', `bus-${this.#options.name}`).catch(this.#failed);
    this.#options.handshake(this.redis).then(
      () => {
        if (!current()) return;
        this.#up = true;
        this.#answered = true;
        this.#misses = 0;
        this.#reason = '';
        const { log, name } = this.#options;
        if (this.#outageLogged) log.info({ connection: name }, 'Redis is back');
        this.#outageLogged = false;
        this.#options.onUp();
      },
      (error: unknown) => {
        this.#failed(error);
        if (current()) this.redis.disconnect(true);
      },
    );
  }

  #disconnected(): void {
    this.#connection += 1;
    this.#up = false;
    this.#misses = 0;
    const reason = this.#reason;
    this.#reason = '';
    // Once per outage: a line per attempt would fill the disk.
    if (this.#closed || this.#outageLogged) return;
    this.#outageLogged = true;
    const { log, name } = this.#options;
    log.warn({ connection: name, reason }, 'no connection to Redis');
  }

  /** Counts unanswered periods, not time: a process that was itself stopped must not blame Redis. */
  #check(): void {
    const { status } = this.redis;
    if (status === 'end') this.redis.connect().catch(this.#failed);
    if (status === 'end' || status === 'reconnecting') return;
    if (this.#up && this.#answered) {
      this.#ping();
      return;
    }
    this.#misses += 1;
    if (this.#misses < PING_MISSES_MAX) return;
    this.#misses = 0;
    this.#reason = 'no answer';
    this.redis.disconnect(true);
  }

  #ping(): void {
    this.#answered = false;
    const connection = this.#connection;
    this.redis.ping().then(() => {
      if (connection !== this.#connection) return;
      this.#answered = true;
      this.#misses = 0;
    }, this.#failed);
  }

  readonly #failed = (error: unknown): void => {
    // The first says why (a wrong password), the rest follow from it.
    if (this.#reason === '') this.#reason = reasonOf(error);
  };
}

/** The message alone: the errors of ioredis carry the failed command, of AUTH the password. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(reasonOf).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
