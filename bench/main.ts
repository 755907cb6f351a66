/**
 * ENTRY: npm run bench [-- P1 P2 … --rules --date 2026-11-22 --rounds 3 --seconds 6 --profile DIR]
 * With --rules Tallymark's check-ins look at three rules, a cap and a tier multiplier; those results
 * are kept as P1-rules and so on.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Bar, BarResult } from './lab/bar.ts';
import { build } from './lab/build.ts';
import { openPostgres } from './lab/postgres.ts';
import { rounded, short } from './lab/stats.ts';
import { p5, p6, p7, p8 } from './live.ts';
import { p1 } from './p1.ts';
import { p2 } from './p2.ts';
import { p9 } from './p9.ts';
import { p10 } from './p10.ts';
import { p3, p4 } from './reads.ts';

const bars: Readonly<Record<string, Bar>> = {
  P1: p1,
  P2: p2,
  P3: p3,
  P4: p4,
  P5: p5,
  P6: p6,
  P7: p7,
  P8: p8,
  P9: p9,
  P10: p10,
};
const file = path.join(import.meta.dirname, 'results.json');
const MEMBERS = 100_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    profile: { type: 'string' },
    rules: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** Measures the bars asked for (all when none is named) and keeps the results of the others. */
async function main(): Promise<void> {
  const names = positionals.length === 0 ? Object.keys(bars) : positionals;
  const unknown = names.filter((name) => bars[name] === undefined);
  if (unknown.length > 0) throw new Error(`there is no bar ${unknown.join(', ')}`);
  build();
  for (const name of names) {
    const bar = bars[name] as Bar;
    console.log(`${name}: ${bar.title}\n${' '.repeat(name.length)}  wanted: ${bar.wanted}`);
    const postgres = await openPostgres(MEMBERS, values.rules);
    try {
      const result = await bar.measure({
        postgres,
        rounds: Number(values.rounds),
        measureMs: Number(values.seconds) * 1000,
        profileDir: values.profile && path.resolve(values.profile),
      });
      console.log(`${name}: ${short(result.ratio)} ${result.unit}\n`);
      if (!values['dry-run']) keep(values.rules ? `${name}-rules` : name, result);
    } finally {
      await postgres.close();
    }
  }
}

function keep(name: string, result: BarResult): void {
  const known = read();
  const conditions = { ...machine(), date: values.date, ...result.conditions };
  known[name] = { ...result, ratio: rounded(result.ratio), conditions };
  const sorted = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}

function read(): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function machine(): object {
  const cores = os.cpus();
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`;
  return { machine: `${cores.length} x ${cores[0]?.model}, ${memory}`, node: process.version };
}

await main();
