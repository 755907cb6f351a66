import { CsvError, parse } from 'csv-parse/sync';
import { LINE_BYTES_MAX, type Line } from './csv-lines.ts';

/** A record, or why its line is none. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly broken: string };

/** So far a quoted field may run on before its opening quote counts as a mistake. */
const QUOTED_LINES_MAX = 50;

type Parsed = { fields: readonly string[] } | { open: true } | { broken: string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads records line by line, so that broken quotes spoil their own line and no other: a parser
 * of the whole text would take everything up to the next quote, or the end, into one field.
 */
export class RecordReader {
  #pending: { number: number; text: string }[] = [];
  readonly #accepts: ((fields: readonly string[]) => boolean) | undefined;

  /** `accepts` says which records may span lines (undefined: none). */
  constructor(accepts?: (fields: readonly string[]) => boolean) {
    this.#accepts = accepts;
  }

  /** The records that these lines complete; blank lines make none. */
  read(lines: readonly Line[]): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const { number, bytes } of lines) {
      const text = textOf(bytes);
      if ('broken' in text) {
        this.#giveUp(records);
        records.push({ line: number, broken: text.broken });
      } else this.#add({ number, text: text.text }, records);
    }
    return records;
  }

  /** What was still waiting for its closing quote. */
  end(): CsvRecord[] {
    const records: CsvRecord[] = [];
    this.#giveUp(records);
    return records;
  }

  #add(line: { number: number; text: string }, records: CsvRecord[]): void {
    const [first] = this.#pending;
    if (first === undefined) {
      if (line.text.trim() === '') return;
      const parsed = parseRecord(line.text);
      if ('open' in parsed && this.#accepts !== undefined) this.#pending = [line];
      else records.push({ line: line.number, ...closed(parsed) });
      return;
    }
    this.#pending.push(line);
    const joined = this.#pending.map(({ text }) => text).join('\n');
    const parsed = parseRecord(joined);
    if ('open' in parsed && this.#pending.length < QUOTED_LINES_MAX) return;
    if ('fields' in parsed && this.#accepts?.(parsed.fields) === true) {
      this.#pending = [];
      records.push({ line: first.number, ...parsed });
    } else this.#dropFirst(records);
  }

  /** The quote that opened was a mistake: its line is broken, those behind it are read anew. */
  #dropFirst(records: CsvRecord[]): void {
    const [first, ...rest] = this.#pending;
    this.#pending = [];
    if (first === undefined) return;
    records.push({ line: first.number, broken: QUOTE_NOT_CLOSED });
    for (const line of rest) this.#add(line, records);
  }

  #giveUp(records: CsvRecord[]): void {
    while (this.#pending.length > 0) this.#dropFirst(records);
  }
}

const QUOTE_NOT_CLOSED = 'a quote is opened and not closed';

function closed(parsed: Parsed): { fields: readonly string[] } | { broken: string } {
  return 'open' in parsed ? { broken: QUOTE_NOT_CLOSED } : parsed;
}

function textOf(bytes: Buffer | null): { text: string } | { broken: string } {
  if (bytes === null) return { broken: `the line is longer than ${LINE_BYTES_MAX} bytes` };
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { broken: 'the line is not valid UTF-8' };
  }
}

function parseRecord(text: string): Parsed {
  if (!text.includes('"')) return { fields: text.split(',') };
  try {
    const [fields = []] = parse(text, { record_delimiter: '\n', relax_column_count: true });
    return { fields };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') return { open: true };
    return { broken: 'a quote stands where none may: quote the whole field and double inner ones' };
  }
}
