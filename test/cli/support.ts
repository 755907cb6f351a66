/** Runs the command line: as a process of its own, or its commands within the test. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { importCheckIns } from '../../src/cli/import-check-ins.ts';
import type { Output } from '../../src/cli/output.ts';
import { verify } from '../../src/cli/verify.ts';
import { programFile } from '../support/program-file.ts';

const root = path.join(import.meta.dirname, '../..');
const shared = path.join(root, '../shared/data/checkins.csv');

/** Whether the full file of check-ins is beside the checkout; a clone has only the fixture. */
export const hasSharedFile: boolean = existsSync(shared);
export const checkInsFile: string = hasSharedFile
  ? shared
  : path.join(root, 'test/fixtures/checkins.csv');

export type CliRun = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** `tallymark <args>` as a process, on this database. */
export async function runCli(
  databaseUrl: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CliRun> {
  const command = [...programFile('cli'), ...args];
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number>((resolve) => {
    child.on('close', (exitCode) => resolve(exitCode ?? -1));
  });
  return { code, stdout, stderr };
}

/** The JSON document a command printed, which must be all it printed. */
// biome-ignore lint/suspicious/noExplicitAny: tests read documents by the command they ran.
export const documentOf = (run: CliRun): any => JSON.parse(run.stdout);

type Recorded = { ok: boolean; problems: string[] };
export type ImportReport = {
  rows: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  membersEnrolled: number;
  pointsAwarded: number;
  rejections: { line: number; field: string | null; reason: string }[];
};
export type VerifyReport = {
  ok: boolean;
  members: number;
  entries: number;
  checkIns: number;
  membersUnread: number;
  difference?: {
    program: string;
    member: string | null;
    what: string;
    entrySeq: number | null;
    expected: string;
    found: string;
  };
};

/** `import check-ins` within the test's own process. */
export const importWithin = (
  databaseUrl: string,
  file: string,
  flags: { program: string; dryRun?: true; allowRejects?: true },
): Promise<Recorded & { report: ImportReport }> =>
  within(databaseUrl, (env, output) => importCheckIns(env, output, file, flags));

/** `verify` within the test's own process. */
export const verifyWithin = (
  databaseUrl: string,
  flags: { program?: string; checkpoint?: string; against?: string } = {},
): Promise<Recorded & { report: VerifyReport }> =>
  within(databaseUrl, (env, output) => verify(env, output, flags));

export async function within<Report>(
  databaseUrl: string,
  work: (env: Record<string, string>, output: Output) => Promise<boolean>,
): Promise<Recorded & { report: Report }> {
  let report: unknown;
  const problems: string[] = [];
  const output: Output = {
    json: true,
    result: (document) => {
      report = document;
    },
    note: () => {},
    problem: (line) => problems.push(line),
  };
  const env = {
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'silent',
    TALLYMARK_CHECKPOINT_SECRET: 'of the tests',
  };
  return { ok: await work(env, output), problems, report: report as Report };
}

/** Runs statements on a connection of their own; the rows of the last one. */
export async function sql<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  ...statements: string[]
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

export type TestFolder = {
  readonly path: string;
  /** Writes a file into it; returns its path. */
  write(name: string, content: string | Buffer): Promise<string>;
  remove(): Promise<void>;
};

export async function makeFolder(): Promise<TestFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tallymark-cli-'));
  return {
    path: folder,
    async write(name, content) {
      const file = path.join(folder, name);
      await writeFile(file, content);
      return file;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
