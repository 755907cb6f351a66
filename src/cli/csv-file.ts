/** CSV files as the imports read them: line by line, in bounded memory, with a header or without. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Line, LineSplitter } from './csv-lines.ts';
import { type CsvRecord, RecordReader } from './csv-records.ts';
import { CliProblem, fileProblem } from './problem.ts';

const CHUNK_BYTES = 65_536;

/** The lines of each chunk of a file, without a mark at its beginning. */
export async function* readLines(
  file: string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter();
  const unmarked = (lines: Line[]) => {
    const [first] = lines;
    if (first?.number === 1 && first.bytes !== null) {
      lines[0] = { ...first, bytes: withoutMark(file, first.bytes) };
    }
    return lines;
  };
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      yield unmarked(splitter.push(chunk as Buffer));
      onBytes((chunk as Buffer).length);
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fileProblem(file, error) : error;
  }
  yield unmarked(splitter.end());
}

/** Takes the first record off the lines; undefined while there is none. */
export function takeRecord(lines: Line[]): CsvRecord | undefined {
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [record] = new RecordReader().read([line]);
    if (record !== undefined) return record;
  }
  return undefined;
}

/** The names of the columns by the header. `wanted` ends the sentence of what it should be. */
export function columnNames(file: string, header: CsvRecord, wanted: string): string[] {
  if (!('broken' in header)) return header.fields.map((name) => name.trim());
  throw new CliProblem(`${file}: line ${header.line}: ${header.broken}; ${wanted}`);
}

/** Where a column is; a CliProblem when there is none or more than one. */
export function findColumn(
  {
    file,
    line,
    names,
    name,
  }: { file: string; line: number; names: readonly string[]; name: string },
  wanted: string,
): number {
  const where = `${file}: line ${line}`;
  const at = names.indexOf(name);
  if (at === -1) {
    const found = names.join(',').slice(0, 80);
    throw new CliProblem(`${where}: there is no column ${name} in "${found}"; ${wanted}`);
  }
  if (names.lastIndexOf(name) !== at) {
    throw new CliProblem(`${where}: the column ${name} is named twice`);
  }
  return at;
}

/** Size of a file in bytes; a CliProblem when it is none. */
export async function fileSize(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw fileProblem(file, error);
  });
  if (found.isDirectory()) throw new CliProblem(`${file}: is a folder, not a file`);
  return found.size;
}

function withoutMark(file: string, bytes: Buffer): Buffer {
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new CliProblem(`${file}: is UTF-16; save it as UTF-8`);
  }
  return a === 0xef && b === 0xbb && c === 0xbf ? bytes.subarray(3) : bytes;
}
