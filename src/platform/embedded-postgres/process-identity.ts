/**
 * Which process a pid means. Pids are reused, so a process is known by its pid and the moment it
 * started, where the system tells (Linux); elsewhere by its pid alone.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';

export type ProcessIdentity = { readonly pid: number; readonly startedAt: string };

const unknownStart = '0';

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: linuxStat(process.pid)?.startedAt ?? unknownStart };
}

/** Whether that very process, and not a later one with its pid, still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!pidExists(identity.pid)) return false;
  const stat = linuxStat(identity.pid);
  if (stat === null) return true;
  return (
    !stat.dead && (identity.startedAt === unknownStart || identity.startedAt === stat.startedAt)
  );
}

/** Whether the pid is that of the PostgreSQL server whose data lies in `clusterDir`. */
export function isPostmaster(pid: number, clusterDir: string): boolean {
  if (!pidExists(pid)) return false;
  if (process.platform === 'win32') return true;
  if (process.platform === 'linux') {
    if (linuxStat(pid)?.dead === true) return false;
    try {
      // A server makes its data folder the current one.
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(clusterDir);
    } catch {
      // Another user's process hides where it is; ours and root's view would not be hidden.
      return false;
    }
  }
  const ps = spawnSync('ps', ['-ww', '-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  return ps.error !== undefined || ps.stdout.includes(clusterDir);
}

function pidExists(pid: number): boolean {
  // 0 and below would ask about whole groups of processes.
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not being allowed to signal it proves that it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function linuxStat(pid: number): { startedAt: string; dead: boolean } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces; after it come the state, …, the start time (22nd).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0] ?? '';
    return { startedAt: fields[19] ?? unknownStart, dead: state === 'Z' || state === 'X' };
  } catch {
    return null;
  }
}
