import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EmbeddedPostgresError,
  openEmbeddedPostgres,
} from '../../src/platform/embedded-postgres.ts';
import { homeOf, makeDataDir, removeDataDir } from '../support/data-dir.ts';
import {
  type Holder,
  postmasterPid,
  runSql,
  startHolder,
} from '../support/embedded-postgres-process.ts';

const isRoot = process.getuid?.() === 0;

const settings = { fsync: 'off' };
const holders: Holder[] = [];
let dataDir: string;

beforeEach(async () => {
  dataDir = await makeDataDir();
});

afterEach(async () => {
  for (const holder of holders.splice(0)) await holder.signal('SIGKILL').catch(() => {});
  await stopLeftovers();
  await removeDataDir(dataDir);
});

/** Joining and leaving as a tool stops a server that killed processes left behind. */
async function stopLeftovers(): Promise<void> {
  if ((await postmasterPid(dataDir)) === null) return;
  await (await openEmbeddedPostgres({ dataDir, purpose: 'tool', settings })).close();
}

async function start(...args: Parameters<typeof startHolder>): Promise<Holder> {
  const holder = await startHolder(...args);
  holders.push(holder);
  return holder;
}

const open = (purpose: 'serve' | 'tool' = 'serve') =>
  openEmbeddedPostgres({ dataDir, purpose, settings });

async function countRows(url: string): Promise<number> {
  const rows = await runSql<{ n: string }>(url, 'select count(*) as n from kept');
  return Number(rows[0]?.n);
}

const createRow = 'create table kept as select 1 as x';

/** Waits for what another process does on its own, such as ending after a signal. */
async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await sleep(25);
  }
  throw new Error('it did not happen within five seconds');
}

const gone = (pid: number) => () => {
  try {
    process.kill(pid, 0);
    return /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
};

describe('one process', () => {
  it('makes a durable UTF-8 database and keeps its rows over a restart', async () => {
    const first = await openEmbeddedPostgres({ dataDir, purpose: 'serve' });
    expect(new URL(first.url).hostname).toBe('127.0.0.1');
    expect(new URL(first.url).pathname).toBe('/tallymark');
    const [row] = await runSql(
      first.url,
      `select current_setting('fsync') as fsync, current_setting('server_encoding') as encoding,
         current_setting('synchronous_commit') as commit, upper('ü') as upper,
         current_setting('listen_addresses') as listen, current_setting('server_version_num') as v,
         current_setting('unix_socket_directories') as sockets`,
    );
    expect(row).toMatchObject({
      fsync: 'on',
      encoding: 'UTF8',
      commit: 'on',
      upper: 'Ü',
      listen: '127.0.0.1',
      sockets: '',
      v: expect.stringMatching(/^18/),
    });
    await runSql(first.url, createRow);
    await first.close();
    await first.close();
    expect(await postmasterPid(dataDir)).toBeNull();

    const second = await open();
    expect(second.url).toBe(first.url);
    expect(await countRows(second.url)).toBe(1);
    await second.close();
  });

  it('keeps its password to this user and lets nobody in without it', async () => {
    const database = await open();
    const home = await homeOf(dataDir);
    expect(statSync(path.join(home, 'password')).mode & 0o777).toBe(0o600);
    const stranger = new URL(database.url);
    stranger.password = 'guess';
    await expect(runSql(stranger.href, 'select 1')).rejects.toThrow(/password authentication/);
    await database.close();
  });

  it('takes another port when its own is taken', async () => {
    const first = await open();
    await first.close();
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const second = await open();
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
    await second.close();
    squatter.close();
  });

  it('clears away what a killed initdb left, and starts over', async () => {
    const victim = startHolder(dataDir, 'serve').catch((error: unknown) => error);
    await eventually(async () => {
      const home = await homeOf(dataDir);
      return existsSync(home) && readdirSync(home).some((name) => /^draft-[^.]*$/.test(name));
    });
    // Its lock file names it.
    const [lock = ''] = readdirSync(path.join(dataDir, 'lock'));
    process.kill(Number(lock.split('.')[1]), 'SIGKILL');
    await victim;
    const home = await homeOf(dataDir);
    expect(existsSync(path.join(home, 'cluster'))).toBe(false);

    const database = await open();
    await runSql(database.url, createRow);
    await database.close();
    expect(readdirSync(home).filter((name) => name.startsWith('draft-'))).toEqual([]);
  });
});

describe('killed processes', () => {
  it('takes over the server of a process that was killed', async () => {
    const holder = await start(dataDir, 'serve');
    await runSql(holder.url, createRow);
    const server = await postmasterPid(dataDir);
    await holder.signal('SIGKILL');

    const database = await open();
    expect(await postmasterPid(dataDir)).toBe(server);
    expect(await countRows(database.url)).toBe(1);
    await database.close();
    expect(await postmasterPid(dataDir)).toBeNull();
  });

  it('recovers when the server was killed too', async () => {
    const holder = await start(dataDir, 'serve');
    await runSql(holder.url, createRow);
    const server = await postmasterPid(dataDir);
    await holder.signal('SIGKILL');
    process.kill(server ?? 0, 'SIGKILL');

    const database = await open();
    expect(await postmasterPid(dataDir)).not.toBe(server);
    expect(await countRows(database.url)).toBe(1);
    await database.close();
  });

  it('does not take a recycled pid for the server or for a serving process', async () => {
    const first = await open();
    await first.close();
    const home = await homeOf(dataDir);
    const cluster = path.join(home, 'cluster');
    const stale = path.join(cluster, 'postmaster.pid');
    writeFileSync(stale, `${process.pid}\n${cluster}\n1\n5432\n`);
    const { uid, gid } = statSync(cluster);
    chownSync(stale, uid, gid);
    if (process.platform === 'linux') {
      writeFileSync(path.join(dataDir, 'users', `serve.${process.pid}.12345.aa`), '');
    }
    const database = await open();
    await runSql(database.url, 'select 1');
    await database.close();
  });

  it('stops the server when a process ends without closing', async () => {
    await start(dataDir, 'serve', { ending: 'exit' });
    await eventually(async () => (await postmasterPid(dataDir)) === null);
  });

  it('keeps the server out of reach of Ctrl-C', async () => {
    const holder = await start(dataDir, 'serve');
    const server = (await postmasterPid(dataDir)) ?? 0;
    await holder.signal('SIGINT');
    await sleep(200);
    await runSql(holder.url, 'select 1');
    await holder.close();
    await eventually(gone(server));
  });
});

describe('several processes', () => {
  it('refuses a second serving process, naming the first, until it has left', async () => {
    const first = await start(dataDir, 'serve');
    const second = await start(dataDir, 'serve');
    expect(second.error).toBe(
      `EmbeddedPostgresError: TALLYMARK_DATA_DIR: ${dataDir} is already in use by a running ` +
        `Tallymark server (pid ${first.pid})`,
    );
    await runSql(first.url, 'select 1');
    await first.close();
    await (await open()).close();
  });

  it('lets tools share the server, and the last to leave stops it', async () => {
    const serving = await start(dataDir, 'serve');
    const tool = await open('tool');
    expect(tool.url).toBe(serving.url);
    await serving.close();
    await runSql(tool.url, createRow);

    const late = await start(dataDir, 'serve');
    await tool.close();
    expect(await countRows(late.url)).toBe(1);
    await late.close();
    expect(await postmasterPid(dataDir)).toBeNull();
  });

  it('starts one server for many that come at once', async () => {
    const crowd = await Promise.all(
      (['serve', 'tool', 'tool', 'serve', 'tool'] as const).map((purpose) =>
        start(dataDir, purpose),
      ),
    );
    const opened = crowd.filter((holder) => holder.error === '');
    expect(opened).toHaveLength(4);
    expect(new Set(opened.map((holder) => holder.url)).size).toBe(1);
    for (const holder of opened) await runSql(holder.url, 'select 1');
    await Promise.all(opened.map((holder) => holder.close()));
    expect(await postmasterPid(dataDir)).toBeNull();
  });
});

describe('mistakes', () => {
  const openAt = (dir: string) =>
    openEmbeddedPostgres({ dataDir: dir, purpose: 'serve' }).catch((error: unknown) => error);

  it.each([
    ['a file', () => path.join(dataDir, 'file')],
    ['a folder below a file', () => path.join(dataDir, 'file/below')],
    ['a place where nothing can be made', () => '/proc/tallymark'],
  ])('names the setting when it is %s', async (_case, place) => {
    writeFileSync(path.join(dataDir, 'file'), '');
    const error = await openAt(place());
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(String(error)).toContain(`TALLYMARK_DATA_DIR: ${place()} cannot be used: it `);
  });

  it('names the setting when it may not be written', async () => {
    if (isRoot) return console.warn('SKIPPED: root may write everywhere');
    const sealed = path.join(dataDir, 'sealed');
    mkdirSync(sealed, { mode: 0o500 });
    expect(String(await openAt(sealed))).toMatch(/TALLYMARK_DATA_DIR: .*may not write there/);
  });

  it('says that the password is lost', async () => {
    await (await open()).close();
    const password = path.join(await homeOf(dataDir), 'password');
    rmSync(password);
    await expect(open()).rejects.toThrow(`TALLYMARK_DATA_DIR: ${password} is missing`);
    expect(await postmasterPid(dataDir)).toBeNull();
  });

  it('shows the end of the log when the server does not start', async () => {
    await (await open()).close();
    const failing = openEmbeddedPostgres({
      dataDir,
      purpose: 'serve',
      settings: { wal_level: 'nonsense' },
    });
    await expect(failing).rejects.toThrow(/TALLYMARK_DATA_DIR: .*could not start.*wal_level/s);
  });
});
