import { LRUCache } from 'lru-cache';
import { limits } from '../limits.ts';
import type { Pool } from '../platform/db.ts';
import { randomHex } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import { type CopyChanges, readChanges, readCopyPage, readHead } from './copy.sql.ts';
import { NotInRedis, type SeasonGate } from './redis-gate.ts';
import { putArguments } from './redis-rows.ts';
import type { StandingsMetrics } from './standings-metrics.ts';

/** A copy being made: its generation, and the version up to which its changes are in. */
type Draft = { readonly seasonId: number; readonly generation: string; version: number };

/** Pages of a copy between two looks at what changed meanwhile. */
const PAGES_BETWEEN = 20;
const ADVANCES_MAX = 5;

/**
 * Brings the standings in Redis up to the database. It pulls: any node can bring a season from
 * whatever version Redis has to now, so nothing is lost with a node. Never throws.
 */
export class RedisCopy {
  readonly #pool: Pool;
  readonly #gate: SeasonGate;
  readonly #log: Log;
  readonly #metrics: StandingsMetrics;
  /** Seasons at work; true when there is reason to look again. */
  readonly #busy = new Map<number, boolean>();
  readonly #copying = new Set<number>();
  readonly #resting = new LRUCache<number, true>({ max: 10_000, ttl: limits.standingsRetryMs });
  readonly #touched = new LRUCache<number, true>({ max: 10_000, ttl: limits.standingsKeptMs / 3 });
  #closed = false;

  constructor(pool: Pool, gate: SeasonGate, log: Log, metrics: StandingsMetrics) {
    this.#pool = pool;
    this.#gate = gate;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Brings a season that Redis has up to now; once for all who ask meanwhile. */
  async advance(seasonId: number): Promise<void> {
    if (this.#closed || !this.#gate.up) return;
    if (this.#busy.has(seasonId)) {
      this.#busy.set(seasonId, true);
      return;
    }
    const startedAt = performance.now();
    try {
      do {
        this.#busy.set(seasonId, false);
        const isThere = await this.#advance(seasonId);
        if (isThere) this.#metrics.syncSeconds.observe((performance.now() - startedAt) / 1000);
      } while (this.#busy.get(seasonId) === true);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#busy.delete(seasonId);
    }
  }

  /** Copies a season that Redis does not have; of all nodes one does. */
  async rebuild(seasonId: number): Promise<void> {
    const isFull = this.#copying.size >= limits.standingsCopiesMax;
    if (this.#closed || isFull || this.#copying.has(seasonId) || this.#resting.has(seasonId))
      return;
    this.#copying.add(seasonId);
    this.#resting.set(seasonId, true);
    const generation = randomHex(6);
    try {
      const lock = `${this.#gate.keyOf(seasonId)}:lock`;
      const ours = await this.#gate.ask((redis) =>
        redis.set(lock, generation, 'PX', limits.standingsLockMs, 'NX'),
      );
      if (ours !== null) {
        const done = await this.#copy(seasonId, generation);
        this.#metrics.rebuilds.inc({ outcome: done ? 'done' : 'abandoned' });
      }
    } catch (error) {
      this.#metrics.rebuilds.inc({ outcome: 'failed' });
      this.#failed(error);
    } finally {
      this.#copying.delete(seasonId);
    }
  }

  /** Somebody read the season: it stays for longer. */
  touch(seasonId: number): void {
    if (this.#touched.has(seasonId)) return;
    this.#touched.set(seasonId, true);
    this.#gate.script('touch', seasonId, [limits.standingsKeptMs]).catch(() => {
      this.#touched.delete(seasonId);
    });
  }

  close(): void {
    this.#closed = true;
  }

  /** False when Redis does not have the season. */
  async #advance(seasonId: number): Promise<boolean> {
    for (let attempt = 0; attempt < ADVANCES_MAX && !this.#closed; attempt += 1) {
      const key = this.#gate.keyOf(seasonId);
      const text = await this.#gate.ask((redis) => redis.hget(key, 'version'));
      if (text === null) return false;
      const change = await readChanges(this.#pool, seasonId, Number(text));
      if (change === undefined || change.version === Number(text)) return true;
      const { version, upTo, complete, participants, rows } = change;
      if (!complete || upTo !== version || rows.length > limits.standingsAdvanceRowsMax) {
        void this.rebuild(seasonId);
        return true;
      }
      const args = [text, version, participants, ...placesOf(rows)];
      const answer = await this.#gate.script('advance', seasonId, args, limits.standingsCopyMs);
      const [reached] = answer as [string];
      if (Number(reached) === version) return true;
      if (reached === 'broken') break;
    }
    return true;
  }

  /** False when there is no such season, or the lock went to another node. */
  async #copy(seasonId: number, generation: string): Promise<boolean> {
    const head = await readHead(this.#pool, seasonId);
    if (head === undefined) return false;
    const draft: Draft = { seasonId, generation, version: head.version };
    let afterId = Number.MIN_SAFE_INTEGER;
    for (let page = 1; ; page += 1) {
      const size = limits.standingsPageRows;
      const places = await readCopyPage(this.#pool, seasonId, afterId, size);
      const rows = places.map((place) => ({ memberId: place.memberId, place }));
      if (!(await this.#fill(draft, rows))) return false;
      afterId = places.at(-1)?.memberId ?? afterId;
      if (places.length < size) break;
      // Before they are forgotten: a copy may take longer than changes are kept.
      if (page % PAGES_BETWEEN === 0 && (await this.#catchUp(draft)) === undefined) return false;
    }
    const participants = await this.#catchUp(draft);
    if (participants === undefined) return false;
    const args = [generation, limits.standingsKeptMs, draft.version, participants];
    return (await this.#gate.script('publish', seasonId, args, limits.standingsCopyMs)) === 1;
  }

  /** Puts what changed since the draft's version, until nothing has; the participants then. */
  async #catchUp(draft: Draft): Promise<number | undefined> {
    for (;;) {
      const change: CopyChanges | undefined = await readChanges(
        this.#pool,
        draft.seasonId,
        draft.version,
      );
      if (change?.complete !== true || !(await this.#fill(draft, change.rows))) return undefined;
      draft.version = change.upTo;
      // The rows of the last look are as of its version: together with the others a whole.
      if (change.upTo === change.version) return change.participants;
    }
  }

  async #fill(draft: Draft, rows: CopyChanges['rows']): Promise<boolean> {
    const { seasonId, generation } = draft;
    for (let at = 0; at < rows.length || at === 0; at += limits.standingsFillMax) {
      if (this.#closed) return false;
      const places = placesOf(rows.slice(at, at + limits.standingsFillMax));
      const args = [generation, limits.standingsDraftMs, limits.standingsLockMs, ...places];
      const ours = await this.#gate.script('fill', seasonId, args, limits.standingsCopyMs);
      if (ours !== 1) return false;
    }
    return true;
  }

  #failed(error: unknown): void {
    // What Redis cannot do now is told by the gate, and tried again when it is asked for.
    if (error instanceof NotInRedis || this.#closed) return;
    this.#log.warn({ err: error }, 'standings were not copied to Redis');
  }
}

const placesOf = (rows: CopyChanges['rows']) =>
  rows.flatMap(({ memberId, place }) => putArguments(memberId, place));
