/**
 * Writes the migration from the last recorded schema to prisma/schema.prisma.
 *
 * Usage: npm run migrate:diff -- <name>
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { diffSchemas } from '../src/platform/schema-diff.ts';

const prismaDir = path.join(import.meta.dirname, '../prisma');
const schemaFile = path.join(prismaDir, 'schema.prisma');
/** The schema that the migrations give, kept beside them because no database is asked. */
const snapshotFile = path.join(prismaDir, 'migrations/schema.snapshot.prisma');

const name = process.argv[2];
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  console.error('usage: npm run migrate:diff -- <name>   (lower case letters, digits and _)');
  process.exit(2);
}

const after = await readFile(schemaFile, 'utf8');
const sql = await diffSchemas(await readFile(snapshotFile, 'utf8').catch(() => ''), after);
if (sql === null) {
  console.log('prisma/schema.prisma asks for nothing that the migrations do not give');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const dir = path.join(prismaDir, 'migrations', `${stamp}_${name}`);
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'migration.sql'), sql);
  await writeFile(
    path.join(prismaDir, 'migrations/migration_lock.toml'),
    'provider = "postgresql"\n',
  );
  await writeFile(snapshotFile, after);
  console.log(
    `wrote ${path.relative(process.cwd(), dir)}/migration.sql: read it before you commit`,
  );
}
