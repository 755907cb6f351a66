import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { type ProgramConfig, ProgramConfigs } from './config.ts';

const findVersion = (pool: Pool, id: number) =>
  named<{ version: number }>(
    pool,
    'programs.findVersion',
    'select config_version as version from program where id = $1',
    [id],
  );

/**
 * A program's rules as reads need them ("which tier is next?"), at most a second old. Commands do
 * not use it: a batch knows its rules to the version.
 */
export class RuleReader {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #configs = new ProgramConfigs();
  readonly #known = new Map<number, { rules: Promise<ProgramConfig>; until: number }>();

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  find(programId: number): Promise<ProgramConfig> {
    const now = this.#clock.now().getTime();
    const known = this.#known.get(programId);
    if (known !== undefined && now < known.until) return known.rules;
    const rules = this.#read(programId);
    this.#known.set(programId, { rules, until: now + limits.programCacheMs });
    rules.catch(() => this.#known.delete(programId));
    return rules;
  }

  /** The next question is answered with the rules as they are. */
  forget(programId: number): void {
    this.#known.delete(programId);
  }

  async #read(programId: number): Promise<ProgramConfig> {
    const [row] = await findVersion(this.#pool, programId);
    assert(row !== undefined, 'a viewer’s program exists');
    const configs = await this.#configs.current(this.#pool, new Map([[programId, row.version]]));
    const rules = configs.get(programId);
    assert(rules !== undefined, 'a program that exists has rules');
    return rules;
  }
}
