/**
 * Builds dist/: generated code, then TypeScript, then the files that are served as they are.
 * Does nothing when dist/ is newer than everything it is made from, so that `npm start` may
 * always call it.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.js';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const stamp = path.join(dist, '.built');
const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
const inputs = ['src', 'prisma/schema.prisma', 'tsconfig.json', 'tsconfig.build.json'];
const assetEndings = ['.html', '.js', '.css', '.svg'];

/** Whether dist/ is missing or older than the sources. An installation without sources is not. */
export function isStale() {
  if (!existsSync(path.join(root, 'src'))) return false;
  if (!existsSync(stamp)) return true;
  const builtAt = statSync(stamp).mtimeMs;
  return inputs.some((input) => newestChange(path.join(root, input)) > builtAt);
}

/** Builds when needed. Throws with the tool's output when a step fails. */
export function build() {
  if (!isStale()) return;
  if (!existsSync(compiler)) {
    throw new Error('dist/ must be built, which needs the development packages: run npm install');
  }
  generate();
  // A file left from a source that is gone would still be found by an import.
  rmSync(dist, { recursive: true, force: true });
  compile();
  copyAssets();
  writeFileSync(stamp, '');
}

/** Directories count too: removing a file changes nothing but its directory. */
function newestChange(file) {
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const children = readdirSync(file).map((name) => newestChange(path.join(file, name)));
  return Math.max(stat.mtimeMs, ...children);
}

function compile() {
  const args = [compiler, '-p', path.join(root, 'tsconfig.build.json')];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`tsc failed\n${result.stdout}${result.stderr}`);
}

function copyAssets() {
  cpSync(path.join(root, 'src'), dist, {
    recursive: true,
    filter: (source) => {
      if (path.relative(root, source) === path.join('src', 'generated')) return false;
      return statSync(source).isDirectory() || assetEndings.includes(path.extname(source));
    },
  });
}

// Compared by real path: the checkout may be reached through a symbolic link.
if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    // `npm install --omit=dev` runs this as "prepare" and has nothing to build with.
    if (process.env.npm_lifecycle_event !== 'prepare' || existsSync(compiler)) build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
