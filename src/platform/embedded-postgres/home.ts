/**
 * Where the cluster lies: in the data folder, or, when PostgreSQL must run as a user who cannot
 * reach that folder, in a system folder that a note in the data folder names.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeFolder } from '../folder.ts';
import { EmbeddedPostgresError } from './error.ts';
import { canReach, chooseRunAs, isRoot, type RunAs } from './os-user.ts';

export type Home = {
  /** Holds the cluster, its password, port and log. */
  readonly dir: string;
  readonly clusterDir: string;
  readonly runAs: RunAs;
};

/** Finds the cluster's home, or settles where a new one will be. Call it under the lock. */
export function settleHome(dataDir: string): Home {
  const usual = path.join(dataDir, 'postgres');
  const noted = readNote(dataDir);
  if (noted !== null) return movedHome(noted, dataDir);
  const clusterDir = path.join(usual, 'cluster');
  if (existsSync(clusterDir)) return homeAt(usual, chooseRunAs(clusterDir));

  const runAs = chooseRunAs(null);
  makePassable(usual);
  if (canReach(usual, runAs)) return homeAt(usual, runAs);
  rmdirSync(usual);
  return homeAt(relocate(dataDir, runAs), runAs);
}

/** System folders that other users can reach, best first, each made when it is asked for. */
export function* systemRoots(): Generator<string> {
  if (!isRoot()) return;
  for (const root of ['/var/lib/tallymark', path.join(tmpdir(), 'tallymark')]) {
    if (isOurs(root)) yield root;
  }
}

/** Someone else's folder of that name could hold programs of theirs, to be run by us. */
function isOurs(root: string): boolean {
  try {
    makePassable(root);
    return statSync(root).uid === 0;
  } catch {
    return false;
  }
}

function homeAt(dir: string, runAs: RunAs): Home {
  return { dir, clusterDir: path.join(dir, 'cluster'), runAs };
}

/** Makes a folder of our own that others may pass through but not list. */
function makePassable(dir: string): void {
  if (existsSync(dir)) return;
  makeFolder(dir);
  chmodSync(dir, 0o711);
}

const noteName = 'postgres-location.txt';
const ownerName = 'data-folder.txt';

function relocate(dataDir: string, runAs: RunAs): string {
  // The random part makes a folder that was deleted and made again a new start, as it looks.
  const hash = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 12);
  const name = `${hash}-${randomBytes(4).toString('hex')}`;
  for (const root of systemRoots()) {
    const dir = path.join(root, name);
    makePassable(dir);
    if (!canReach(dir, runAs)) continue;
    writeFileSync(path.join(dir, ownerName), `${realpathSync(dataDir)}\n`);
    writeFileSync(path.join(dataDir, noteName), note(dir));
    return dir;
  }
  throw new EmbeddedPostgresError(
    `TALLYMARK_DATA_DIR: PostgreSQL does not run as root, and no other user reaches ${dataDir}: ` +
      'name a folder that every user may enter',
  );
}

function note(dir: string): string {
  return [
    'The database of this folder lies elsewhere: Tallymark was started as root, PostgreSQL must',
    'run as another user, and that user may not enter this folder. Back up both folders.',
    'Deleting this note starts a new, empty database.',
    '',
    dir,
    '',
  ].join('\n');
}

function readNote(dataDir: string): string | null {
  const file = path.join(dataDir, noteName);
  if (!existsSync(file)) return null;
  return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? null;
}

/** A copied data folder must not share the cluster with the folder it was copied from. */
function movedHome(dir: string, dataDir: string): Home {
  const ownerFile = path.join(dir, ownerName);
  if (!existsSync(ownerFile)) {
    throw new EmbeddedPostgresError(
      `TALLYMARK_DATA_DIR: ${dataDir}/${noteName} says the database is in ${dir}, which is not ` +
        'there: bring it back, or delete the note to start with an empty database',
    );
  }
  const own = realpathSync(dataDir);
  const owner = readFileSync(ownerFile, 'utf8').trim();
  if (owner !== own && readNote(owner) === dir) {
    throw new EmbeddedPostgresError(
      `TALLYMARK_DATA_DIR: ${dataDir} is a copy of ${owner}, which has the database in ${dir}: ` +
        `delete ${dataDir}/${noteName} to start with an empty database`,
    );
  }
  if (owner !== own) writeFileSync(ownerFile, `${own}\n`);
  const clusterDir = path.join(dir, 'cluster');
  return homeAt(dir, chooseRunAs(existsSync(clusterDir) ? clusterDir : null));
}
