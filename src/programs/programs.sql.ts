import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A program as the API shows it. */
export type ProgramShape = {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  /** IANA zone in which its days are counted. */
  readonly zone: string;
  readonly dayStartMinutes: number;
};

const findProgram = (pool: Pool, id: number) =>
  named<ProgramShape>(
    pool,
    'programs.find',
    `select id, key, name, zone, day_start_minutes as "dayStartMinutes" from program where id = $1`,
    [id],
  );

/**
 * Programs as reads need them ("what is today there?"), remembered for a second: every member of
 * a page asks. Commands do not use it; a batch knows its rules to the version.
 */
export class ProgramReader {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #known = new Map<number, { program: Promise<ProgramShape>; until: number }>();

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  find(id: number): Promise<ProgramShape> {
    const now = this.#clock.now().getTime();
    const known = this.#known.get(id);
    if (known !== undefined && now < known.until) return known.program;
    const program = this.#read(id);
    this.#known.set(id, { program, until: now + limits.programCacheMs });
    program.catch(() => this.#known.delete(id));
    return program;
  }

  async #read(id: number): Promise<ProgramShape> {
    const [program] = await findProgram(this.#pool, id);
    assert(program !== undefined, 'a viewer’s program exists');
    return program;
  }
}
