import type { Engine } from '../engine/engine.ts';
import { limits } from '../limits.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { Unavailable } from '../platform/refusal.ts';
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
      const settled = await this.#settleAll(due);
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

  /**
   * Settles periods together. Where that cannot be done, one may keep the others of its batch from
   * it, as one whose member is locked: each is tried alone, and who fails then is named.
   */
  async #settleAll(due: readonly DueTask[]): Promise<number[]> {
    const failures = await Promise.all(due.map((task) => this.#settle(task)));
    const settled = due.flatMap(({ id }, index) => (failures[index] === undefined ? id : []));
    const inCompany = due.length > 1;
    const until = performance.now() + limits.taskSettleAloneMs;
    let left = 0;
    for (const [index, task] of due.entries()) {
      let failure = failures[index];
      if (failure === undefined) continue;
      if (inCompany && failure instanceof Unavailable) {
        if (this.#closed || performance.now() > until) {
          left += 1;
          continue;
        }
        failure = await this.#settle(task);
      }
      if (failure === undefined) settled.push(task.id);
      else this.#tell(task, failure);
    }
    if (left > 0) this.#log.warn({ tasks: left }, 'more tasks could not be settled yet');
    return settled;
  }

  #tell({ programId, memberId, key: task, periodStart }: DueTask, err: unknown): void {
    const about = { err, programId, memberId, task, periodStart };
    this.#log.warn(about, 'a task could not be settled yet');
  }

  /** Settles one period; answers why it has to be tried again later, if it has. */
  async #settle({ programId, memberId, key, periodStart, quiet }: DueTask): Promise<unknown> {
    try {
      const viewer = { kind: 'system', programId, name: 'tasks' } as const;
      const member = { id: memberId };
      await this.#engine.run(settleTask, viewer, { member, key, periodStart, quiet });
      return undefined;
    } catch (error) {
      return error ?? new Error('settleTask failed');
    }
  }
}
