import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type App, createApp } from './app.ts';
import { problemLine } from './cli/problem.ts';
import { loadConfig, SettingError } from './config.ts';
import { demoBanner } from './demo/banner.ts';
import { seedDemo } from './demo/seed.ts';
import { type RunningServer, startServer } from './http/server.ts';
import { createLog, type LogLevel } from './platform/log.ts';

/** ENTRY: settings → app → server → signals. Resolves when the server listens. */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(env);
  const log = createLog({ level: config.logLevel as LogLevel, pretty: process.stdout.isTTY });
  const app = await createApp(config, { log, purpose: 'serve' });
  try {
    const demo = config.demo ? await seedDemo(app).catch(refuseFolder) : undefined;
    const server = await startServer(app, { demoKeys: demo }).catch((error) => {
      throw listenError(error, config.port, config.host);
    });
    stopOnSignals(app, server);
    log.info({ url: server.url }, 'listening');
    if (demo !== undefined) process.stdout.write(await demoBanner(app, server.url, demo));
    else if ((await app.db.program.count()) === 0) {
      log.info({}, 'no program yet: npx tallymark program create --key … --name … --zone …');
    }
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The first signal ends the process in order, the second at once. */
function stopOnSignals(app: App, server: RunningServer): void {
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    app.log.info({ signal }, 'stopping');
    await server.close();
    await app.close();
    app.log.info({}, 'stopped');
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  // npm hands a signal to the shell between us, which dies of it and tells nobody.
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    if (!stopping) void stop('npm has ended');
  }, 250).unref();
}

/** The demo keeps its keys in the data folder, whatever database it is in. */
function refuseFolder(error: NodeJS.ErrnoException): never {
  if (error.path === undefined) throw error;
  throw new SettingError(`TALLYMARK_DATA_DIR: ${error.message}`);
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
