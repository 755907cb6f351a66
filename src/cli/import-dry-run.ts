import type { App } from '../app.ts';
import { localDateOf } from '../platform/calendar.ts';
import type { PoolClient } from '../platform/db.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { noLaterThanNow, OccurredInFuture } from '../programs/occurrence.ts';
import { type FileRow, inFuture } from './check-in-file.ts';
import {
  addDryRunRows,
  createDryRunTable,
  type DryRunRow,
  dropDryRunTable,
  loadDryRunMembers,
  readDryRunRows,
} from './import-dry-run.sql.ts';
import { newMember, type SimulatedMember, simulateCheckIn } from './import-simulation.ts';
import type { ImportTally } from './import-tally.ts';

const WRITE_ROWS = 1_000;
/** As many members at most, each with their history, are in memory at once. */
const READ_ROWS = 500;

/**
 * Says what an import would do and writes nothing that lasts: the rows go to a temporary table,
 * which brings each member's together in the order of the file, and are decided member by member
 * from what the database holds.
 */
export class ImportDryRun {
  readonly #client: PoolClient;
  readonly #program: ProgramConfig;
  readonly #now: Date;
  readonly #tally: ImportTally;
  #rows: DryRunRow[] = [];
  #enrols = false;
  #member = newMember;
  #externalId: string | undefined;

  private constructor(client: PoolClient, program: ProgramConfig, now: Date, tally: ImportTally) {
    this.#client = client;
    this.#program = program;
    this.#now = now;
    this.#tally = tally;
  }

  /** Runs `work` with a dry run on a connection of its own. */
  static async with(
    { pool, clock }: Pick<App, 'pool' | 'clock'>,
    program: ProgramConfig,
    tally: ImportTally,
    work: (dryRun: ImportDryRun) => Promise<void>,
  ): Promise<void> {
    const client = await pool.connect();
    let broken = true;
    try {
      await createDryRunTable(client);
      await work(new ImportDryRun(client, program, await clock.databaseNow(client), tally));
      await dropDryRunTable(client);
      broken = false;
    } finally {
      client.release(broken); // A connection that still holds the table is not used again.
    }
  }

  /** Takes rows of the file. */
  async take(rows: readonly FileRow[]): Promise<void> {
    const { zone, dayStartMinutes } = this.#program;
    for (const row of rows) {
      if ('reason' in row) this.#tally.reject(row);
      else {
        const { line, externalId, occurredAt } = row;
        const at = this.#judgedAt(occurredAt);
        if (at === undefined) this.#tally.reject(inFuture(line));
        else this.#rows.push({ line, externalId, date: localDateOf(at, zone, dayStartMinutes) });
      }
    }
    if (this.#rows.length >= WRITE_ROWS) await this.#flush();
  }

  /** Decides all rows taken. */
  async settle(): Promise<void> {
    await this.#flush();
    let after = { externalId: '', line: 0 };
    for (;;) {
      const rows = await readDryRunRows(this.#client, after, READ_ROWS);
      const last = rows.at(-1);
      if (last === undefined) return;
      await this.#decide(rows);
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
    const names = [...new Set(rows.map((row) => row.externalId))];
    const known = await loadDryRunMembers(this.#client, this.#program, names);
    const members = new Map(known.map((member) => [member.externalId, member]));
    for (const { externalId, date, line } of rows) {
      if (externalId !== this.#externalId) this.#begin(externalId, members.get(externalId));
      const answer = simulateCheckIn(this.#program, this.#member, date);
      if (answer.kind === 'duplicate') this.#tally.duplicates += 1;
      else if (answer.kind === 'refused') {
        this.#tally.reject({ line, field: null, reason: answer.reason });
      } else {
        this.#tally.accepted += 1;
        this.#tally.pointsAwarded += answer.points;
        this.#tally.membersEnrolled += this.#enrols ? 1 : 0;
        this.#enrols = false;
        this.#member = answer.member;
      }
    }
  }

  #begin(externalId: string, known: SimulatedMember | undefined): void {
    this.#externalId = externalId;
    this.#member = known ?? newMember;
    this.#enrols = known === undefined;
  }
}
