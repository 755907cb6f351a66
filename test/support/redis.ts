import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A server of this test's own, which it may kill, freeze (by `pid`) and start again. */
export type OwnRedis = {
  readonly owned: true;
  readonly url: string;
  /** Of the running process; a restart changes it. */
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty; kills it first when it still runs. */
  restart(): Promise<void>;
};

/** The server that REDIS_URL names: shared, so it can be neither killed nor restarted. */
export type SharedRedis = { readonly owned: false; readonly url: string; stop(): Promise<void> };

const binary = findBinary('redis-server') ?? findBinary('valkey-server');
const sharedUrl = process.env.REDIS_URL || undefined;

/** Whether `startOwnRedis` works; for `describe.runIf`. */
export const ownRedisAvailable: boolean = binary !== undefined;

/** Whether `startRedis` works; for `describe.runIf`. */
export const redisAvailable: boolean = ownRedisAvailable || sharedUrl !== undefined;

if (!redisAvailable) sayOnceHowToGetRedis();

/** The server that REDIS_URL names, or else a new one; undefined when there is neither. */
export async function startRedis(): Promise<OwnRedis | SharedRedis | undefined> {
  if (sharedUrl === undefined) return startOwnRedis();
  return { owned: false, url: sharedUrl, stop: () => Promise.resolve() };
}

/** A new, empty server on a free port of this machine; undefined when no binary is installed. */
export async function startOwnRedis(): Promise<OwnRedis | undefined> {
  if (binary === undefined) return undefined;
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'tallymark-redis-'));
  let server = await launch(binary, port, directory);
  const killNow = () => void server.kill('SIGKILL');
  process.once('exit', killNow);
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return {
    owned: true,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return pidOf(server);
    },
    kill,
    async restart() {
      await kill();
      server = await launch(binary, port, directory);
    },
    async stop() {
      await kill();
      process.removeListener('exit', killNow);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function launch(command: string, port: number, directory: string): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
  const server = spawn(command, [...options, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await answers(port)) return server;
    if (server.exitCode !== null) throw new Error(`${command} ended with code ${server.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  server.kill('SIGKILL');
  throw new Error(`${command} did not answer on port ${port} within 5 s`);
}

/** Whether a PING gets an answer. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(500, () => end(false));
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.once('error', () => end(false));
    socket.once('end', () => end(false));
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

function pidOf(server: ChildProcess): number {
  if (server.pid === undefined) throw new Error('the Redis server has no process');
  return server.pid;
}

function findBinary(name: string): string | undefined {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** Test files run in processes of their own: a file named after their parent makes it one line. */
function sayOnceHowToGetRedis(): void {
  const said = join(tmpdir(), `tallymark-no-redis-${process.ppid}`);
  try {
    const agedMs = Date.now() - statSync(said).mtimeMs;
    if (agedMs < 10 * 60_000) return;
    rmSync(said, { force: true });
  } catch {
    // Not said yet.
  }
  try {
    writeFileSync(said, '', { flag: 'wx' });
  } catch {
    return;
  }
  process.stderr.write(
    '\n*** TESTS THAT NEED REDIS ARE SKIPPED: no redis-server or valkey-server on the PATH, and ' +
      'REDIS_URL is not set. Get one with: apt-get install redis-server ***\n\n',
  );
}
