import { columnNames, findColumn, readLines, takeRecord } from './csv-file.ts';
import { type CsvRecord, RecordReader } from './csv-records.ts';
import { CliProblem } from './problem.ts';

/** A code as a line of the file says it, or why the line has none. */
export type CodeRow =
  | { readonly line: number; readonly code: string }
  | { readonly line: number; readonly reason: string; readonly fields?: number };

/** How a file says its codes. */
export type CodeFile = {
  /** The column that holds them; without one, each line is a code. */
  readonly column?: string | undefined;
  /** That it is a plain list, however its lines look. */
  readonly plain?: boolean | undefined;
};

const HEADERS = /^(codes?|coupons?|vouchers?)$/i;
const SEPARATOR = /[;\t]/;
const WHAT_TO_SAY = 'name the column of the codes by --column, or say --no-header for a plain list';

/** Which field of how many is the code. */
type Place = { readonly count: number; readonly at: number };

/**
 * Reads codes in bounded memory: one a line, or of a column that the first line names. A column
 * that is not there is a CliProblem; a line that is wrong says why.
 */
export async function* readCodeFile(
  file: string,
  { column }: CodeFile,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly CodeRow[]> {
  let place: Place | undefined = column === undefined ? { count: 1, at: 0 } : undefined;
  const records = new RecordReader();
  for await (const lines of readLines(file, onBytes)) {
    if (place === undefined) {
      const header = takeRecord(lines);
      place = header === undefined ? undefined : placeOf(file, header, column ?? '');
    }
    const found = place;
    if (found !== undefined) yield records.read(lines).map((record) => toRow(record, found));
  }
  if (place === undefined) throw new CliProblem(`${file}: is empty`);
}

/** Refuses a CSV file that is given as a plain list: its header would be given out as a code. */
export async function requireList(file: string, { column, plain }: CodeFile): Promise<void> {
  if (column !== undefined || plain) return;
  let first = true;
  for await (const rows of readCodeFile(file, {}, () => undefined)) {
    for (const row of rows) {
      const where = `${file}: line ${row.line}`;
      if ('fields' in row) throw new CliProblem(`${where} has several fields; ${WHAT_TO_SAY}`);
      const text = first && 'code' in row ? row.code : '';
      first = false;
      if (HEADERS.test(text.trim()) || SEPARATOR.test(text)) {
        throw new CliProblem(`${where} looks like a header; ${WHAT_TO_SAY}`);
      }
    }
  }
  if (first) throw new CliProblem(`${file}: is empty`);
}

function placeOf(file: string, header: CsvRecord, column: string): Place {
  const wanted = `its first line must name the column ${column}`;
  const names = columnNames(file, header, wanted);
  const at = findColumn({ file, line: header.line, names, name: column }, wanted);
  return { count: names.length, at };
}

function toRow(record: CsvRecord, { count, at }: Place): CodeRow {
  const { line } = record;
  if ('broken' in record) return { line, reason: record.broken };
  const { length } = record.fields;
  if (length === count) return { line, code: record.fields[at] ?? '' };
  const fields = `has ${length} ${length === 1 ? 'field' : 'fields'}`;
  const reason =
    count === 1
      ? `${fields}: say by --column which one is the code`
      : `${fields} instead of ${count}`;
  return { line, reason, fields: length };
}
