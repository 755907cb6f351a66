/**
 * The guides for the three users, command by command, as somebody with a clone runs them: a real
 * demo, bash, curl and the command line. `# → text` behind a command says what must be answered.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedOf } from '../cli/expected.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { bePatient } from '../support/patience.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

const root = path.join(import.meta.dirname, '../..');
const DEFAULT_URL = '127.0.0.1:4000';
/** Other tests run these: `.ci/run` starts the demo and plays the examples. */
const elsewhere = /^npm ci && npm start$|examples\//m;

/** Follows no stream for longer, and stops no test where a guide would go on. */
const FOLLOW_S = 4;
const prelude = `
set -euo pipefail
npx() { [ "$1" = tallymark ]; shift; node --import "$TSX" "$ROOT/src/cli.ts" "$@"; }
curl() { command curl --max-time ${FOLLOW_S} "$@" || [ $? = 28 ]; }
`;

let dir: string;
let database: TestDatabase;
let server: ServerProcess;

beforeAll(async () => {
  bePatient();
  dir = mkdtempSync(path.join(tmpdir(), 'tallymark-guides-'));
  database = await createEmptyDatabase();
  server = await startProcess({
    DATABASE_URL: database.url,
    TALLYMARK_DEMO: '1',
    TALLYMARK_DATA_DIR: dir,
  });
  for (const name of ['schema.graphql', 'test']) {
    symlinkSync(path.join(root, name), path.join(dir, name));
  }
}, 120_000);
afterAll(async () => {
  server.signal('SIGTERM');
  await server.exited;
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

const textOf = (guide: string) =>
  readFileSync(path.join(root, guide), 'utf8').replaceAll(DEFAULT_URL, () =>
    server.url.replace('http://', ''),
  );

const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, block = '']) => block,
  );

type Ended = { readonly code: number | null; readonly output: string };

/** Runs a program; `until` ends it when that was printed. */
function run(
  [command = '', ...args]: string[],
  { cwd, env, until }: { cwd: string; env: object; until?: RegExp },
): Promise<Ended> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ROOT: root, DATABASE_URL: database.url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    if (until?.test(output)) child.kill();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

/** All shell commands of a guide in one shell, in order, with what they must answer. */
async function runCommands(text: string): Promise<string> {
  const blocks = blocksOf(text, 'sh').filter((block) => !elsewhere.test(block));
  const expected = [...blocks.join('').matchAll(/ {2}# → (.+)$/gm)].map(([, told = '']) => told);
  const tsx = path.join(root, 'node_modules/tsx/dist/esm/index.mjs');
  const script = `${prelude}${blocks.join('\necho; ')}\necho "KEY=\${KEY-}"`;
  const env = { TSX: tsx, TALLYMARK_DATA_DIR: dir };
  const { code, output } = await run(['bash', '-c', script], { cwd: dir, env });
  expect([code, output]).toEqual([0, output]);
  expect(output).not.toContain('"errors"');
  let from = 0;
  for (const told of expected) {
    const at = output.indexOf(told, from);
    expect(at, `${told} in ${output.slice(from)}`).toBeGreaterThanOrEqual(0);
    from = at + told.length;
  }
  expect(expected.length).toBeGreaterThan(0);
  return /KEY=(\S*)$/.exec(output.trim())?.[1] ?? '';
}

/** A script of a guide; the repository has the packages that it wants. */
const runScript = (code: string, key: string, until: RegExp) =>
  run([process.execPath, '--input-type=module', '-e', code], {
    ...{ cwd: root, env: { KEY: key }, until },
  });

describe('each command of a guide works', () => {
  it('for frontend teams', async () => {
    await runCommands(textOf('docs/frontend.md'));
  }, 120_000);

  it('for live screens, and a screen of one’s own', async () => {
    const text = textOf('docs/screen.md');
    const key = await runCommands(text);
    const [script = ''] = blocksOf(text, 'js');
    const { output } = await runScript(script, key, /^12\. .+ \d+$|^10\. .+ \d+$/m);
    expect(output).toMatch(/^version \d+\n1\. .+ \d+\n2\. /m);
  }, 120_000);

  it('for partners', async () => {
    const text = textOf('docs/partners.md');
    const [manifest = ''] = blocksOf(text, 'json');
    writeFileSync(path.join(dir, 'partner.json'), manifest);
    const key = await runCommands(text);
    const [script = ''] = blocksOf(text, 'js');
    const { output } = await runScript(script, key, /SNAPSHOT/);
    expect(output).toContain("kind: 'SNAPSHOT'");
  }, 120_000);

  it('for a program of one’s own, in the README', async () => {
    const [, section = ''] = textOf('README.md').split(/^## (?=Your own program)|^## Rules/m);
    await runCommands(section);
    const csv = readFileSync(path.join(root, 'test/fixtures/checkins.csv'), 'utf8');
    const { rows, accepted, duplicates, membersEnrolled, topTotals } = expectedOf(
      csv,
      'Europe/Rome',
    );
    const shown = [rows, accepted, duplicates, 0, membersEnrolled];
    const totals = topTotals.map((total) => total.toLocaleString('en')).join(' · ');
    expect(section).toContain(`| ${shown.join(' | ')} | ${totals} |`);
  }, 120_000);
});
