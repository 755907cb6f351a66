import { type AddJobFunction, Logger, type Runner, run } from 'graphile-worker';
import type { Log } from '../platform/log.ts';
import type { Job } from './due.ts';

export type Worker = { stop(): Promise<void> };

/** One connection waits for jobs, the other works. */
const CONNECTIONS = 2;
const ATTEMPTS_MAX = 5;

/**
 * Runs jobs on their schedule in this process, through Graphile Worker's tables: of several nodes
 * one does each, and a job that failed is tried again.
 */
export async function startWorker(
  databaseUrl: string,
  jobs: readonly Job[],
  log: Log,
): Promise<Worker> {
  const runner: Runner = await run({
    connectionString: databaseUrl,
    maxPoolSize: CONNECTIONS,
    concurrency: 1,
    noHandleSignals: true,
    logger: loggerOf(log),
    taskList: Object.fromEntries(
      jobs.map((job) => [job.name, (_payload, { addJob }) => runJob(job, addJob, log)]),
    ),
    crontab: jobs
      .map(
        ({ cron, name }) =>
          `${cron} ${name} ?max=${ATTEMPTS_MAX}&jobKey=${name}&jobKeyMode=preserve_run_at`,
      )
      .join('\n'),
  });
  for (const { name, atStart } of jobs) if (atStart) await addOnce(runner.addJob, name);
  runner.promise.catch((err: unknown) => log.error({ err }, 'the job runner failed'));
  return { stop: () => runner.stop().catch(() => {}) };
}

async function runJob(
  { name, run: work, takesTurns }: Job,
  addJob: AddJobFunction,
  log: Log,
): Promise<void> {
  const members = await work();
  if (members === 0) return;
  log.info({ job: name, members }, 'job done');
  if (takesTurns) await addOnce(addJob, name);
}

/** Adds a job that is not waiting yet. */
const addOnce = (addJob: AddJobFunction, name: string) =>
  addJob(name, {}, { jobKey: name, jobKeyMode: 'preserve_run_at', maxAttempts: ATTEMPTS_MAX });

/** Its messages of every start and job are left out: ours say what was done. */
const loggerOf = (log: Log) =>
  new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.warn({}, `jobs: ${message}`);
  });
