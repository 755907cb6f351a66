/** The temporary table of a dry run, and what it is compared with. */
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { ProgramConfig } from '../programs/config.ts';
import type { SimulatedMember } from './import-simulation.ts';

/** A row of the file, judged by the program's days. */
export type DryRunRow = {
  readonly line: number;
  readonly externalId: string;
  readonly date: string;
};

/** Its key brings each member's rows together, in the order of the file. */
export const createDryRunTable = (client: PoolClient) =>
  client.query(
    `/* import.createDryRunTable */ create temporary table import_dry_run (
       external_id text collate "C" not null, line bigint not null, local_date date not null,
       primary key (external_id, line))`,
  );

export const dropDryRunTable = (client: PoolClient) =>
  client.query('/* import.dropDryRunTable */ drop table import_dry_run');

export const addDryRunRows = (client: PoolClient, rows: readonly DryRunRow[]) =>
  client.query(
    `/* import.addDryRunRows */ insert into import_dry_run (external_id, line, local_date)
     select * from unnest($1::text[], $2::bigint[], $3::date[])`,
    [rows.map((row) => row.externalId), rows.map((row) => row.line), rows.map((row) => row.date)],
  );

/** The next rows by member and line. */
export async function readDryRunRows(
  client: PoolClient,
  after: Pick<DryRunRow, 'externalId' | 'line'>,
  limit: number,
): Promise<DryRunRow[]> {
  const { rows } = await client.query<DryRunRow>(
    `/* import.readDryRunRows */ select external_id as "externalId", line, local_date as date
     from import_dry_run where (external_id, line) > ($1::text, $2::bigint)
     order by external_id, line limit ${limit}`,
    [after.externalId, after.line],
  );
  return rows;
}

type MemberRow = {
  externalId: string;
  balance: number;
  lifetimeEarned: number;
  current: number;
  longest: number;
  totalDays: number;
  lastDate: string | null;
  dates: string[];
};

/** Members of the program with their check-ins under its plan. */
export async function loadDryRunMembers(
  client: PoolClient,
  program: ProgramConfig,
  externalIds: readonly string[],
): Promise<(SimulatedMember & { readonly externalId: string })[]> {
  const rows = await named<MemberRow>(
    client,
    'import.loadDryRunMembers',
    `select m.external_id as "externalId", a.balance, a.lifetime_earned as "lifetimeEarned",
            a.streak_current as current, a.streak_longest as longest,
            a.streak_total_days as "totalDays", a.last_check_in_date as "lastDate",
            array(select c.local_date::text from check_in c
                  where c.member_id = m.id and c.plan_id = $3 order by c.local_date) as dates
     from member m join account a on a.member_id = m.id
     where m.program_id = $1 and m.external_id = any($2::text[])`,
    [program.id, externalIds, program.plan.id],
  );
  return rows.map(({ externalId, balance, lifetimeEarned, dates, ...streak }) => ({
    ...{ externalId, balance, lifetimeEarned, streak, dates },
  }));
}
