/** Multi-row clauses for tables: rows travel as one array a column. */
export type Cell = string | number | null;

/**
 * Column name → PostgreSQL type, how to read it from a row, and what to make of the sent value
 * (`v.column` unless said otherwise).
 */
export type Columns<Row> = {
  readonly [column: string]: readonly [type: string, read: (row: Row) => Cell, expression?: string];
};

type Encoder<Row> = (rows: readonly Row[]) => string;

/** Writes a column of rows in its type's way, several times faster than the driver would. */
function encoder<Row>([type, read]: Columns<Row>[string]): Encoder<Row> {
  return type === 'jsonb' ? separated(read) : arrayLiteral(read, plainTypes.has(type));
}

/** Types whose values never need quotes in an array literal; bytes come as hexadecimal digits. */
const plainTypes = new Set([
  'bigint',
  'int',
  'timestamptz',
  'date',
  'bytea',
  'entry_kind',
  'redemption_state',
  'reward_kind',
  'reward_code_state',
  'hold_state',
  'adjustment_state',
  'payout_state',
]);

/**
 * JSON is full of quotes, each of which an array literal would have to escape. It never holds a
 * control character, so one of them separates the documents. Nothing at all stands for null: alone
 * it makes an empty array, which unnest fills up with null.
 */
const SEPARATOR = '\u001f';

function separated<Row>(read: (row: Row) => Cell): Encoder<Row> {
  return (rows) => {
    let text = '';
    for (let index = 0; index < rows.length; index += 1) {
      if (index > 0) text += SEPARATOR;
      text += read(rows[index] as Row) ?? '';
    }
    return text;
  };
}

function arrayLiteral<Row>(read: (row: Row) => Cell, plain: boolean): Encoder<Row> {
  return (rows) => {
    let literal = '{';
    for (let index = 0; index < rows.length; index += 1) {
      if (index > 0) literal += ',';
      const cell = read(rows[index] as Row);
      if (cell === null) literal += 'NULL';
      else if (plain) literal += cell;
      else literal += quoted(String(cell));
    }
    return `${literal}}`;
  };
}

const special = /["\\]/g;

function quoted(text: string): string {
  return text.includes('"') || text.includes('\\')
    ? `"${text.replace(special, '\\$&')}"`
    : `"${text}"`;
}

/** One table's share of the statement that writes a batch. */
export type Writer<Row> = {
  readonly text: (firstParameter: number) => string;
  readonly encoders: readonly Encoder<Row>[];
};

const arraysOf = <Row>(columns: Columns<Row>, first: number) =>
  Object.values(columns)
    .map(([type], index) => arrayOf(type, `$${first + index}`))
    .join(', ');

function arrayOf(type: string, parameter: string): string {
  if (type === 'jsonb') return `string_to_array(${parameter}::text, E'\\x1f', '')`;
  return `${parameter}::${type === 'bytea' ? 'text' : type}[]`;
}

/** What a column is set to: the sent value, unless the column says otherwise. */
function expressionOf<Row>(column: string, [type, , expression]: Columns<Row>[string]): string {
  const sent = `v.${column}`;
  if (expression !== undefined) return expression;
  if (type === 'jsonb') return `${sent}::jsonb`;
  return type === 'bytea' ? `decode(${sent}, 'hex')` : sent;
}

const expressionsOf = <Row>(columns: Columns<Row>) =>
  Object.entries(columns)
    .map(([column, spec]) => expressionOf(column, spec))
    .join(', ');

/** `insert … select from unnest` for a table. */
export function inserter<Row>(table: string, columns: Columns<Row>): Writer<Row> {
  return {
    text: (first) =>
      `insert into ${table} (${Object.keys(columns)}) select ${expressionsOf(columns)}
       from unnest(${arraysOf(columns, first)}) as v (${Object.keys(columns)})`,
    encoders: Object.values(columns).map(encoder),
  };
}

/** `update … from unnest` by key for a table. */
export function updater<Row>(
  table: string,
  keys: Columns<Row>,
  columns: Columns<Row>,
): Writer<Row> {
  const all = { ...keys, ...columns };
  const sets = Object.entries(columns).map(
    ([column, spec]) => `${column} = ${expressionOf(column, spec)}`,
  );
  const match = Object.keys(keys).map((column) => `t.${column} = v.${column}`);
  return {
    text: (first) =>
      `update ${table} t set ${sets.join(', ')}
       from unnest(${arraysOf(all, first)}) as v (${Object.keys(all)}) where ${match.join(' and ')}`,
    encoders: Object.values(all).map(encoder),
  };
}
