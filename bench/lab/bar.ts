import type { PostgresServer } from './postgres.ts';

/** What `bench/results.json` holds for a bar. */
export type BarResult = {
  /** The figure the bar is about; of several levels the worst. */
  readonly ratio: number;
  readonly unit: string;
  /** Of each round, by level. */
  readonly runs: object;
  readonly conditions: object;
  readonly [more: string]: unknown;
};

/** One bar of PERFORMANCE.md §5. */
export type Bar = {
  readonly title: string;
  /** What is asked of it, in words. */
  readonly wanted: string;
  measure(lab: Lab): Promise<BarResult>;
};

/** What every bar may use. */
export type Lab = {
  readonly postgres: PostgresServer;
  /** `--rounds`, `--seconds`: shorter while trying things, never below 3 rounds in the record. */
  readonly rounds: number;
  readonly measureMs: number;
  /** Profiles of the measured processes go there, when set. */
  readonly profileDir: string | undefined;
};

/** Node's options for a measured process. */
export const profiling = ({ profileDir }: Lab, name: string): string[] =>
  profileDir === undefined
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${profileDir}/${name}`, '--cpu-prof-interval=500'];
