/** Starts and ends processes that hold an embedded database. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { homeOf } from './data-dir.ts';

export type Holder = {
  readonly pid: number;
  /** Set when the database opened. */
  readonly url: string;
  /** Set when it was refused. */
  readonly error: string;
  /** Lets it close and waits for its end. */
  close(): Promise<void>;
  signal(name: NodeJS.Signals): Promise<void>;
};

type StartOptions = { readonly uid?: number; readonly gid?: number; readonly ending?: 'exit' };

const root = path.join(import.meta.dirname, '../..');
const script = path.join(import.meta.dirname, 'embedded-postgres-child.ts');

/** Starts a process in a process group of its own; resolves once it is open or refused. */
export async function startHolder(
  dataDir: string,
  purpose: 'serve' | 'tool',
  options: StartOptions = {},
): Promise<Holder> {
  const { ending, ...runAs } = options;
  const args = ['--import', 'tsx', script, dataDir, purpose, ...(ending ? [ending] : [])];
  const child = spawn(process.execPath, args, { ...runAs, cwd: root, detached: true });
  const exited = once(child, 'exit');
  const answer = await firstLine(child);
  return {
    pid: child.pid ?? 0,
    url: answer.url ?? '',
    error: answer.error ?? '',
    async close() {
      child.stdin?.end();
      await exited;
    },
    async signal(name) {
      process.kill(-(child.pid ?? 0), name);
      if (name === 'SIGKILL') await exited;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<{ url?: string; error?: string }> {
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints += chunk;
  });
  if (child.stdout === null) throw new Error('no output to read');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error(`the process said nothing: ${complaints}`);
}

/** The server of a data folder, as it noted itself; null once it has stopped in good order. */
export async function postmasterPid(dataDir: string): Promise<number | null> {
  const file = path.join(await homeOf(dataDir), 'cluster/postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : Number(text.split('\n')[0]);
}

/** Runs one statement on a connection of its own. */
export async function runSql<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
