import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { openEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import type { Log } from '../platform/log.ts';
import { applyMigrations, findPendingMigrations } from '../platform/migrate.ts';
import type { Output } from './output.ts';
import { fileProblem } from './problem.ts';
import { type Env, toolSettings } from './with-app.ts';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

export type MigrateFlags = {
  /** Whether to say what is missing instead of applying it. */
  readonly check?: true;
};

/**
 * `tallymark migrate`: brings the database up to date and says what that took. With `--check` it
 * only says what is missing; false when anything is.
 */
export async function migrate(env: Env, output: Output, { check }: MigrateFlags): Promise<boolean> {
  const { config, log } = toolSettings(env);
  const database = await openDatabase(config, log);
  const tell = (message: string) => log.info({}, message);
  try {
    if (check) {
      const pending = await findPendingMigrations(database.url, MIGRATIONS, tell);
      output.result({ pending }, linesOf('pending', pending));
      return pending.length === 0;
    }
    const { applied } = await applyMigrations(database.url, MIGRATIONS, tell);
    output.result({ applied }, linesOf('applied', applied));
    return true;
  } finally {
    await database.close();
  }
}

const linesOf = (what: string, names: readonly string[]): string[] =>
  names.length > 0 ? names.map((name) => `${what} ${name}`) : ['the database is up to date'];

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
