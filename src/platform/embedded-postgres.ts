/**
 * The database that Tallymark brings along: a real PostgreSQL server, from npm, on a local folder.
 *
 * The server is a process of its own that several of ours share: the serving process and tools of
 * the command line. The first to come starts it and the last to leave stops it. It survives a kill
 * of ours, and the next to come takes it over.
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { prepareBinaries } from './embedded-postgres/binaries.ts';
import {
  databaseUrl,
  ensureCluster,
  readPassword,
  requestStop,
  runningServer,
  type Settings,
  startServer,
  stopServer,
} from './embedded-postgres/cluster.ts';
import { EmbeddedPostgresError } from './embedded-postgres/error.ts';
import { type Home, settleHome, systemRoots } from './embedded-postgres/home.ts';
import {
  enter,
  leave,
  lock,
  type Presence,
  present,
  tryLock,
} from './embedded-postgres/presence.ts';
import { makeFolder } from './folder.ts';

export { EmbeddedPostgresError } from './embedded-postgres/error.ts';

export type EmbeddedPostgres = {
  /** `postgres://` URL of the database `tallymark`, as its superuser, on the loopback address. */
  readonly url: string;
  /** Leaves; stops the server when no other living process uses it. */
  close(): Promise<void>;
};

export type EmbeddedPostgresOptions = {
  /** Made when missing. Holds the cluster, or a note of where the cluster is. */
  readonly dataDir: string;
  /** A folder has one serving process at a time, and any number of tools beside it. */
  readonly purpose: 'serve' | 'tool';
  /** Server settings that differ from the durable defaults. No effect on a server found running. */
  readonly settings?: Settings;
  readonly log?: (message: string) => void;
};

type Session = { readonly dataDir: string; readonly home: Home; readonly presence: Presence };

const database = 'tallymark';
const lockTimeoutMs = 120_000;
/** Long, because a server that was killed first replays its log. */
const startTimeoutMs = 120_000;
const startAttemptsMax = 5;

/** Opens the database of a folder, making and starting it as needed. */
export async function openEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  try {
    return await withLock(dataDir, () => join(dataDir, options));
  } catch (error) {
    throw explain(error, dataDir);
  }
}

async function join(dataDir: string, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const usersDir = usersDirOf(dataDir);
  const serving = present(usersDir).find((user) => user.label === 'serve');
  if (options.purpose === 'serve' && serving !== undefined) {
    throw new EmbeddedPostgresError(
      `TALLYMARK_DATA_DIR: ${dataDir} is already in use by a running Tallymark server ` +
        `(pid ${serving.pid})`,
    );
  }
  const home = settleHome(dataDir);
  const session = { dataDir, home, presence: enter(usersDir, options.purpose) };
  try {
    const port = (await adopt(home)) ?? (await start(home, options));
    await ensureDatabase(home, port);
    options.log?.(`embedded PostgreSQL in ${home.dir} on 127.0.0.1:${port}`);
    return { url: databaseUrl(home, port, database), close: closer(session) };
  } catch (error) {
    const server = leaveAndSeeIfLast(session);
    if (server !== null) await stopServer(home, server);
    throw error;
  }
}

/** The port of a server that already runs on this cluster, once it answers; null when none does. */
async function adopt(home: Home): Promise<number | null> {
  const giveUpAt = performance.now() + startTimeoutMs;
  for (;;) {
    const server = runningServer(home);
    if (server === null) return null;
    // The port is the fourth line, which a starting server has not written yet.
    if (server.port > 0 && (await answers(home, server.port))) return server.port;
    if (performance.now() > giveUpAt) {
      throw new EmbeddedPostgresError(
        `TALLYMARK_DATA_DIR: the PostgreSQL server of ${home.dir} (pid ${server.pid}) runs but ` +
          'does not answer: see server.log there, or end that process',
      );
    }
    await sleep(50);
  }
}

async function start(home: Home, options: EmbeddedPostgresOptions): Promise<number> {
  const settings = options.settings ?? {};
  const binaries = prepareBinaries(home.runAs, copyRoots(home));
  ensureCluster(home, binaries, settings);
  readPassword(home);
  let reason = '';
  for (let attempt = 1; attempt <= startAttemptsMax; attempt += 1) {
    const started = await startServer(home, binaries, settings);
    const giveUpAt = performance.now() + startTimeoutMs;
    while (!started.exited() && performance.now() < giveUpAt) {
      if (await answers(home, started.port)) return started.port;
      await sleep(25);
    }
    reason = started.logTail();
    // Both pass: the next attempt takes another port; orphans of a killed server end by themselves.
    if (!/Address already in use|shared memory block/.test(reason)) break;
    await sleep(200 * attempt);
  }
  const tail = reason.split('\n').slice(-5).join('\n  ');
  throw new EmbeddedPostgresError(
    `TALLYMARK_DATA_DIR: PostgreSQL could not start on ${home.dir}; its log ends with\n  ${tail}`,
  );
}

/** Where programs may be copied to: root's server needs a place that its user can reach. */
function* copyRoots(home: Home): Generator<string> {
  yield* systemRoots();
  yield home.dir;
}

/** Whether the server of this very cluster answers on the port; its password proves it. */
async function answers(home: Home, port: number): Promise<boolean> {
  const url = databaseUrl(home, port, 'postgres');
  try {
    return await query(url, async () => true);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === invalidPassword) {
      throw new EmbeddedPostgresError(
        `TALLYMARK_DATA_DIR: the server on 127.0.0.1:${port} does not accept the password in ` +
          `${home.dir}/password`,
      );
    }
    return false;
  }
}

const invalidPassword = '28P01';

async function ensureDatabase(home: Home, port: number): Promise<void> {
  await query(databaseUrl(home, port, 'postgres'), async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${database}`);
  });
}

async function query<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

function closer(session: Session): () => Promise<void> {
  const onExit = () => leaveAtOnce(session);
  process.once('exit', onExit);
  let closing: Promise<void> | undefined;
  const close = async () => {
    await withLock(session.dataDir, async () => {
      const server = leaveAndSeeIfLast(session);
      if (server !== null) await stopServer(session.home, server);
    });
    process.off('exit', onExit);
  };
  return () => {
    closing ??= close();
    return closing;
  };
}

/** When a process ends without closing. Whoever holds the lock then is about to use the server. */
function leaveAtOnce(session: Session): void {
  try {
    const own = tryLock(lockDirOf(session.dataDir));
    if (own === null) {
      leave(session.presence);
      return;
    }
    const server = leaveAndSeeIfLast(session);
    if (server !== null) requestStop(server);
    leave(own);
  } catch {
    // The process is ending, perhaps because its folder was removed.
  }
}

function leaveAndSeeIfLast(session: Session) {
  leave(session.presence);
  const others = present(usersDirOf(session.dataDir));
  return others.length === 0 ? runningServer(session.home) : null;
}

const lockDirOf = (dataDir: string) => path.join(dataDir, 'lock');
const usersDirOf = (dataDir: string) => path.join(dataDir, 'users');

async function withLock<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  makeFolder(dataDir);
  const own = await lock(lockDirOf(realpathSync(dataDir)), lockTimeoutMs);
  if (own === null) {
    throw new EmbeddedPostgresError(
      `TALLYMARK_DATA_DIR: another process has been starting or stopping ${dataDir} for too long`,
    );
  }
  try {
    return await work();
  } finally {
    leave(own);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOENT: 'it cannot be made there',
  EROFS: 'it is on a read-only file system',
  EEXIST: 'it is a file, not a folder',
  ENOTDIR: 'it is a file or below a file, not a folder',
  ENOSPC: 'the disk is full',
};

function explain(error: unknown, dataDir: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  const reason = reasons[code];
  if (error instanceof EmbeddedPostgresError || reason === undefined) return error;
  return new EmbeddedPostgresError(`TALLYMARK_DATA_DIR: ${dataDir} cannot be used: ${reason}`, {
    cause: error,
  });
}
