/** Throw-away data folders for embedded databases. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Makes an empty folder that only this user may enter. */
export function makeDataDir(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'tallymark-test-'));
}

/** Removes a data folder and, where root's cluster had to lie elsewhere, that cluster too. */
export async function removeDataDir(dataDir: string): Promise<void> {
  const elsewhere = await clusterElsewhere(dataDir);
  if (elsewhere !== null) await rm(elsewhere, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}

/** The folder that holds cluster, password, port and log. */
export async function homeOf(dataDir: string): Promise<string> {
  return (await clusterElsewhere(dataDir)) ?? path.join(dataDir, 'postgres');
}

async function clusterElsewhere(dataDir: string): Promise<string | null> {
  const note = await readFile(path.join(dataDir, 'postgres-location.txt'), 'utf8').catch(() => '');
  return note.trim().split('\n').at(-1) || null;
}
