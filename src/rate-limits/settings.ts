import { LRUCache } from 'lru-cache';
import { limits } from '../limits.ts';
import type { Pool } from '../platform/db.ts';
import { noSettings, type RateSettings } from './limit.ts';
import { loadRateSettings } from './settings.sql.ts';

type Known = { readonly settings: RateSettings; checkedAt: number };

/**
 * What programs have set, in memory on every node: requests wait for the database only when a
 * program was not in use lately. While it is, changes are seen within two seconds.
 */
export class RateSettingsReader {
  readonly #pool: Pool;
  readonly #known = new LRUCache<number, Known>({ max: limits.rateProgramsMax });
  readonly #reading = new Map<number, Promise<RateSettings>>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  find(programId: number): RateSettings | Promise<RateSettings> {
    const known = this.#known.get(programId);
    const age =
      known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.checkedAt;
    if (age < limits.rateSettingsMs) return known?.settings ?? noSettings;
    const reading = this.#read(programId, known);
    return age < limits.rateSettingsOldMs ? (known?.settings ?? noSettings) : reading;
  }

  /** Has a program's settings read anew by whoever asks next. */
  forget(programId: number): void {
    this.#known.delete(programId);
    this.#reading.delete(programId);
  }

  /** Never fails: without the database the last that was known holds. */
  #read(programId: number, known: Known | undefined): Promise<RateSettings> {
    const begun = this.#reading.get(programId);
    if (begun !== undefined) return begun;
    const reading = loadRateSettings(this.#pool, programId)
      .then(([row]) => {
        const settings: RateSettings =
          row === undefined
            ? noSettings
            : { holders: row.holders, clients: new Map(Object.entries(row.clients)) };
        // Who forgot it meanwhile wants what is there now.
        if (this.#reading.get(programId) === reading) {
          this.#known.set(programId, { settings, checkedAt: performance.now() });
        }
        return settings;
      })
      .catch(() => known?.settings ?? noSettings)
      .finally(() => {
        if (this.#reading.get(programId) === reading) this.#reading.delete(programId);
      });
    this.#reading.set(programId, reading);
    return reading;
  }
}
