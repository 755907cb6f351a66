import type { App } from '../app.ts';
import { type ImportCheckInInput, importCheckIn } from '../checkin/import-check-in.ts';
import type { CheckInOutcome } from '../checkin/record-check-in.ts';
import type { PoolClient } from '../platform/db.ts';
import { Refusal } from '../platform/refusal.ts';
import { noLaterThanNow, OccurredInFuture } from '../programs/occurrence.ts';
import { type FileRow, inFuture } from './check-in-file.ts';
import {
  addDryRunRows,
  createDryRunTable,
  type DryRunRow,
  dropDryRunTable,
  nextDryRunMembers,
  readDryRunRows,
} from './import-dry-run.sql.ts';
import type { ImportTally } from './import-tally.ts';

const WRITE_ROWS = 1_000;
/** As many members, each with their rows, are decided at once. */
const MEMBERS_AT_ONCE = 50;

/**
 * Says what an import would do and writes nothing that lasts: the rows go to a temporary table,
 * which brings each member's together in the order of the file, and the engine decides them member
 * by member and rolls back.
 */
export class ImportDryRun {
  readonly #client: PoolClient;
  readonly #engine: App['engine'];
  readonly #viewer: { readonly kind: 'system'; readonly programId: number; readonly name: string };
  readonly #now: Date;
  readonly #tally: ImportTally;
  /** What members decided before took from the budgets of rules. */
  readonly #spent = new Map<number, number>();
  #rows: DryRunRow[] = [];

  private constructor(
    client: PoolClient,
    engine: App['engine'],
    programId: number,
    now: Date,
    tally: ImportTally,
  ) {
    this.#client = client;
    this.#engine = engine;
    this.#viewer = { kind: 'system', programId, name: 'import' };
    this.#now = now;
    this.#tally = tally;
  }

  /** Runs `work` with a dry run on a connection of its own. */
  static async with(
    { pool, clock, engine }: Pick<App, 'pool' | 'clock' | 'engine'>,
    programId: number,
    tally: ImportTally,
    work: (dryRun: ImportDryRun) => Promise<void>,
  ): Promise<void> {
    const client = await pool.connect();
    let broken = true;
    try {
      await createDryRunTable(client);
      const now = await clock.databaseNow(client);
      await work(new ImportDryRun(client, engine, programId, now, tally));
      await dropDryRunTable(client);
      broken = false;
    } finally {
      client.release(broken); // A connection that still holds the table is not used again.
    }
  }

  /** Takes rows of the file. */
  async take(rows: readonly FileRow[]): Promise<void> {
    for (const row of rows) {
      if ('reason' in row) this.#tally.reject(row);
      else {
        const { line, externalId, occurredAt } = row;
        const at = this.#judgedAt(occurredAt);
        if (at === undefined) this.#tally.reject(inFuture(line));
        else this.#rows.push({ line, externalId, occurredAt: at });
      }
    }
    if (this.#rows.length >= WRITE_ROWS) await this.#flush();
  }

  /** Decides all rows taken. */
  async settle(): Promise<void> {
    await this.#flush();
    let after = '';
    for (;;) {
      const names = await nextDryRunMembers(this.#client, after, MEMBERS_AT_ONCE);
      const last = names.at(-1);
      if (last === undefined) return;
      await this.#decide(await readDryRunRows(this.#client, names));
      after = last;
    }
  }

  /** The instant a row is judged by; undefined when it lies too far ahead. */
  #judgedAt(at: Date): Date | undefined {
    try {
      return noLaterThanNow(at, this.#now);
    } catch (error) {
      if (error instanceof OccurredInFuture) return undefined;
      throw error;
    }
  }

  async #flush(): Promise<void> {
    for (let at = 0; at < this.#rows.length; at += WRITE_ROWS) {
      await addDryRunRows(this.#client, this.#rows.slice(at, at + WRITE_ROWS));
    }
    this.#rows = [];
  }

  async #decide(rows: readonly DryRunRow[]): Promise<void> {
    const inputs = rows.map(({ externalId, occurredAt }) => ({ externalId, occurredAt }));
    const verdicts = await this.#engine.rehearse<ImportCheckInInput, CheckInOutcome>(
      importCheckIn,
      this.#viewer,
      inputs,
      this.#spent,
    );
    for (const [index, verdict] of verdicts.entries()) {
      const line = rows[index]?.line ?? 0;
      if ('answer' in verdict) this.#tally.count(verdict.answer);
      else if (verdict.error instanceof Refusal) {
        this.#tally.reject({ line, field: null, reason: verdict.error.message });
      } else throw verdict.error;
    }
  }
}
