import { limits } from '../limits.ts';
import { classifyFault } from '../platform/conflicts.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { inTransaction } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { Unavailable } from '../platform/refusal.ts';
import {
  createCursor,
  hasPassed,
  type LoggedEvent,
  type LogPlace,
  lockCursor,
  moveCursor,
  readEnd,
  readEvents,
  unreadSeconds,
} from './event-log.ts';
import { Lag } from './lag.ts';

/** Follows the event log; what it writes commits together with its cursor: exactly once. */
export type Consumer = {
  readonly name: string;
  /** What it keeps, in words: the boards. */
  readonly what: string;
  /** Whether any program has a use for events (absent: always). */
  isWanted?(client: PoolClient): Promise<boolean>;
  /** Applies events in their order; what it returns is handed to `publish` after commit. */
  apply(client: PoolClient, events: readonly LoggedEvent[]): Promise<unknown[]>;
};

const LATE =
  'events wait to be read: many at once, or a transaction somewhere in the database cluster ' +
  'stays open (docs/scaling.md says how to find it)';

type Tick = 'idle' | 'worked' | 'full' | 'locked';

/**
 * Runs a consumer on this node. Every node runs every consumer; the cursor's lock lets one work
 * at a time and lets any other take over when it dies.
 */
export class Projection {
  readonly #consumer: Consumer;
  readonly #pool: Pool;
  readonly #log: Log;
  readonly #publish: (message: unknown) => void;
  readonly #onPassed = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #lastWorkAt = Number.NEGATIVE_INFINITY;
  #retryMs: number = limits.projectionRetryMs;
  readonly #lag = new Lag();
  #saidLate = false;
  /** Rounds in a row that failed, and not for a conflict. */
  #failures = 0;
  #woken = false;
  #stopped = false;

  constructor(consumer: Consumer, pool: Pool, log: Log, publish: (message: unknown) => void) {
    this.#consumer = consumer;
    this.#pool = pool;
    this.#log = log;
    this.#publish = publish;
  }

  /** For how many seconds the oldest event not yet read has waited, as far as this node knows. */
  get lagSeconds(): number {
    return this.#lag.seconds;
  }

  async start(): Promise<void> {
    await createCursor(this.#pool, this.#consumer.name);
    this.wake();
  }

  /** Something was committed: look soon. Changes are gathered for a board's throttle. */
  wake(): void {
    this.#woken = true;
    if (this.#running !== undefined) return;
    const since = performance.now() - this.#lastWorkAt;
    this.#runIn(Math.max(0, limits.boardThrottleMs - since));
  }

  /**
   * Waits until the consumer has passed a program's event, on whichever node it runs. False when
   * the program has no such event; Unavailable when it takes longer than the limit.
   */
  async waitFor(programId: number, position: number): Promise<boolean> {
    const deadline = performance.now() + limits.positionWaitMs;
    for (;;) {
      const passed = await hasPassed(this.#pool, this.#consumer.name, programId, position);
      if (passed === undefined) return false;
      if (passed) return true;
      const left = deadline - performance.now();
      if (left <= 0)
        throw new Unavailable(`the ${this.#consumer.what} have not caught up yet; try again`);
      this.wake();
      await this.#nextPass(Math.min(left, limits.boardThrottleMs));
    }
  }

  /** Stops after the batch under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #nextPass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#onPassed.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#onPassed.add(done);
    });
  }

  #runIn(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
      });
    }, ms);
  }

  async #run(): Promise<void> {
    this.#woken = false;
    let pause: number = limits.projectionPollMs;
    try {
      const tick = await this.#tick();
      this.#failures = 0;
      const isWorking = tick === 'full' || tick === 'worked';
      if (!isWorking || this.#lag.isStale) await this.#measureLag();
      if (tick === 'full') pause = 0;
      else if (tick === 'worked') pause = limits.boardThrottleMs;
      else if (tick === 'locked' || this.#lag.unread) pause = this.#nextRetryMs();
      if (isWorking || pause === limits.projectionPollMs) {
        this.#retryMs = limits.projectionRetryMs;
      }
    } catch (error) {
      if (classifyFault(error) === 'conflict') pause = limits.projectionRetryMs;
      else await this.#tellFailure(error);
    }
    const throttled = this.#woken ? Math.min(pause, limits.boardThrottleMs) : pause;
    this.#runIn(throttled);
  }

  /** Nothing is read before it is mended: told at once, then ever more seldom. */
  async #tellFailure(error: unknown): Promise<void> {
    this.#failures += 1;
    const { name: consumer, what } = this.#consumer;
    const fields = { err: error, kind: classifyFault(error), consumer, failures: this.#failures };
    const isPowerOfTwo = (this.#failures & (this.#failures - 1)) === 0;
    if (isPowerOfTwo) this.#log.error(fields, `the ${what} stand still: an event cannot be read`);
    await this.#measureLag().catch(() => {}); // It grows by itself until it can be.
  }

  /** What holds events back mostly ends within milliseconds, but a forgotten transaction never. */
  #nextRetryMs(): number {
    const pause = this.#retryMs;
    this.#retryMs = Math.min(2 * pause, limits.projectionRetryMsMax);
    return pause;
  }

  async #measureLag(): Promise<void> {
    const { name: consumer, what } = this.#consumer;
    this.#lag.measured(await unreadSeconds(this.#pool, consumer));
    const { isLate, seconds } = this.#lag;
    if (isLate === this.#saidLate) return;
    this.#saidLate = isLate;
    if (isLate) this.#log.warn({ consumer, seconds }, LATE);
    else this.#log.info({ consumer }, `the ${what} have caught up`);
  }

  async #tick(): Promise<Tick> {
    const { name } = this.#consumer;
    const { tick, messages } = await inTransaction(this.#pool, async (client) => {
      const place = await lockCursor(client, name);
      if (place === undefined) return { tick: 'locked' as const, messages: [] };
      if (await this.#passOver(client, place)) return { tick: 'worked' as const, messages: [] };
      const events = await readEvents(client, place);
      const last = events.at(-1);
      if (last === undefined) return { tick: 'idle' as const, messages: [] };
      const messages = await this.#consumer.apply(client, events);
      await moveCursor(client, name, last);
      const full = events.length === limits.projectionEventsMax;
      return { tick: full ? ('full' as const) : ('worked' as const), messages };
    });
    if (messages.length > 0 || tick === 'worked') this.#lastWorkAt = performance.now();
    for (const message of messages) this.#publish(message);
    for (const done of [...this.#onPassed]) done();
    return tick;
  }

  /** Passes what there is to read when nobody wants it: not even the payloads are read then. */
  async #passOver(client: PoolClient, place: LogPlace): Promise<boolean> {
    if (this.#consumer.isWanted === undefined) return false;
    // The end first: what is wanted from an instant on comes behind it.
    const end = await readEnd(client, place);
    if (end === undefined || (await this.#consumer.isWanted(client))) return false;
    await moveCursor(client, this.#consumer.name, end);
    return true;
  }
}
