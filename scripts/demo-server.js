/** A demo server for scripts: on a fresh data folder and a free port, and gone afterwards. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 60_000;
const STOP_MS = 15_000;

/**
 * Starts a server by a command, with its data in a temporary folder.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function startDemo(command, args) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tallymark-demo-'));
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
  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    startedAt,
    output: () => output,
    /** The service key of the banner, once it is printed. */
    async serviceKey() {
      while (performance.now() - startedAt < START_MS) {
        const [key] = /tm_service_[0-9a-f]{16}_[\w-]{43}/.exec(output) ?? [];
        if (key !== undefined) return key;
        if (child.exitCode !== null) throw new Error('the server ended');
        await sleep(100);
      }
      throw new Error('no banner within a minute');
    },
    /** Ends it, and waits until whoever was between us and the server is gone, too. */
    async stop() {
      child.kill('SIGTERM');
      await exited;
      child.stdout.destroy();
      const isGone = await stopped(`http://127.0.0.1:${port}/health/live`);
      rmSync(dataDir, { recursive: true, force: true });
      if (!isGone) throw new Error('the server did not stop');
    },
  };
}

async function stopped(url) {
  const deadline = performance.now() + STOP_MS;
  while (performance.now() < deadline) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (!answers) return true;
    await sleep(100);
  }
  return false;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
