import type { Engine } from '../engine/engine.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { expirePoints } from './expire-points.ts';

/**
 * Books expired lots now and then. Nobody depends on its punctuality: an expired lot is neither
 * shown as available nor spent. Two nodes may sweep at once: the second finds nothing left.
 */
export class ExpirySweep {
  readonly #pool: Pool;
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(pool: Pool, engine: Engine, clock: Clock, log: Log) {
    this.#pool = pool;
    this.#engine = engine;
    this.#clock = clock;
    this.#log = log;
    this.#timer = setInterval(() => {
      this.#running ??= this.#sweepAndReport().finally(() => {
        this.#running = undefined;
      });
    }, limits.expirySweepMs).unref();
  }

  /** Expires what is due now; returns how many members were touched. */
  async sweep(): Promise<number> {
    const due = await named<{ memberId: number; programId: number }>(
      this.#pool,
      'points.findExpired',
      `select distinct member_id as "memberId", program_id as "programId" from lot
       where remaining > 0 and expires_at <= $1 limit ${limits.expirySweepMembersMax}`,
      [this.#clock.now().toISOString()],
    );
    await Promise.all(
      due.map(({ memberId, programId }) =>
        this.#engine.run(
          expirePoints,
          { kind: 'system', programId, name: 'expiry' },
          { member: { id: memberId } },
        ),
      ),
    );
    return due.length;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #sweepAndReport(): Promise<void> {
    try {
      let members = 0;
      for (let round = 0; round < limits.expirySweepRoundsMax; round += 1) {
        const touched = await this.sweep();
        members += touched;
        if (touched < limits.expirySweepMembersMax) break;
      }
      if (members > 0) this.#log.info({ members }, 'expired points');
    } catch (error) {
      this.#log.warn({ err: error }, 'expiry sweep failed');
    }
  }
}
