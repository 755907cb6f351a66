import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { importCheckIn } from '../checkin/import-check-in.ts';
import { parseInstant } from '../platform/calendar.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import { type Line, LineSplitter } from './csv-lines.ts';
import { type CsvRecord, RecordReader } from './csv-records.ts';
import { CliProblem, fileProblem } from './problem.ts';

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
const CHUNK_BYTES = 65_536;

/**
 * Reads a CSV of check-ins in bounded memory; yields the rows of each chunk in their order.
 * Columns may stand in any order and further ones are passed over. A file that is no such CSV at
 * all is a CliProblem; a line that is wrong is a Rejection.
 */
export async function* readCheckIns(
  file: string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly FileRow[]> {
  const splitter = new LineSplitter();
  let rows: RowReader | undefined;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      const lines = splitter.push(chunk as Buffer);
      rows ??= takeHeader(file, lines);
      if (rows !== undefined) yield rows.read(lines);
      onBytes((chunk as Buffer).length);
    }
  } catch (error) {
    throw error instanceof CliProblem ? error : fileProblem(file, error);
  }
  const last = splitter.end();
  rows ??= takeHeader(file, last);
  if (rows === undefined) throw new CliProblem(`${file}: is empty; ${WANTED}`);
  yield rows.read(last);
  yield rows.end();
}

/** Size of a file in bytes; a CliProblem when it is none. */
export async function fileSize(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw fileProblem(file, error);
  });
  if (found.isDirectory()) throw new CliProblem(`${file}: is a folder, not a file`);
  return found.size;
}

const WANTED = `its first line must name the columns ${MEMBER},${OCCURRED_AT}`;

/** Takes the header off the lines; undefined while there was none yet. */
function takeHeader(file: string, lines: Line[]): RowReader | undefined {
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const bytes = line.bytes === null ? null : withoutMark(file, line.bytes);
    const [header] = new RecordReader().read([{ ...line, bytes }]);
    if (header !== undefined) return new RowReader(columnsOf(file, header));
  }
  return undefined;
}

function withoutMark(file: string, bytes: Buffer): Buffer {
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new CliProblem(`${file}: is UTF-16; save it as UTF-8`);
  }
  return a === 0xef && b === 0xbb && c === 0xbf ? bytes.subarray(3) : bytes;
}

type Columns = { readonly count: number; readonly member: number; readonly occurredAt: number };

function columnsOf(file: string, header: CsvRecord): Columns {
  const where = `${file}: line ${header.line}`;
  if ('broken' in header) throw new CliProblem(`${where}: ${header.broken}; ${WANTED}`);
  const names = header.fields.map((name) => name.trim());
  const find = (wanted: string) => {
    const at = names.indexOf(wanted);
    if (at === -1) {
      const found = names.join(',').slice(0, 80);
      throw new CliProblem(`${where}: there is no column ${wanted} in "${found}"; ${WANTED}`);
    }
    if (names.lastIndexOf(wanted) !== at) {
      throw new CliProblem(`${where}: the column ${wanted} is named twice`);
    }
    return at;
  };
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
