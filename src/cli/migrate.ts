import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { openEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import type { Log } from '../platform/log.ts';
import { applyMigrations } from '../platform/migrate.ts';
import type { Output } from './output.ts';
import { fileProblem } from './problem.ts';
import { type Env, toolSettings } from './with-app.ts';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** `tallymark migrate`: brings the database up to date and says what that took. */
export async function migrate(env: Env, output: Output): Promise<void> {
  const { config, log } = toolSettings(env);
  const database = await openDatabase(config, log);
  try {
    const { applied } = await applyMigrations(database.url, MIGRATIONS, (message) =>
      log.info({}, message),
    );
    const lines = applied.map((name) => `applied ${name}`);
    output.result({ applied }, lines.length > 0 ? lines : ['the database is up to date']);
  } finally {
    await database.close();
  }
}

// Not through createApp, which migrates as it opens and keeps the names to itself.
async function openDatabase({ databaseUrl, dataDir }: Config, log: Log) {
  if (databaseUrl !== undefined) return { url: databaseUrl, close: async () => {} };
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw fileProblem(`TALLYMARK_DATA_DIR: ${dataDir}`, error);
  }
  return openEmbeddedPostgres({
    dataDir,
    purpose: 'tool',
    log: (message) => log.info({}, message),
  });
}
