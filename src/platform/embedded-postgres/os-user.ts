/** The operating system user that PostgreSQL runs as: it refuses to be root. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { EmbeddedPostgresError } from './error.ts';

/** Numeric ids to start a process with; empty when it simply runs as we do. */
export type RunAs = { readonly uid?: number; readonly gid?: number };

/** As root: the owner of existing data, else `postgres` (made when missing), else `nobody`. */
export function chooseRunAs(existingClusterDir: string | null): RunAs {
  if (!isRoot()) return {};
  if (existingClusterDir !== null) {
    const { uid, gid } = statSync(existingClusterDir);
    if (uid !== 0) return { uid, gid };
  }
  const found = lookUp('postgres') ?? createPostgresUser() ?? lookUp('nobody');
  if (found !== null) return found;
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and this system has no other user for it: ' +
      'start Tallymark as an ordinary user, or set DATABASE_URL',
  );
}

/** Whether this process is root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Whether that user can get at what lies in the folder; asks the system by trying. */
export function canReach(dir: string, runAs: RunAs): boolean {
  if (runAs.uid === undefined) return true;
  const result = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', dir], { ...runAs, cwd: '/' });
  return result.status === 0;
}

function lookUp(name: string): RunAs | null {
  const ids = ['-u', '-g'].map((flag) => {
    const result = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return result.status === 0 ? Number.parseInt(result.stdout, 10) : Number.NaN;
  });
  const [uid, gid] = ids;
  if (uid === undefined || gid === undefined) return null;
  return Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0 ? { uid, gid } : null;
}

/** Debian and Red Hat have useradd, Alpine has BusyBox's adduser; each fails quietly elsewhere. */
function createPostgresUser(): RunAs | null {
  const useradd = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false'];
  spawnSync('useradd', [...useradd, 'postgres']);
  const created = lookUp('postgres');
  if (created !== null) return created;
  spawnSync('adduser', ['-S', '-D', '-H', '-s', '/bin/false', 'postgres']);
  return lookUp('postgres');
}
