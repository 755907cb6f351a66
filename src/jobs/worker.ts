import { setTimeout as sleep } from 'node:timers/promises';
import { type AddJobFunction, Logger, type Runner, run } from 'graphile-worker';
import pg from 'pg';
import { limits } from '../limits.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Job } from './due.ts';

export type Worker = { stop(): Promise<void> };

/** One connection waits for jobs, the other works. */
const CONNECTIONS = 2;
const ATTEMPTS_MAX = 5;
/** What is due later is seen when the job next runs by its schedule. */
const SOON_MS = 70_000;

type Tools = { readonly log: Log; readonly clock: Pick<Clock, 'now'> };

/**
 * Runs jobs on their schedule in this process, through Graphile Worker's tables: of several nodes
 * one does each, and a job that failed is tried again. A runner that ends, cut off by the database,
 * is replaced.
 */
export async function startWorker(
  databaseUrl: string,
  jobs: readonly Job[],
  tools: Tools,
): Promise<Worker> {
  const { log } = tools;
  const begin = () => startRunner(databaseUrl, jobs, tools);
  const stopping = new AbortController();
  let runner = await begin();
  const keepOn = async () => {
    for (;;) {
      await endOf(runner).catch((err: unknown) => log.error({ err }, 'the job runner failed'));
      for (let begun = false; !begun; ) {
        await sleep(limits.jobRestartMs, undefined, { signal: stopping.signal, ref: false });
        const next = await begin().catch((err: unknown) => {
          log.error({ err }, 'the job runner did not start');
        });
        if (next === undefined) continue;
        [runner, begun] = [next, true];
        if (stopping.signal.aborted) await runner.stop();
      }
    }
  };
  keepOn().catch(() => {}); // Stopped.
  return {
    async stop() {
      stopping.abort();
      const { stop, closed } = runner;
      await stop().catch(() => {});
      await Promise.race([closed, sleep(limits.socketCloseMs, undefined, { ref: false })]);
    },
  };
}

/**
 * When a runner has ended, or has begun to and may never come to it: it waits for answers of
 * connections that are gone.
 */
const endOf = (runner: OwnRunner): Promise<unknown> =>
  Promise.race([
    runner.promise,
    new Promise((resolve) => {
      runner.events.once('pool:gracefulShutdown', () =>
        setTimeout(resolve, limits.jobRestartMs).unref(),
      );
    }),
  ]);

type OwnRunner = Pick<Runner, 'promise' | 'events'> & {
  stop(): Promise<void>;
  /** Once its connections are closed. */
  readonly closed: Promise<unknown>;
};

/** Connections that somebody listens to until they are closed: Graphile Worker's own it forgets before. */
function openPool(connectionString: string, { log }: Tools): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
  const tell = (err: Error) => log.warn({ err }, 'jobs: a connection was lost');
  pool.on('error', tell);
  pool.on('connect', (client) => client.on('error', tell));
  return pool;
}

async function startRunner(
  databaseUrl: string,
  jobs: readonly Job[],
  tools: Tools,
): Promise<OwnRunner> {
  const pgPool = openPool(databaseUrl, tools);
  const runner = await run({
    pgPool,
    concurrency: 1,
    noHandleSignals: true,
    logger: loggerOf(tools.log),
    // Otherwise nobody hears that a job could not be noted as done, and that ends the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: Object.fromEntries(
      jobs.map((job) => [job.name, (_payload, { addJob }) => runJob(job, addJob, tools)]),
    ),
    crontab: jobs
      .map(
        ({ cron, name }) =>
          `${cron} ${name} ?max=${ATTEMPTS_MAX}&jobKey=${name}&jobKeyMode=preserve_run_at`,
      )
      .join('\n'),
  }).catch(async (error: unknown) => {
    await pgPool.end();
    throw error;
  });
  const end = () => pgPool.end();
  const closed = runner.promise.then(end, end);
  const soon = new Date(systemClock.now().getTime() + limits.jobStartMs);
  for (const { name, atStart } of jobs) if (atStart) await addOnce(runner.addJob, name, soon);
  const { promise, events } = runner;
  return { promise, events, closed, stop: () => runner.stop() };
}

async function runJob(job: Job, addJob: AddJobFunction, { log, clock }: Tools): Promise<void> {
  const { name, takesTurns, wakes = [], dueAt } = job;
  const members = await job.run();
  if (members > 0) {
    log.info({ job: name, members }, 'job done');
    for (const next of takesTurns ? [name, ...wakes] : wakes) await addOnce(addJob, next);
  }
  const now = clock.now();
  const runAt = await dueAt?.(now);
  if (runAt == null || runAt.getTime() - now.getTime() > SOON_MS) return;
  await addJob(name, {}, { runAt, jobKey: `${name}:due`, jobKeyMode: 'replace', maxAttempts: 1 });
}

/** Adds a job that is not waiting yet. */
const addOnce = (addJob: AddJobFunction, name: string, runAt?: Date) =>
  addJob(
    name,
    {},
    {
      ...{ jobKey: name, jobKeyMode: 'preserve_run_at', maxAttempts: ATTEMPTS_MAX },
      ...(runAt && { runAt }),
    },
  );

/** Its messages of every start and job are left out: ours say what was done. */
const loggerOf = (log: Log) =>
  new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.warn({}, `jobs: ${message}`);
  });
