import type { Engine } from '../engine/engine.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { DUE_MAX, type DueTask, deleteDue, findDue } from './due.sql.ts';
import { settleTask } from './settle-task.ts';

/**
 * Pays what tasks completed, and takes back what they no longer do. The projection leaves a row of
 * work in its own transaction; this does it, on whatever node, and removes it afterwards: what a
 * crash leaves undone is found again.
 */
export class TaskSettler {
  readonly #pool: Pool;
  readonly #engine: Pick<Engine, 'run'>;
  readonly #log: Log;
  #running: Promise<unknown> | undefined;
  #again = false;
  #closed = false;

  constructor(pool: Pool, engine: Pick<Engine, 'run'>, log: Log) {
    this.#pool = pool;
    this.#engine = engine;
    this.#log = log;
  }

  /** There may be work: does it soon, once for all who ask meanwhile. */
  wake(): void {
    this.#again = true;
    if (this.#running !== undefined || this.#closed) return;
    this.#running = this.#drainWhileAsked().finally(() => {
      this.#running = undefined;
      if (this.#again) this.wake();
    });
  }

  /** Does all the work there is now; returns how much. What cannot be done yet stays. */
  async drain(): Promise<number> {
    let done = 0;
    let afterId = 0;
    for (;;) {
      const due = await findDue(this.#pool, afterId);
      const ids = await Promise.all(due.map((task) => this.#settle(task)));
      const settled = ids.filter((id) => id !== undefined);
      if (settled.length > 0) await deleteDue(this.#pool, settled);
      done += settled.length;
      afterId = due.at(-1)?.id ?? afterId;
      if (due.length < DUE_MAX) return done;
    }
  }

  /** Ends after the work under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#again = false;
    await this.#running;
  }

  async #drainWhileAsked(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.drain();
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'tasks could not be settled; the job tries again');
    }
  }

  /** Settles one period; undefined when it has to be tried again later. */
  async #settle({ id, programId, memberId, key, periodStart, quiet }: DueTask) {
    try {
      const viewer = { kind: 'system', programId, name: 'tasks' } as const;
      const member = { id: memberId };
      await this.#engine.run(settleTask, viewer, { member, key, periodStart, quiet });
      return id;
    } catch (error) {
      this.#log.warn({ err: error, memberId, task: key }, 'a task could not be settled yet');
      return undefined;
    }
  }
}
