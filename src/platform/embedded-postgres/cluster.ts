/** One PostgreSQL cluster: made, started, found running, stopped. Callers hold the lock. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';
import type { Home } from './home.ts';
import { isPostmaster } from './process-identity.ts';

export type Settings = Readonly<Record<string, string>>;

/** What a server that outlives its starter writes down: line 1 its pid, line 4 its port. */
export type RunningServer = { readonly pid: number; readonly port: number };

const superuser = 'tallymark';
const logBytesMax = 10 * 1024 * 1024;

const durableSettings: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  // Short queries only: starting workers and compiling would cost more than they save.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Makes the cluster when there is none. Half-made ones of a killed process are cleared away. */
export function ensureCluster(home: Home, binaries: Binaries, settings: Settings): void {
  for (const name of readdirSync(home.dir)) {
    if (name.startsWith('draft-')) removeDraft(path.join(home.dir, name));
  }
  if (existsSync(home.clusterDir)) assertVersion(home, binaries);
  else makeCluster(home, binaries, settings);
}

/** A killed process may have left an initdb behind that still adds files for a moment. */
function removeDraft(file: string): void {
  rmSync(file, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

function makeCluster(home: Home, binaries: Binaries, settings: Settings): void {
  const draft = path.join(home.dir, `draft-${randomBytes(6).toString('hex')}`);
  const password = randomBytes(24).toString('base64url');
  const passwordDraft = `${draft}.password`;
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordDraft, password, { mode: 0o600 });
  giveTo(home, draft);
  giveTo(home, passwordDraft);
  const args = [
    `--pgdata=${draft}`,
    `--username=${superuser}`,
    `--pwfile=${passwordDraft}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(settings.fsync === 'off' ? ['--no-sync'] : []),
  ];
  const result = spawnSync(binaries.initdb, args, {
    ...home.runAs,
    cwd: '/',
    env: serverEnv(),
    encoding: 'utf8',
  });
  rmSync(passwordDraft);
  if (result.status !== 0) {
    const reason = result.error?.message ?? result.stderr.trim();
    removeDraft(draft);
    throw new EmbeddedPostgresError(
      `TALLYMARK_DATA_DIR: PostgreSQL could not make its files in ${home.dir}: ${reason}`,
    );
  }
  // The password is there before the cluster is, so that no cluster lacks one.
  writeFileSync(path.join(home.dir, 'password'), password, { mode: 0o600, flush: true });
  renameSync(draft, home.clusterDir);
}

/** The URL of a database of the cluster. Plain TCP: it never leaves the machine. */
export function databaseUrl(home: Home, port: number, database: string): string {
  return `postgres://${superuser}:${readPassword(home)}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

/** The superuser's password. Asked for before a start, so that no server runs that nobody can open. */
export function readPassword(home: Home): string {
  const passwordFile = path.join(home.dir, 'password');
  if (!existsSync(passwordFile)) {
    throw new EmbeddedPostgresError(
      `TALLYMARK_DATA_DIR: ${passwordFile} is missing: without it the database cannot be opened`,
    );
  }
  return readFileSync(passwordFile, 'utf8').trim();
}

/** The server of this cluster that runs now, whoever started it. */
export function runningServer(home: Home): RunningServer | null {
  try {
    const lines = readFileSync(path.join(home.clusterDir, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    const port = Number(lines[3]);
    return isPostmaster(pid, home.clusterDir) ? { pid, port } : null;
  } catch {
    return null;
  }
}

export type Start = { readonly exited: () => boolean; readonly logTail: () => string };

/** Starts the server in a session of its own, so that Ctrl-C in a terminal does not reach it. */
export async function startServer(
  home: Home,
  binaries: Binaries,
  settings: Settings,
): Promise<Start & { readonly port: number }> {
  // Nobody runs here (the caller looked), so the file is a killed server's. PostgreSQL would take
  // any process that got the same pid since for that server, and refuse.
  rmSync(path.join(home.clusterDir, 'postmaster.pid'), { force: true });
  const port = await choosePort(home);
  const args = ['-D', home.clusterDir, '-p', String(port)];
  for (const [name, value] of Object.entries({ ...durableSettings, ...settings })) {
    args.push('-c', `${name}=${value}`);
  }
  const { logFile, logFrom } = openLog(home);
  const log = openSync(logFile, 'a', 0o600);
  giveTo(home, logFile);
  const child = spawn(binaries.postgres, args, {
    ...home.runAs,
    cwd: '/',
    env: serverEnv(),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let exited = false;
  let failure = '';
  child.once('exit', () => {
    exited = true;
  });
  child.once('error', (error) => {
    exited = true;
    failure = error.message;
  });
  child.unref();
  return {
    port,
    exited: () => exited,
    logTail: () => failure || readFileSync(logFile).subarray(logFrom).toString('utf8').trim(),
  };
}

/** Stops the server: it ends its sessions, writes all out, and is gone when this returns. */
export async function stopServer(home: Home, server: RunningServer): Promise<void> {
  signal(server.pid, 'SIGINT');
  for (let waitedMs = 0; isPostmaster(server.pid, home.clusterDir); waitedMs += 20) {
    // It recovers from its log at the next start; waiting for ever would be worse.
    if (waitedMs === 60_000) signal(server.pid, 'SIGQUIT');
    if (waitedMs > 70_000) return;
    await sleep(20);
  }
}

/** Asks the server to stop without waiting, for a process that is about to be gone. */
export function requestStop(server: RunningServer): void {
  signal(server.pid, 'SIGINT');
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It stopped by itself just now.
  }
}

/** The port of the last time, so that tools keep finding it, unless another has taken it. */
async function choosePort(home: Home): Promise<number> {
  const file = path.join(home.dir, 'port');
  const remembered = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = (await freePort(remembered)) ?? (await freePort(0));
  if (port === null) throw new EmbeddedPostgresError('no TCP port is free on 127.0.0.1');
  writeFileSync(file, `${port}\n`);
  giveTo(home, file);
  return port;
}

function freePort(wanted: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : null;
      probe.close(() => resolve(port));
    });
  });
}

function openLog(home: Home): { logFile: string; logFrom: number } {
  const logFile = path.join(home.dir, 'server.log');
  if (!existsSync(logFile)) return { logFile, logFrom: 0 };
  const { size } = statSync(logFile);
  if (size < logBytesMax) return { logFile, logFrom: size };
  renameSync(logFile, `${logFile}.1`);
  return { logFile, logFrom: 0 };
}

function assertVersion(home: Home, binaries: Binaries): void {
  const made = readFileSync(path.join(home.clusterDir, 'PG_VERSION'), 'utf8').trim();
  const version = spawnSync(binaries.postgres, ['--version'], {
    ...home.runAs,
    cwd: '/',
    encoding: 'utf8',
  });
  if (version.stdout.includes(` ${made}.`)) return;
  throw new EmbeddedPostgresError(
    `TALLYMARK_DATA_DIR: ${home.dir} was made by PostgreSQL ${made}, but this is ` +
      `${version.stdout.trim()}: move the data with pg_dump, or use the older Tallymark`,
  );
}

function giveTo(home: Home, file: string): void {
  const { uid, gid } = home.runAs;
  if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
}

/** PG* variables are meant for the user's other servers; messages are kept in English. */
function serverEnv(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}
