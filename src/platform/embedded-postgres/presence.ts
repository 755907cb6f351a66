/**
 * Who is here: a folder in which every process keeps one file, named after itself.
 *
 * Because the name says who made it, a file left by a dead process is recognised and removed
 * without a race: nobody else ever uses that name.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../folder.ts';
import { isAlive, ownIdentity } from './process-identity.ts';

export type Presence = { readonly label: string; readonly pid: number; readonly file: string };

/** Announces this process in the folder, under a label without dots. */
export function enter(dir: string, label: string): Presence {
  makeFolder(dir);
  const { pid, startedAt } = ownIdentity();
  const name = `${label}.${pid}.${startedAt}.${randomBytes(6).toString('hex')}`;
  const file = path.join(dir, name);
  closeSync(openSync(file, 'wx', 0o644));
  return { label, pid, file };
}

/** Takes an announcement back. */
export function leave(presence: Presence): void {
  rmSync(presence.file, { force: true });
}

/** Everyone in the folder whose process lives. */
export function present(dir: string): Presence[] {
  makeFolder(dir);
  const living: Presence[] = [];
  for (const name of readdirSync(dir)) {
    const [label = '', pid = '', startedAt = ''] = name.split('.');
    const presence = { label, pid: Number(pid), file: path.join(dir, name) };
    if (isAlive({ pid: presence.pid, startedAt })) living.push(presence);
    else leave(presence);
  }
  return living;
}

/**
 * Takes the lock that the folder stands for, or returns null when someone has it.
 *
 * Each contender first shows itself and then looks around, so of two at the same moment at least
 * the later to look sees the other and steps back: they may both step back, never both go on.
 */
export function tryLock(dir: string): Presence | null {
  const own = enter(dir, 'lock');
  if (present(dir).every((other) => other.file === own.file)) return own;
  leave(own);
  return null;
}

/** Takes the lock, waiting for others; null when it is still taken after `timeoutMs`. */
export async function lock(dir: string, timeoutMs: number): Promise<Presence | null> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const own = tryLock(dir);
    if (own !== null) return own;
    if (performance.now() > giveUpAt) return null;
    // An uneven pause, so that two who stepped back do not meet again.
    await sleep(20 + Math.random() * 60);
  }
}
