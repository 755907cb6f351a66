import { assert } from './assert.ts';

/** SQL for the database's clock, behind whatever the statement waited for. */
export const databaseClock = 'clock_timestamp()';

/** The part of a database client that `databaseNow` needs. */
export interface TextQuery {
  query(text: string): Promise<{ rows: unknown[] }>;
}

/** The one source of the current instant; injected, so that tests can move it. */
export interface Clock {
  /** The current instant by this process's clock, to the millisecond. */
  now(): Date;
  /** The database's clock inside a transaction, so that nodes with skewed clocks agree. */
  databaseNow(client: TextQuery): Promise<Date>;
  /** What to take for now where a statement has read the database's clock along the way. */
  fromDatabase(read: Date): Date;
}

/** The real clocks: the process's, and the database's `clock_timestamp()`. */
export const systemClock: Clock = {
  now: () => new Date(),
  async databaseNow(client) {
    const { rows } = await client.query(`/* clock.databaseNow */ select ${databaseClock} as at`);
    return instantOf(rows[0]);
  },
  fromDatabase: (read) => read,
};

/** A clock that stands still until told to move. Answers the same instant for both questions. */
export class FakeClock implements Clock {
  #ms: number;

  /** Starts at `at`: a Date, or a text with an explicit offset such as '2026-03-29T00:59:59Z'. */
  constructor(at: Date | string) {
    this.#ms = millisecondsOf(at);
  }

  now(): Date {
    return new Date(this.#ms);
  }

  databaseNow(_client?: TextQuery): Promise<Date> {
    return Promise.resolve(this.now());
  }

  fromDatabase(): Date {
    return this.now();
  }

  /** Jumps to `at`, forwards or backwards. */
  set(at: Date | string): void {
    this.#ms = millisecondsOf(at);
  }

  /** Moves by `ms` milliseconds; negative goes back. */
  advance(ms: number): void {
    assert(Number.isFinite(ms), 'a clock advances by a finite number of milliseconds');
    this.#ms += ms;
  }
}

/** Reads `{ at }`, which is a Date, or a text where the driver's date parser was switched off. */
function instantOf(row: unknown): Date {
  const at = typeof row === 'object' && row !== null && 'at' in row ? row.at : undefined;
  const instant = at instanceof Date ? at : new Date(String(at));
  assert(!Number.isNaN(instant.getTime()), 'the database answers its clock with an instant');
  return instant;
}

function millisecondsOf(at: Date | string): number {
  // A text without an offset would be read in the zone of the machine that runs the test.
  const explicit = typeof at !== 'string' || /(?:Z|[+-]\d{2}:\d{2})$/.test(at);
  const ms = new Date(at).getTime();
  assert(explicit && !Number.isNaN(ms), `a fake clock needs an instant with an offset: ${at}`);
  return ms;
}
