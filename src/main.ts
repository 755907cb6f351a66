import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type App, createApp } from './app.ts';
import { problemLine } from './cli/problem.ts';
import { loadConfig, SettingError } from './config.ts';
import { demoBanner } from './demo/banner.ts';
import { type DemoKeys, seedDemo } from './demo/seed.ts';
import { tryPort } from './http/port.ts';
import { type RunningServer, startServer } from './http/server.ts';
import { limits } from './limits.ts';
import { createLog, type LogLevel } from './platform/log.ts';

/** ENTRY: settings → app → server → signals. Resolves when the server listens. */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(env);
  const log = createLog({ level: config.logLevel as LogLevel, pretty: process.stdout.isTTY });
  const noListening = (error: NodeJS.ErrnoException) => {
    throw listenError(error, config.port, config.host);
  };
  // First of all: a port in use is no reason to set up a database.
  await tryPort(config.port, config.host).catch(noListening);
  const app = await createApp(config, { log, purpose: 'serve' }).catch((error) => {
    throw folderError(error, config.dataDir);
  });
  try {
    const demo = config.demo ? await seedDemo(app) : undefined;
    const server = await startServer(app, { demoKeys: demo }).catch(noListening);
    stopOnSignals(app, server);
    log.info({ url: server.url }, 'listening');
    // It serves by now: a database that stumbles here is no reason to end.
    await welcome(app, server, demo).catch((err) => log.warn({ err }, 'no welcome'));
  } catch (error) {
    await app.close();
    throw folderError(error as Error, config.dataDir);
  }
}

/** Says what to call the server with, or how to get something to call it with. */
async function welcome(app: App, server: RunningServer, demo: DemoKeys | undefined): Promise<void> {
  if (demo !== undefined) process.stdout.write(await demoBanner(app, server.url, demo));
  else if ((await app.db.program.count()) === 0) {
    app.log.info({}, 'no program yet: npx tallymark program create --key … --name … --zone …');
  }
}

/** The first signal ends the process in order, the second at once. */
function stopOnSignals(app: App, server: RunningServer): void {
  let stopping = false;
  const close = async () => {
    try {
      await server.close();
    } finally {
      await app.close();
    }
  };
  const exit = (code: 0 | 1, fields: object, message: string) => {
    if (code === 0) app.log.info(fields, message);
    else app.log.error(fields, message);
    process.exit(code);
  };
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    app.log.info({ signal }, 'stopping');
    setTimeout(() => exit(1, {}, 'stopped before all was closed'), limits.shutdownMs).unref();
    close().then(
      () => exit(0, {}, 'stopped'),
      (err: unknown) => exit(1, { err }, 'stopped; not all was closed'),
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  // npm hands a signal to the shell between us, which dies of it and tells nobody.
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    if (!stopping) stop('npm has ended');
  }, 250).unref();
}

/** Trouble with the data folder: the embedded database is there, and the keys of the demo. */
function folderError(error: NodeJS.ErrnoException, dataDir: string): unknown {
  const { path = (error.cause as NodeJS.ErrnoException | undefined)?.path } = error;
  const concerned = path !== undefined && (path.startsWith(dataDir) || dataDir.startsWith(path));
  return concerned ? new SettingError(`TALLYMARK_DATA_DIR: ${error.message}`) : error;
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): unknown {
  if (error.code === 'EADDRINUSE') return new SettingError(`PORT: ${port} is in use on ${host}`);
  if (error.code === 'EACCES') return new SettingError(`PORT: may not listen on ${port}`);
  const badHost = error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL';
  return badHost ? new SettingError(`HOST: cannot listen on "${host}"`) : error;
}

/** Prints why the process cannot run: a setting in one line, a fault with its stack. Exits 1. */
export function fail(error: unknown): never {
  const line = problemLine(error);
  console.error(line === undefined ? error : `tallymark: ${line}`);
  process.exit(1);
}

const entry = process.argv[1];
if (entry !== undefined && import.meta.url === pathToFileURL(entry).href) {
  serve(process.env).catch(fail);
}
