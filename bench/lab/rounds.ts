import process from 'node:process';
import type { Case, Run } from './cases.ts';
import { untilQuiet } from './quiet.ts';
import { median, rounded, short, table } from './stats.ts';

/** Other people’s work on the same cores is waited for, but not for ever. */
const QUIET_PATIENCE_MS = Number(process.env.BENCH_PATIENCE_MS ?? 15_000);

/** How long a bar is measured. */
export type Plan = {
  readonly levels: readonly number[];
  readonly rounds: number;
  readonly warmupMs: number;
  readonly measureMs: number;
};

/** Runs of every case, by callers: `runs.get(64)?.[round]?.[case]`. */
export type Rounds = ReadonlyMap<number, readonly (readonly Run[])[]>;

/** Measures all cases side by side: each round all of them, every other round in reverse. */
export async function measure(cases: readonly Case[], plan: Plan): Promise<Rounds> {
  const { levels, rounds, warmupMs, measureMs } = plan;
  const all = new Map<number, Run[][]>();
  for (const callers of levels) {
    const ofLevel: Run[][] = [];
    all.set(callers, ofLevel);
    for (let round = 0; round < rounds; round += 1) {
      const runs: Run[] = [];
      const order = round % 2 === 0 ? cases : [...cases].reverse();
      for (const one of order) {
        if (!(await untilQuiet(QUIET_PATIENCE_MS))) console.error('  the machine is busy');
        const run = await one.run({ callers, warmupMs, measureMs });
        runs[cases.indexOf(one)] = run;
        console.error(
          `  ${callers} callers, round ${round + 1}, ${one.name}: ${short(run.perSecond)}/s`,
        );
      }
      ofLevel.push(runs);
    }
  }
  for (const one of cases) await one.verify();
  return all;
}

/** One case beside the case it is held against, at one number of callers. */
export type Comparison = {
  readonly callers: number;
  readonly ratio: number;
  readonly ratios: readonly number[];
  readonly p99Ratio: number;
  readonly p99Ratios: readonly number[];
};

/** Ratios round by round, and their medians: a round's cases ran beside each other. */
export function compare(rounds: Rounds, at: number, against: number): Comparison[] {
  return [...rounds].map(([callers, runs]) => {
    const pick = (figure: (run: Run) => number) =>
      runs.map((round) => {
        const [ours, theirs] = [round[at], round[against]];
        if (ours === undefined || theirs === undefined) throw new Error('a round lacks a case');
        return rounded(figure(ours) / figure(theirs));
      });
    const ratios = pick((run) => run.perSecond);
    const p99Ratios = pick((run) => run.p99Ms);
    return { callers, ratio: median(ratios), ratios, p99Ratio: median(p99Ratios), p99Ratios };
  });
}

const figures: readonly (readonly [string, (run: Run) => number])[] = [
  ['per s', (run) => run.perSecond],
  ['p50 ms', (run) => run.p50Ms],
  ['p99 ms', (run) => run.p99Ms],
  ['node us', (run) => run.nodeMicros],
  ['pg us', (run) => run.postgresMicros],
  ['failed', (run) => run.failed],
];

/** Medians of every case for people, with the throughput of each run. */
export function describe(cases: readonly Case[], rounds: Rounds): string {
  const rows = [['case', 'callers', ...figures.map(([title]) => title), 'runs (per s)']];
  for (const [callers, runs] of rounds) {
    for (const [index, { name }] of cases.entries()) {
      const own = runs.flatMap((round) => round[index] ?? []);
      const medians = figures.map(([, figure]) => short(median(own.map(figure))));
      const each = own.map((run) => short(run.perSecond)).join(' ');
      rows.push([name, String(callers), ...medians, each]);
    }
  }
  return table(rows);
}

/** Medians of every case for the results file. */
export function summary(cases: readonly Case[], rounds: Rounds): object {
  const entries = [...rounds].map(([callers, runs]) => {
    const byCase = cases.map(({ name }, index) => {
      const own = runs.flatMap((round) => round[index] ?? []);
      const medians = figures.map(([title, figure]) => [title, rounded(median(own.map(figure)))]);
      return [name, Object.fromEntries(medians)];
    });
    return [callers, Object.fromEntries(byCase)];
  });
  return Object.fromEntries(entries);
}
