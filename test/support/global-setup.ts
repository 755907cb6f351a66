/**
 * Runs once before all test files: finds a PostgreSQL server (DATABASE_URL, else an embedded one
 * of our own) and builds the template database that `createTestDatabase` clones.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { applyMigrations, readMigrations } from '../../src/platform/migrate.ts';
import { makeDataDir, removeDataDir } from './data-dir.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database whose role may create databases. */
    adminDatabaseUrl: string;
    templateDatabase: string;
  }
}

const migrationsDir = path.join(import.meta.dirname, '../../prisma/migrations');

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer();
  try {
    project.provide('adminDatabaseUrl', server.url);
    project.provide('templateDatabase', await ensureTemplate(server.url));
  } catch (error) {
    await server.close();
    throw error;
  }
  return () => server.close();
}

async function openServer(): Promise<{ url: string; close(): Promise<void> }> {
  const url = process.env.DATABASE_URL;
  if (url !== undefined && url !== '') return { url, close: async () => {} };

  const dataDir = await makeDataDir();
  // Nothing here has to survive a power cut.
  const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
  const embedded = await openEmbeddedPostgres({ dataDir, purpose: 'serve', settings });
  return {
    url: embedded.url,
    async close() {
      await embedded.close();
      await removeDataDir(dataDir);
    },
  };
}

/** The template is named after the migrations, so that a server that stays keeps it for later. */
async function ensureTemplate(adminUrl: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, sql } of await readMigrations(migrationsDir)) hash.update(name).update(sql);
  const template = `tallymark_template_${hash.digest('hex').slice(0, 12)}`;

  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    // Two test runs on one server must not build it both.
    await admin.query('select pg_advisory_lock(hashtext($1))', [template]);
    const found = await admin.query('select 1 from pg_database where datname = $1', [template]);
    if (found.rowCount === 0) await buildTemplate(admin, adminUrl, template);
  } finally {
    await admin.end();
  }
  return template;
}

async function buildTemplate(admin: pg.Client, adminUrl: string, template: string): Promise<void> {
  // Built under another name, so that the template exists only when it is complete.
  const draft = `${template}_draft`;
  await admin.query(`drop database if exists ${draft} with (force)`);
  await admin.query(`create database ${draft} template template0 encoding 'UTF8'`);
  const url = new URL(adminUrl);
  url.pathname = `/${draft}`;
  await applyMigrations(url.href, migrationsDir);
  await admin.query(`alter database ${draft} rename to ${template}`);
}
