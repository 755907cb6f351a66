/** P2: the engine alone against one prepared statement per check-in. */
import type { Bar, Lab } from './lab/bar.ts';
import { profiling } from './lab/bar.ts';
import { inProcessCase } from './lab/cases.ts';
import { compare, describe, measure, summary } from './lab/rounds.ts';

const DAY_MS = 86_400_000;
const WARMUP_MS = 1_500;
const DAYS = 12;
/** Of 8, 16 and 32 the number that was fastest for the statement. */
const CONNECTIONS = 16;

async function measureP2(lab: Lab) {
  const { postgres, rounds, measureMs } = lab;
  const { seed } = postgres;
  const pace = { members: seed.members, firstDayMs: Date.now() - DAYS * DAY_MS };
  const make = async (name: string, script: string, env: Record<string, string> = {}) =>
    inProcessCase({
      name,
      script,
      env,
      seed,
      pace,
      execArgv: profiling(lab, name),
      database: await postgres.copy(name),
    });
  const cases = [
    await make('engine', 'bench/cases/engine.js', { BENCH_BOARDS: '0' }),
    await make('engine_and_boards', 'bench/cases/engine.js'),
    await make('statement', 'bench/cases/statement.js', { BENCH_CONNECTIONS: String(CONNECTIONS) }),
  ];
  try {
    const plan = { levels: [64, 256], rounds, warmupMs: WARMUP_MS, measureMs };
    const runs = await measure(cases, plan);
    console.log(describe(cases, runs));
    const [at64, at256] = compare(runs, 0, 2);
    return {
      ratio: at64?.ratio ?? Number.NaN,
      unit: 'check-ins/s of the statement’s at 64 callers (bar 2); `at256` for 256 (bar 3)',
      at256: at256?.ratio ?? Number.NaN,
      runs: [at64, at256],
      withBoards: compare(runs, 1, 2),
      medians: summary(cases, runs),
      conditions: {
        callers: plan.levels,
        rounds,
        seconds: measureMs / 1000,
        members: seed.members,
        database: postgres.description,
        note: `${CONNECTIONS} connections for the statement; projections stopped, except in withBoards`,
      },
    };
  } finally {
    for (const one of cases) await one.stop();
  }
}

export const p2: Bar = {
  title: 'the engine alone against one prepared statement per check-in',
  wanted: '≥ 2x at 64 callers, ≥ 3x at 256',
  measure: measureP2,
};
