/** Real server processes: started, watched, signalled and ended by tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { App } from '../../src/app.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createPool, createPrisma } from '../../src/platform/db.ts';
import { createTestProgram, type TestProgram } from './app.ts';
import { programFile } from './program-file.ts';

export type ServerProcess = {
  readonly url: string;
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How it ended, once it has. */
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  readonly running: boolean;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
};

const root = path.join(import.meta.dirname, '../..');
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts the server with these settings; resolves when it listens, or has ended. */
export async function startProcess(env: Record<string, string>): Promise<ServerProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, programFile('main'), {
    cwd: root,
    env: { PATH, HOME, PORT: '0', TALLYMARK_DEMO: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    texts.stderr += chunk;
  });
  // 'close' comes after the last output, 'exit' may come before.
  const exited = once(child, 'close').then(([code, signal]) => {
    children.delete(child);
    return { code: code as number | null, signal: signal as string | null };
  });
  let url: string | undefined;
  while (url === undefined && children.has(child)) {
    url = /"url":"([^"]+)","msg":"listening"/.exec(texts.stdout)?.[1];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url: url ?? '',
    pid: child.pid ?? 0,
    get stdout() {
      return texts.stdout;
    },
    get stderr() {
      return texts.stderr;
    },
    exited,
    get running() {
      return children.has(child);
    },
    signal: (name) => void child.kill(name),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A program in a database that no app of this process has open. */
export async function createProgramIn(databaseUrl: string): Promise<TestProgram> {
  const pool = createPool(databaseUrl, () => {});
  const db = createPrisma(pool);
  try {
    return await createTestProgram({ db, clock: systemClock } as App);
  } finally {
    await db.$disconnect();
    await pool.end().catch(() => {});
  }
}

/** Runs one operation over POST and returns its data; fails on errors. */
export async function post(url: string, credential: string, query: string, variables: object = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      authorization: `Bearer ${credential}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
    data: any;
    errors?: { message: string }[];
  };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** A number of /metrics. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}
