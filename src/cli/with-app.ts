import { destination } from 'pino';
import { type App, createApp } from '../app.ts';
import { type Config, loadConfig } from '../config.ts';
import { createLog, type LogLevel, type RootLog } from '../platform/log.ts';
import { CliProblem } from './problem.ts';

/** The environment a command was started in. */
export type Env = Readonly<Record<string, string | undefined>>;

/** As audit rows name whoever works at the command line. */
export const ACTOR = 'cli';

/** Settings and log of a tool: only warnings, unless LOG_LEVEL says otherwise, and never on stdout. */
export function toolSettings(env: Env): { config: Config; log: RootLog } {
  const config = loadConfig(env);
  const level = env.LOG_LEVEL === undefined || env.LOG_LEVEL === '' ? 'warn' : config.logLevel;
  const log = createLog({
    level: level as LogLevel,
    destination: destination({ dest: 2, sync: true }),
  });
  return { config, log };
}

/** Opens the app beside a running server or on its own, runs the command and closes again. */
export async function withApp<T>(env: Env, work: (app: App) => Promise<T>): Promise<T> {
  const { config, log } = toolSettings(env);
  const app = await createApp(config, { log, purpose: 'tool' });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** A program by its key. */
export async function requireProgram({ db }: Pick<App, 'db'>, key: string) {
  const program = await db.program.findUnique({ where: { key } });
  if (program === null) throw new CliProblem(`there is no program "${key}"`);
  return program;
}
