/** P1: a check-in over GraphQL and HTTP, the whole request, against the usual way to write it. */
import type { Bar, Lab } from './lab/bar.ts';
import { profiling } from './lab/bar.ts';
import { httpCase, loadLimit } from './lab/cases.ts';
import { compare, describe, measure, summary } from './lab/rounds.ts';
import { rounded } from './lab/stats.ts';

/** The one selection for both sides. */
const query = `mutation CheckIn($input: CheckInInput!) {
  checkIn(input: $input) {
    ... on CheckInPayload {
      alreadyCheckedIn
      awards { points reason }
      member { externalId points { available } streak { current } }
    }
    ... on MemberNotFound { message }
  }
}`;

const DAY_MS = 86_400_000;
const WARMUP_MS = 1_500;

async function measureP1(lab: Lab) {
  const { postgres, rounds, measureMs } = lab;
  const { seed } = postgres;
  const limit = await loadLimit({ callers: 64, warmupMs: 500, measureMs: 2_000 }, query);
  const pace = { members: seed.members, firstDayMs: Date.now() - 2 * DAY_MS };
  const make = async (name: string, script: string) =>
    httpCase({
      name,
      script,
      query,
      seed,
      pace,
      execArgv: profiling(lab, name),
      database: await postgres.copy(name),
    });
  const cases = [
    await make('tallymark', 'bench/cases/tallymark.js'),
    await make('baseline', 'bench/baseline/server.js'),
  ];
  try {
    const plan = { levels: [64, 256], rounds, warmupMs: WARMUP_MS, measureMs };
    const runs = await measure(cases, plan);
    console.log(describe(cases, runs));
    const compared = compare(runs, 0, 1);
    return {
      ratio: Math.min(...compared.map(({ ratio }) => ratio)),
      unit: 'requests/s of the baseline’s, the lower of 64 and 256 connections',
      p99Ratio: Math.max(...compared.map(({ p99Ratio }) => p99Ratio)),
      runs: compared,
      medians: summary(cases, runs),
      conditions: {
        callers: plan.levels,
        rounds,
        seconds: measureMs / 1000,
        members: seed.members,
        database: postgres.description,
        loadGeneratorLimitPerSecond: rounded(limit),
        note: 'Tallymark: SERVICE key, ledger chain, lots, boards kept; the baseline has none of them',
      },
    };
  } finally {
    for (const one of cases) await one.stop();
  }
}

export const p1: Bar = {
  title: 'check-in over GraphQL/HTTP against Yoga + Pothos + Prisma $transaction',
  wanted: '≥ 10x requests/s (later 15x), p99 ≤ 0.2x',
  measure: measureP1,
};
