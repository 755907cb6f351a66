/** Multi-row clauses for tables: rows travel as one array a column. */
export type Cell = string | number | null;

/**
 * Column name → PostgreSQL type, how to read it from a row, and what to make of the sent value
 * (`v.column` unless said otherwise).
 */
export type Columns<Row> = {
  readonly [column: string]: readonly [type: string, read: (row: Row) => Cell, expression?: string];
};

/** Types whose values never need quotes in an array literal. */
const plainTypes = new Set([
  'bigint',
  'int',
  'timestamptz',
  'date',
  'entry_kind',
  'redemption_state',
  'reward_kind',
  'reward_code_state',
  'hold_state',
  'adjustment_state',
]);

/** Writes a column of rows as an array literal, several times faster than the driver would. */
function encoder<Row>([type, read]: Columns<Row>[string]) {
  const plain = plainTypes.has(type);
  return (rows: readonly Row[]): string => {
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
  readonly encoders: readonly ((rows: readonly Row[]) => string)[];
};

const arraysOf = <Row>(columns: Columns<Row>, first: number) =>
  Object.values(columns)
    .map(([type], index) => `$${first + index}::${type}[]`)
    .join(', ');

const expressionsOf = <Row>(columns: Columns<Row>) =>
  Object.entries(columns)
    .map(([column, [, , expression = `v.${column}`]]) => expression)
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
    ([column, [, , expression = `v.${column}`]]) => `${column} = ${expression}`,
  );
  const match = Object.keys(keys).map((column) => `t.${column} = v.${column}`);
  return {
    text: (first) =>
      `update ${table} t set ${sets.join(', ')}
       from unnest(${arraysOf(all, first)}) as v (${Object.keys(all)}) where ${match.join(' and ')}`,
    encoders: Object.values(all).map(encoder),
  };
}
