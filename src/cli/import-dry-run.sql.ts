/** The temporary table of a dry run, and what it is compared with. */
import type { PoolClient } from '../platform/db.ts';

/** A row of the file. */
export type DryRunRow = {
  readonly line: number;
  readonly externalId: string;
  readonly occurredAt: Date;
};

/** Its key brings each member's rows together, in the order of the file. */
export const createDryRunTable = (client: PoolClient) =>
  client.query(
    `/* import.createDryRunTable */ create temporary table import_dry_run (
       external_id text collate "C" not null, line bigint not null,
       occurred_at timestamptz not null,
       primary key (external_id, line))`,
  );

export const dropDryRunTable = (client: PoolClient) =>
  client.query('/* import.dropDryRunTable */ drop table import_dry_run');

export const addDryRunRows = (client: PoolClient, rows: readonly DryRunRow[]) =>
  client.query(
    `/* import.addDryRunRows */ insert into import_dry_run (external_id, line, occurred_at)
     select * from unnest($1::text[], $2::bigint[], $3::timestamptz[])`,
    [
      rows.map((row) => row.externalId),
      rows.map((row) => row.line),
      rows.map((row) => row.occurredAt.toISOString()),
    ],
  );

/** The next members by name. */
export async function nextDryRunMembers(
  client: PoolClient,
  after: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await client.query<{ externalId: string }>(
    `/* import.nextDryRunMembers */ select distinct external_id as "externalId"
     from import_dry_run where external_id > $1 order by 1 limit ${limit}`,
    [after],
  );
  return rows.map(({ externalId }) => externalId);
}

/** All rows of these members, each member's in the order of the file. */
export async function readDryRunRows(
  client: PoolClient,
  externalIds: readonly string[],
): Promise<DryRunRow[]> {
  const { rows } = await client.query<DryRunRow>(
    `/* import.readDryRunRows */ select external_id as "externalId", line,
            occurred_at as "occurredAt"
     from import_dry_run where external_id = any($1::text[]) order by external_id, line`,
    [externalIds],
  );
  return rows;
}
