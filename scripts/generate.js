/**
 * Writes src/generated (the Prisma client and Pothos' types) from prisma/schema.prisma.
 * Does nothing when the schema and the generators are those of the last time.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const hashFile = path.join(root, 'src/generated/.hash');

/** Generates when needed; returns whether it did. Throws with Prisma's output when that fails. */
export function generate() {
  const hash = inputsHash();
  if (existsSync(hashFile) && readFileSync(hashFile, 'utf8') === hash) return false;

  const result = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules/prisma/build/index.js'), 'generate'],
    { cwd: root, encoding: 'utf8', env: generateEnv() },
  );
  if (result.status !== 0) {
    throw new Error(`prisma generate failed\n${result.stdout}${result.stderr}`);
  }
  writeFileSync(hashFile, hash);
  return true;
}

function inputsHash() {
  const inputs = [
    'prisma/schema.prisma',
    'node_modules/prisma/package.json',
    'node_modules/@pothos/plugin-prisma/package.json',
  ];
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(readFileSync(path.join(root, input)));
  return hash.digest('hex');
}

function generateEnv() {
  return {
    ...process.env,
    // Prisma looks for its native schema engine, a download, before it generates, and then does
    // not use it. Any file that exists satisfies the look.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
    // Prisma starts the Pothos generator by name, through a shell.
    PATH: [path.join(root, 'node_modules/.bin'), process.env.PATH].join(path.delimiter),
  };
}

// Compared by real path: the checkout may be reached through a symbolic link.
if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    generate();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
