/**
 * Brings a database up to date with `prisma/migrations`.
 *
 * The rows written to `_prisma_migrations` are those `prisma migrate deploy` writes, under the
 * advisory lock it takes, so both can be used on one database. The SQL is run here rather than by
 * Prisma's engine because a migration and its row then commit together: after a crash at any
 * moment a migration has either happened or not, and there is no failed state to repair by hand.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { limits } from '../limits.ts';

/** A migration that could not be applied, with the reason in words an operator can act on. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

export type Migration = { readonly name: string; readonly sql: string };

type MigrationRow = {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
};

type Log = (message: string) => void;

/** The number that Prisma's engine locks: `prisma migrate deploy` and we exclude each other. */
const prismaMigrateLockId = 72_707_369;

const undefinedTable = '42P01';

const createMigrationsTable = `
  create table "_prisma_migrations" (
    "id"                  varchar(36)  primary key not null,
    "checksum"            varchar(64)  not null,
    "finished_at"         timestamptz,
    "migration_name"      varchar(255) not null,
    "logs"                text,
    "rolled_back_at"      timestamptz,
    "started_at"          timestamptz  not null default now(),
    "applied_steps_count" integer      not null default 0
  )`;

/**
 * Applies every migration of the folder that the database does not have, oldest first.
 * Any number of processes may call it at once: one applies, the others wait and find nothing to do.
 *
 * @returns the names of the migrations that this call applied
 */
export async function applyMigrations(
  databaseUrl: string,
  migrationsDir: string,
  log: Log = () => {},
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(migrationsDir);
  return withClient(databaseUrl, async (client) => {
    const rows = await readRows(client);
    if (rows !== null && pendingMigrations(migrations, rows, () => {}).length === 0) {
      return { applied: [] };
    }
    await lock(client, log);
    return { applied: await applyPending(client, migrations, log) };
  });
}

/**
 * What applyMigrations would apply, oldest first. Changes nothing and waits for nobody.
 *
 * @returns the names of the migrations that the database does not have
 */
export async function findPendingMigrations(
  databaseUrl: string,
  migrationsDir: string,
  log: Log = () => {},
): Promise<string[]> {
  const migrations = await readMigrations(migrationsDir);
  return withClient(databaseUrl, async (client) => {
    const rows = await readRows(client);
    if (rows === null) await refuseForeignTables(client);
    return pendingMigrations(migrations, rows ?? [], log).map(({ name }) => name);
  });
}

/** A connection of its own; ending it gives back what it locked. */
async function withClient<Result>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'tallymark-migrate',
    connectionTimeoutMillis: limits.migrateConnectMs,
  });
  // A connection that breaks while idle also fails the next query, which is where it is reported.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Reads `<dir>/<name>/migration.sql`, sorted by name, which starts with the date. */
export async function readMigrations(migrationsDir: string): Promise<Migration[]> {
  const entries = await readdir(migrationsDir, { withFileTypes: true }).catch((error: unknown) => {
    throw new MigrationError(`the migrations folder ${migrationsDir} cannot be read`, {
      cause: error,
    });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  names.sort();
  return Promise.all(
    names.map(async (name) => ({
      name,
      sql: await readFile(path.join(migrationsDir, name, 'migration.sql'), 'utf8').catch(() => {
        throw new MigrationError(`${path.join(migrationsDir, name)} has no migration.sql`);
      }),
    })),
  );
}

/** What the database says it has, or null when nothing ever migrated it. */
async function readRows(client: pg.Client): Promise<MigrationRow[] | null> {
  try {
    const result = await client.query<MigrationRow>(
      `/* migrate.readRows */ select migration_name, checksum, finished_at, rolled_back_at
       from "_prisma_migrations" order by started_at`,
    );
    return result.rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === undefinedTable) return null;
    throw error;
  }
}

async function lock(client: pg.Client, log: Log): Promise<void> {
  const attempt = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock($1) as locked',
    [prismaMigrateLockId],
  );
  if (attempt.rows[0]?.locked === true) return;
  log('waiting for another process that is migrating this database');
  await client.query('select pg_advisory_lock($1)', [prismaMigrateLockId]);
}

async function applyPending(
  client: pg.Client,
  migrations: readonly Migration[],
  log: Log,
): Promise<string[]> {
  let rows = await readRows(client);
  if (rows === null) {
    await refuseForeignTables(client);
    await client.query(createMigrationsTable);
    rows = [];
  }
  const applied: string[] = [];
  for (const migration of pendingMigrations(migrations, rows, log)) {
    await applyOne(client, migration);
    log(`applied migration ${migration.name}`);
    applied.push(migration.name);
  }
  return applied;
}

/** A database that holds someone else's tables is a mistake in DATABASE_URL. */
async function refuseForeignTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table_name: string }>(
    `/* migrate.foreignTables */ select table_name from information_schema.tables
     where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1 limit 4`,
  );
  if (rows.length === 0) return;
  const names = rows.map((row) => row.table_name).join(', ');
  throw new MigrationError(
    `DATABASE_URL names a database that already holds other tables (${names}); ` +
      'give Tallymark an empty database of its own',
  );
}

function pendingMigrations(
  migrations: readonly Migration[],
  rows: readonly MigrationRow[],
  warn: Log,
): Migration[] {
  const standing = rows.filter((row) => row.rolled_back_at === null);
  const unfinished = standing.find((row) => row.finished_at === null);
  if (unfinished !== undefined) throw unfinishedElsewhere(unfinished.migration_name);

  const checksumByName = new Map(standing.map((row) => [row.migration_name, row.checksum]));
  return migrations.filter((migration) => {
    const checksum = checksumByName.get(migration.name);
    if (checksum === undefined) return true;
    if (!checksumsOf(migration.sql).includes(checksum)) {
      warn(`migration ${migration.name} was edited after it was applied; the edit has no effect`);
    }
    return false;
  });
}

/** Only another tool leaves such a row: ours is written in the transaction of the migration. */
function unfinishedElsewhere(name: string): MigrationError {
  return new MigrationError(
    `migration ${name} was begun by another tool and did not finish; undo what it left behind, ` +
      'then run: update "_prisma_migrations" set rolled_back_at = now() ' +
      `where migration_name = '${name}' and finished_at is null`,
  );
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query(
      `/* migrate.record */ insert into "_prisma_migrations"
         (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), sha256(migration.sql), migration.name],
    );
    await client.query('commit');
  } catch (error) {
    // The connection may be what failed; then the server has rolled back by itself.
    await client.query('rollback').catch(() => {});
    throw new MigrationError(`migration ${migration.name} failed: ${describe(error, migration)}`, {
      cause: error,
    });
  }
}

function describe(error: unknown, migration: Migration): string {
  if (!(error instanceof pg.DatabaseError)) return String(error);
  const position = Number(error.position);
  const line = position > 0 ? migration.sql.slice(0, position - 1).split('\n').length : null;
  const where = line === null ? '' : ` at line ${line}`;
  const detail = error.detail === undefined ? '' : ` (${error.detail})`;
  return `${error.message}${detail}${where} [SQLSTATE ${error.code}]`;
}

/** A checkout with other line endings is the same migration; Prisma compares the same way. */
function checksumsOf(sql: string): string[] {
  const unix = sql.replaceAll('\r\n', '\n');
  return [sql, unix, unix.replaceAll('\n', '\r\n')].map(sha256);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
