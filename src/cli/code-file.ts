import { columnNames, findColumn, readLines, takeRecord } from './csv-file.ts';
import { type CsvRecord, RecordReader } from './csv-records.ts';
import { CliProblem } from './problem.ts';

/** A code as a line of the file says it, or why the line has none. */
export type CodeRow =
  | { readonly line: number; readonly code: string }
  | { readonly line: number; readonly reason: string };

/** Which field of how many is the code. */
type Place = { readonly count: number; readonly at: number };

/**
 * Reads codes in bounded memory: one a line, or of a column that the first line names. A column
 * that is not there is a CliProblem; a line that is wrong says why.
 */
export async function* readCodeFile(
  file: string,
  column: string | undefined,
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
  return { line, reason };
}
