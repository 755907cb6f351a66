import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyMigrations, findPendingMigrations } from '../../src/platform/migrate.ts';
import { diffSchemas } from '../../src/platform/schema-diff.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { runSql } from '../support/embedded-postgres-process.ts';

let database: TestDatabase;
let dir: string;

beforeEach(async () => {
  database = await createEmptyDatabase();
  dir = mkdtempSync(path.join(tmpdir(), 'tallymark-migrations-'));
});

afterEach(async () => {
  await database.drop();
  rmSync(dir, { recursive: true });
});

function addMigration(name: string, sql: string): void {
  mkdirSync(path.join(dir, name), { recursive: true });
  writeFileSync(path.join(dir, name, 'migration.sql'), sql);
}

const apply = (log?: (message: string) => void) => applyMigrations(database.url, dir, log);

const recorded = () =>
  runSql(
    database.url,
    `select migration_name as name, length(checksum) as checksum, applied_steps_count as steps,
       finished_at is not null as finished, rolled_back_at is null as standing
     from "_prisma_migrations" order by started_at`,
  );

describe('applyMigrations', () => {
  it('applies what is missing, in order, and records it as Prisma does', async () => {
    addMigration('2026_a', 'create table a (id int primary key);');
    expect(await apply()).toEqual({ applied: ['2026_a'] });
    addMigration('2026_b', 'alter table a add column b int;');
    expect(await apply()).toEqual({ applied: ['2026_b'] });
    expect(await apply()).toEqual({ applied: [] });
    const row = { checksum: 64, steps: 1, finished: true, standing: true };
    expect(await recorded()).toEqual([
      { name: '2026_a', ...row },
      { name: '2026_b', ...row },
    ]);
  });

  it('runs scripts with functions, triggers and semicolons in text', async () => {
    addMigration(
      '2026_trigger',
      `create table a (x text default ';'); -- one; two
       create function refuse() returns trigger language plpgsql as $$
       begin
         raise exception 'no; never';
       end $$;
       create trigger no_delete before delete on a for each row execute function refuse();
       insert into a default values;`,
    );
    await apply();
    await expect(runSql(database.url, 'delete from a')).rejects.toThrow('no; never');
  });

  it('leaves nothing of a migration that fails, and takes the corrected one', async () => {
    addMigration('2026_a', 'create table a (id int);\n\ninsert into missing values (1);');
    await expect(apply()).rejects.toThrow(
      'migration 2026_a failed: relation "missing" does not exist at line 3 [SQLSTATE 42P01]',
    );
    expect(await runSql(database.url, `select to_regclass('a') as a`)).toEqual([{ a: null }]);
    addMigration('2026_a', 'create table a (id int);');
    expect(await apply()).toEqual({ applied: ['2026_a'] });
  });

  it('lets many processes migrate at once', async () => {
    addMigration('2026_a', 'create table a (id int); select pg_sleep(0.2);');
    addMigration('2026_b', 'create table b (id int);');
    const results = await Promise.all([apply(), apply(), apply(), apply()]);
    expect(results.flatMap((result) => result.applied)).toEqual(['2026_a', '2026_b']);
  });

  it('says what is missing, and changes nothing', async () => {
    const pending = () => findPendingMigrations(database.url, dir);
    addMigration('2026_a', 'create table a (id int);');
    addMigration('2026_b', 'create table b (id int);');
    expect(await pending()).toEqual(['2026_a', '2026_b']);
    expect(await runSql(database.url, `select to_regclass('a') as a`)).toEqual([{ a: null }]);
    await apply();
    expect(await pending()).toEqual([]);
    addMigration('2026_c', 'select 1;');
    expect(await pending()).toEqual(['2026_c']);
  });

  it('says nothing of what is missing in a database of somebody else', async () => {
    await runSql(database.url, 'create table customers (id int)');
    await expect(findPendingMigrations(database.url, dir)).rejects.toThrow(/customers/);
  });

  it('lets an older release run on a newer database', async () => {
    addMigration('2026_a', 'create table a (id int);');
    addMigration('2026_b', 'alter table a add column b int;');
    await apply();
    rmSync(path.join(dir, '2026_b'), { recursive: true });
    expect(await apply()).toEqual({ applied: [] });
    expect(await findPendingMigrations(database.url, dir)).toEqual([]);
  });

  it('warns of an edit, but not of other line endings', async () => {
    addMigration('2026_a', 'create table a (id int);\nselect 1;\n');
    await apply();
    const messages: string[] = [];
    const log = (message: string) => messages.push(message);
    addMigration('2026_a', 'create table a (id int);\r\nselect 1;\r\n');
    addMigration('2026_b', 'select 1;');
    await apply(log);
    expect(messages).toEqual(['applied migration 2026_b']);
    addMigration('2026_a', 'create table a (id bigint);');
    addMigration('2026_c', 'select 1;');
    await apply(log);
    expect(messages[1]).toMatch(/2026_a was edited/);
  });

  it("refuses a database that holds someone else's tables", async () => {
    await runSql(database.url, 'create table customers (id int)');
    addMigration('2026_a', 'select 1;');
    await expect(apply()).rejects.toThrow(/DATABASE_URL .*customers.*an empty database of its own/);
  });

  it('stops at a migration that another tool left unfinished, until it is marked', async () => {
    addMigration('2026_a', 'create table a (id int);');
    await apply();
    await runSql(database.url, 'update "_prisma_migrations" set finished_at = null');
    await runSql(database.url, 'drop table a');
    await expect(apply()).rejects.toThrow(/2026_a was begun by another tool/);
    await runSql(database.url, 'update "_prisma_migrations" set rolled_back_at = now()');
    expect(await apply()).toEqual({ applied: ['2026_a'] });
  });

  it('names the folder that is missing or incomplete', async () => {
    const nowhere = applyMigrations(database.url, path.join(dir, 'nowhere'));
    await expect(nowhere).rejects.toThrow(/migrations folder .*nowhere cannot be read/);
    mkdirSync(path.join(dir, '2026_empty'));
    await expect(apply()).rejects.toThrow(/2026_empty has no migration.sql/);
  });
});

describe('test databases', () => {
  it('have all migrations applied', async () => {
    const clone = await createTestDatabase();
    const migrations = path.join(import.meta.dirname, '../../prisma/migrations');
    expect(await applyMigrations(clone.url, migrations)).toEqual({ applied: [] });
    await clone.drop();
  });
});

describe('diffSchemas', () => {
  const schema = (fields: string) =>
    `datasource db {\n provider = "postgresql"\n}\nmodel Thing {\n id Int @id\n ${fields}\n}`;

  it('gives the SQL between two schemas, and null where there is none', async () => {
    expect(await diffSchemas('', schema(''))).toMatch(/^-- CreateTable\nCREATE TABLE "Thing"/);
    expect(await diffSchemas(schema(''), schema('name String?'))).toBe(
      '-- AlterTable\nALTER TABLE "Thing" ADD COLUMN     "name" TEXT;\n',
    );
    expect(await diffSchemas(schema(''), `// a remark\n${schema('')}`)).toBeNull();
  });

  it('says what is wrong with a schema', async () => {
    await expect(diffSchemas('', schema('name Nothing'))).rejects.toThrow(/Nothing/);
  });
});
