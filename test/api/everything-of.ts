/** All rows of one program, in every table there is, as a text for each table. */
import type { App } from '../../src/app.ts';

const members = 'select id from member where program_id = $1';
const boards = 'select id from leaderboard where program_id = $1';
const seasons = `select id from season where leaderboard_id in (${boards})`;

/** Which rows are a program's, by the first of these columns that a table has. */
const owners: readonly (readonly [column: string, condition: string])[] = [
  ['program_id', 'x.program_id = $1'],
  ['member_id', `x.member_id in (${members})`],
  ['rule_id', 'x.rule_id in (select id from rule where program_id = $1)'],
  ['redemption_id', 'x.redemption_id in (select id from redemption where program_id = $1)'],
  ['settlement_id', 'x.settlement_id in (select id from settlement where program_id = $1)'],
  ['leaderboard_id', `x.leaderboard_id in (${boards})`],
  ['season_id', `x.season_id in (${seasons})`],
];

/** Nobody's: the program itself is told apart by its id, and how far the log was read is no row of it. */
const exceptions: Readonly<Record<string, string | undefined>> = {
  program: 'x.id = $1',
  cursor: undefined,
  schema_migration: undefined,
};

/** Reads them; fails for a table of which it is not known whose its rows are. */
export async function everythingOf({ pool }: App, programId: number) {
  const { rows: columns } = await pool.query<{ table: string; columns: string[] }>(
    `select table_name::text as table, array_agg(column_name::text) as columns
     from information_schema.columns where table_schema = 'public' group by 1 order by 1`,
  );
  const parts = columns.flatMap(({ table, columns: has }) => {
    const isKnown = table in exceptions || table.startsWith('_');
    const owner = owners.find(([column]) => has.includes(column));
    const condition = isKnown ? exceptions[table] : owner?.[1];
    if (condition === undefined && !isKnown) throw new Error(`whose are the rows of ${table}?`);
    return condition === undefined
      ? []
      : [
          `select '${table}' as name, (select json_agg(x order by x::text)::text from ${table} x
           where ${condition}) as rows`,
        ];
  });
  const { rows } = await pool.query<{ name: string; rows: string | null }>(
    parts.join(' union all '),
    [programId],
  );
  return new Map(rows.map(({ name, rows: text }) => [name, text]));
}

/** Names of the tables in which two readings differ. */
export const differing = (
  before: ReadonlyMap<string, string | null>,
  after: ReadonlyMap<string, string | null>,
): string[] => [...after.keys()].filter((name) => before.get(name) !== after.get(name));

type Everything = Awaited<ReturnType<typeof everythingOf>>;

/** Reads until nothing moves any more. */
export async function settled(read: () => Promise<Everything>): Promise<Everything> {
  for (let before = await read(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const after = await read();
    if (differing(before, after).length === 0) return after;
    before = after;
  }
}
