import { importCheckIn } from '../checkin/import-check-in.ts';
import { parseInstant } from '../platform/calendar.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import { columnNames, findColumn, readLines, takeRecord } from './csv-file.ts';
import type { Line } from './csv-lines.ts';
import { type CsvRecord, RecordReader } from './csv-records.ts';
import { CliProblem } from './problem.ts';

/** A check-in as a line of the file says it. */
export type FileCheckIn = {
  readonly line: number;
  readonly externalId: string;
  readonly occurredAt: Date;
};

/** A line that cannot be taken, and why. */
export type Rejection = {
  readonly line: number;
  /** The column that is wrong (null: the line itself). */
  readonly field: string | null;
  readonly reason: string;
};

export type FileRow = FileCheckIn | Rejection;

const MEMBER = 'memberExternalId';
const OCCURRED_AT = 'occurredAt';

/**
 * Reads a CSV of check-ins in bounded memory; yields the rows of each chunk in their order.
 * Columns may stand in any order and further ones are passed over. A file that is no such CSV at
 * all is a CliProblem; a line that is wrong is a Rejection.
 */
export async function* readCheckIns(
  file: string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly FileRow[]> {
  let rows: RowReader | undefined;
  for await (const lines of readLines(file, onBytes)) {
    rows ??= takeHeader(file, lines);
    if (rows !== undefined) yield rows.read(lines);
  }
  if (rows === undefined) throw new CliProblem(`${file}: is empty; ${WANTED}`);
  yield rows.end();
}

const WANTED = `its first line must name the columns ${MEMBER},${OCCURRED_AT}`;

/** Takes the header off the lines; undefined while there was none yet. */
function takeHeader(file: string, lines: Line[]): RowReader | undefined {
  const header = takeRecord(lines);
  return header === undefined ? undefined : new RowReader(columnsOf(file, header));
}

type Columns = { readonly count: number; readonly member: number; readonly occurredAt: number };

function columnsOf(file: string, header: CsvRecord): Columns {
  const names = columnNames(file, header, WANTED);
  const find = (name: string) => findColumn({ file, line: header.line, names, name }, WANTED);
  return { count: names.length, member: find(MEMBER), occurredAt: find(OCCURRED_AT) };
}

/** Turns lines into rows by the header's columns. */
class RowReader {
  readonly #columns: Columns;
  readonly #records: RecordReader;

  constructor(columns: Columns) {
    this.#columns = columns;
    // Only a column that is passed over may hold line breaks; ids and instants have none.
    const { count, member, occurredAt } = columns;
    const mayBreak = (fields: readonly string[]) =>
      fields.length === count &&
      !fields[member]?.includes('\n') &&
      !fields[occurredAt]?.includes('\n');
    this.#records = new RecordReader(count > 2 ? mayBreak : undefined);
  }

  read(lines: readonly Line[]): FileRow[] {
    return this.#records.read(lines).map((record) => this.#toRow(record));
  }

  end(): FileRow[] {
    return this.#records.end().map((record) => this.#toRow(record));
  }

  #toRow(record: CsvRecord): FileRow {
    const { line } = record;
    if ('broken' in record) return { line, field: null, reason: record.broken };
    const { count, member, occurredAt: at } = this.#columns;
    const { length } = record.fields;
    if (length !== count) {
      const reason = `has ${length} ${length === 1 ? 'field' : 'fields'} where the header has ${count}`;
      return { line, field: null, reason };
    }
    return toCheckIn(line, record.fields[member] ?? '', record.fields[at] ?? '');
  }
}

function toCheckIn(line: number, externalId: string, occurredAtText: string): FileRow {
  const occurredAt = parseInstant(occurredAtText);
  if (occurredAt === undefined) {
    const reason =
      occurredAtText === ''
        ? 'must not be empty'
        : 'must be an instant with an offset, like 2026-03-29T08:30:00+02:00, from 1970 to 2100';
    return { line, field: OCCURRED_AT, reason };
  }
  try {
    // The engine's own rule, applied here too so that a dry run knows it.
    return { line, ...parseOrRefuse(importCheckIn.input, { externalId, occurredAt }) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return rejectionOf(line, error);
  }
}

const COLUMN_OF: Readonly<Record<string, string>> = { externalId: MEMBER, occurredAt: OCCURRED_AT };

/** An InputError of the engine in the words of the file. */
export function rejectionOf(line: number, { field, message }: InputError): Rejection {
  const reason = message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
  return { line, field: COLUMN_OF[field] ?? field, reason };
}

/** The rejection of an instant that lies ahead. */
export const inFuture = (line: number): Rejection => ({
  line,
  field: OCCURRED_AT,
  reason: 'lies in the future',
});
