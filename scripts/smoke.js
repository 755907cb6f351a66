/**
 * Starts a server (`node scripts/smoke.js npm start`) on a fresh data folder and a free port, does
 * what its banner says, and stops it. Exits 1 when a check-in is not answered within a minute.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const START_MS = 60_000;
const [command = 'npm', ...args] = process.argv.slice(2);
const dataDir = mkdtempSync(path.join(tmpdir(), 'tallymark-smoke-'));
const port = await freePort();
const startedAt = performance.now();
const child = spawn(command, args, {
  env: { ...process.env, PORT: String(port), TALLYMARK_DATA_DIR: dataDir },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
child.stdout.on('data', (chunk) => {
  output += chunk;
});
const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));

try {
  const key = await bannerKey();
  const answer = await checkIn(key);
  const { alreadyCheckedIn, awards } = answer.data.checkIn;
  if (alreadyCheckedIn !== false || awards[0]?.points === undefined) {
    throw new Error(`an unexpected answer: ${JSON.stringify(answer)}`);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`started and answered a check-in with ${awards[0].points} points in ${seconds} s`);
} catch (error) {
  console.error(output);
  console.error(error);
  process.exitCode = 1;
} finally {
  child.kill('SIGTERM');
  await exited;
  child.stdout.destroy();
  await stopped();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Whoever was between us and the server: it must be gone, too. */
async function stopped() {
  const deadline = performance.now() + 15_000;
  while (performance.now() < deadline) {
    const answers = await fetch(`http://127.0.0.1:${port}/health/live`).then(
      () => true,
      () => false,
    );
    if (!answers) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.error('the server did not stop');
  process.exitCode = 1;
}

async function bannerKey() {
  while (performance.now() - startedAt < START_MS) {
    const [key] = /tm_service_[0-9a-f]{16}_[\w-]{43}/.exec(output) ?? [];
    if (key !== undefined) return key;
    if (child.exitCode !== null) throw new Error('the server ended');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no banner within a minute');
}

async function checkIn(key) {
  const query =
    'mutation { checkIn(input: { member: { externalId: "ada" } }) ' +
    '{ ... on CheckInPayload { alreadyCheckedIn awards { points } } } }';
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
}
