/** The cases that check members in, each a process (or two) on a database of its own. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { LoadOrder } from '../load/load.ts';
import type { QueryOrder } from '../load/queries.ts';
import { startChild } from './child.ts';
import { cpuMicros } from './cpu.ts';
import type { CaseDatabase, Seed } from './postgres.ts';
import type { Pace, Window, WindowOptions } from './window.ts';

/** A window with what it cost. */
export type Run = Window & {
  readonly perSecond: number;
  /** CPU time of the measured process and of its database connections, per success. */
  readonly nodeMicros: number;
  readonly postgresMicros: number;
};

/** Something to measure. */
export type Case = {
  readonly name: string;
  run(options: WindowOptions): Promise<Run>;
  /** Throws when fewer or more rows were written than answers said. */
  verify(): Promise<void>;
  stop(): Promise<void>;
};

export type CaseOptions = {
  readonly name: string;
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  readonly database: CaseDatabase;
  readonly seed: Seed;
  readonly pace: Pace;
  /** Tables that must have a row for each success; those of check-ins when absent. */
  readonly proves?: readonly string[];
};

/** Each check-in pays its day; rules may pay more lines. */
const checkInTables = ['check_in', `ledger_entry where purpose not like 'RULE:%'`, 'event'];

/** A case whose process does the check-ins itself. */
export async function inProcessCase(options: CaseOptions): Promise<Case> {
  const child = await startChild(options.script, environment(options), options.execArgv);
  return caseOf(
    options,
    child.pid,
    () => child.stop(),
    (window) => child.ask<Window>({ ...window, pace: options.pace }),
  );
}

/** A case that is a server, with a load generator of its own. */
export async function httpCase(options: CaseOptions & { readonly query: string }): Promise<Case> {
  const port = await freePort();
  const env = { ...environment(options), PORT: String(port) };
  const server = await startChild(options.script, env, options.execArgv);
  const load = await startChild('bench/load/load.js', {});
  const stop = async () => {
    await load.stop();
    await server.stop();
  };
  return caseOf(options, server.pid, stop, (window) => {
    const { query, pace, seed } = options;
    const order: LoadOrder = { ...window, port, query, pace, credential: seed.serviceKey };
    return load.ask<Window>(order);
  });
}

export type QueryCaseOptions = Omit<CaseOptions, 'pace'> &
  Pick<QueryOrder, 'query' | 'variables' | 'contains'> & { readonly execPath?: string };

/** A server of which queries are asked; nothing is written. */
export async function queryCase(options: QueryCaseOptions): Promise<Case> {
  const port = await freePort();
  const { query, variables, contains, seed, script, execArgv, execPath } = options;
  const pace = { members: seed.members, firstDayMs: 0 };
  const whole = { ...options, pace, proves: [] };
  const env = { ...environment(whole), PORT: String(port) };
  const server = await startChild(script, env, execArgv, execPath);
  const load = await startChild('bench/load/queries.js', {});
  const stop = async () => {
    await load.stop();
    await server.stop();
  };
  return caseOf(whole, server.pid, stop, (window) => {
    const credential = seed.serviceKey;
    const order: QueryOrder = { ...window, port, query, variables, contains, credential };
    return load.ask<Window>(order);
  });
}

/** What the load generator asks of a server that does nothing, per second. */
export async function loadLimit(window: WindowOptions, query: string): Promise<number> {
  const port = await freePort();
  const server = await startChild('bench/cases/bare.js', { PORT: String(port) });
  const load = await startChild('bench/load/load.js', {});
  const pace = { members: 1000, firstDayMs: 0 };
  const order: LoadOrder = { ...window, port, query, pace, credential: 'x'.repeat(70) };
  const { completed, seconds } = await load.ask<Window>(order);
  await load.stop();
  await server.stop();
  return completed / seconds;
}

function caseOf(
  { name, database, proves = checkInTables }: CaseOptions,
  pid: number,
  stop: () => Promise<void>,
  measure: (window: WindowOptions) => Promise<Window>,
): Case {
  let succeeded = 0;
  return {
    name,
    stop,
    async run(options) {
      const backends = await database.backends();
      const node = cpuMicros([pid]);
      const before = cpuMicros(backends);
      const window = await measure(options);
      const opened = (await database.backends()).filter((backend) => !backends.includes(backend));
      const postgres = cpuMicros([...backends, ...opened]) - before;
      succeeded += window.succeeded;
      return {
        ...window,
        perSecond: window.completed / window.seconds,
        nodeMicros: (cpuMicros([pid]) - node) / window.succeeded,
        postgresMicros: postgres / window.succeeded,
      };
    },
    async verify() {
      for (const table of proves) {
        const rows = await database.count(`select count(*) from ${table}`);
        if (rows !== succeeded) {
          throw new Error(`${name}: ${succeeded} succeeded, ${table} has ${rows} rows`);
        }
      }
    },
  };
}

const environment = ({ database, seed, env = {} }: CaseOptions) => ({
  DATABASE_URL: database.url,
  TALLYMARK_DEMO: '0',
  LOG_LEVEL: 'warn',
  BENCH_PROGRAM: String(seed.programId),
  BENCH_PLAN: String(seed.planId),
  ...env,
});

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
