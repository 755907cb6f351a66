/** P10: one scarce reward that everybody buys, against as many rewards as there are buyers. */
import pg from 'pg';
import type { Bar, Lab } from './lab/bar.ts';
import { profiling } from './lab/bar.ts';
import { inProcessCase } from './lab/cases.ts';
import type { CaseDatabase, Seed } from './lab/postgres.ts';
import { compare, describe, measure, summary } from './lab/rounds.ts';

const WARMUP_MS = 1_500;
const BUYERS = 256;
/** What every member has, in one lot: enough for every order of a run. */
const POINTS = 1_000_000;

async function measureP10(lab: Lab) {
  const { postgres, rounds, measureMs } = lab;
  const { seed } = postgres;
  const make = async (name: string, rewards: number) => {
    const database = await postgres.copy(name);
    await stockUp(database, seed);
    return inProcessCase({
      name,
      script: 'bench/cases/redeem.js',
      env: { BENCH_REWARDS: String(rewards) },
      seed,
      pace: { members: seed.members, firstDayMs: 0 },
      execArgv: profiling(lab, name),
      database,
      proves: ['redemption', `ledger_entry where kind = 'SPEND'`, 'event'],
    });
  };
  const cases = [await make('one_reward', 1), await make('many_rewards', BUYERS)];
  try {
    const plan = { levels: [BUYERS], rounds, warmupMs: WARMUP_MS, measureMs };
    const runs = await measure(cases, plan);
    console.log(describe(cases, runs));
    const [at256] = compare(runs, 0, 1);
    return {
      ratio: at256?.ratio ?? Number.NaN,
      unit: `orders/s of one reward to those of ${BUYERS}, with ${BUYERS} buyers`,
      runs: [at256],
      medians: summary(cases, runs),
      conditions: {
        callers: plan.levels,
        rounds,
        seconds: measureMs / 1000,
        members: seed.members,
        database: postgres.description,
        note: 'stock for all; projections stopped',
      },
    };
  } finally {
    for (const one of cases) await one.stop();
  }
}

/** Rewards with stock for everybody, and points for all members. */
async function stockUp({ url }: CaseDatabase, { programId }: Seed): Promise<void> {
  const client = new pg.Client({ connectionString: url }); // Without the service's time limits.
  await client.connect();
  try {
    await client.query(
      `insert into reward (program_id, title, price, stock, created_at)
       select $1, 'Reward ' || n, 1, 1000000000, now() from generate_series(1, $2::int) n`,
      [programId, BUYERS],
    );
    await client.query(
      `with credited as (
         insert into ledger_entry (member_id, seq, program_id, kind, amount, occurred_at,
           local_date, zone, utc_offset_seconds, day_start_minutes, recorded_at, source_type,
           source_id, purpose, actor, explanation, hash)
         select id, 1, program_id, 'ADJUSTMENT', $1::bigint, now(), current_date, 'Asia/Kolkata',
           19800, 0, now(), 'ADJUSTMENT', id::text, 'bench', 'bench', '{}', sha256('bench')
         from member returning member_id, program_id, amount),
       made as (
         insert into lot (member_id, seq, program_id, amount, remaining, activates_at)
         select member_id, 1, program_id, amount, amount, now() - interval '1 day' from credited)
       update account a set balance = c.amount, entry_seq = 1, head_hash = sha256('bench')
       from credited c where a.member_id = c.member_id`,
      [POINTS],
    );
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

export const p10: Bar = {
  title: 'one scarce reward, against as many rewards as there are buyers',
  wanted: '≥ 0.85x with 256 buyers',
  measure: measureP10,
};
