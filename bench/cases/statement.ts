/** What pgbench would do: each check-in one prepared statement, through `pg` and its pool. */
import process from 'node:process';
import pg from 'pg';
import { serveParent } from '../lab/child.ts';
import { closedLoop } from '../lab/closed-loop.ts';
import { checkInAt, type Pace, type WindowOptions } from '../lab/window.ts';

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.BENCH_CONNECTIONS),
});
const programId = Number(process.env.BENCH_PROGRAM);
const planId = Number(process.env.BENCH_PLAN);
let next = 0;

/**
 * The rows the engine writes, in one statement: check-in, ledger entry with a chained hash, lot,
 * account, event. The update comes first, for its lock; points follow the default ladder.
 */
const text = `
  with fact as (
    select m.id, m.program_id, $2::int as plan_id, $3::timestamptz as at, $4::date as day
    from member m where m.program_id = $1 and m.external_id = $5
  ), checked as (
    insert into check_in (member_id, plan_id, local_date, program_id, occurred_at, zone,
                          utc_offset_seconds, day_start_minutes, recorded_at, streak_day, points)
    select f.id, f.plan_id, f.day, f.program_id, f.at, 'Asia/Kolkata', 19800, 0, now(), s.day,
           least(5 + 5 * s.day, 40)
    from fact f join account a on a.member_id = f.id cross join lateral (
      select case when a.last_check_in_date = f.day - 1 then a.streak_current + 1 else 1 end
    ) as s (day)
    on conflict do nothing
    returning member_id, plan_id, program_id, local_date, occurred_at, streak_day, points
  ), moved as (
    update account a set version = a.version + 1, balance = a.balance + c.points,
      lifetime_earned = a.lifetime_earned + c.points, entry_seq = a.entry_seq + 1,
      head_hash = sha256(coalesce(a.head_hash, '') || convert_to(c.member_id || ':' || c.plan_id
        || ':' || c.local_date || ':' || c.points, 'UTF8')),
      streak_current = c.streak_day, streak_longest = greatest(a.streak_longest, c.streak_day),
      streak_total_days = a.streak_total_days + 1, last_check_in_date = c.local_date,
      event_position = nextval('event_position_seq')
    from checked c where a.member_id = c.member_id
    returning a.member_id, a.balance, a.entry_seq, a.head_hash, a.streak_current, a.event_position
  ), entered as (
    insert into ledger_entry (member_id, seq, program_id, kind, amount, occurred_at, local_date,
      zone, utc_offset_seconds, day_start_minutes, recorded_at, source_type, source_id, purpose,
      rule_version, actor, explanation, hash)
    select c.member_id, m.entry_seq, c.program_id, 'EARN', c.points, c.occurred_at, c.local_date,
      'Asia/Kolkata', 19800, 0, now(), 'CHECK_IN',
      c.member_id || ':' || c.plan_id || ':' || c.local_date, 'BASE', 'plan:default@1',
      'key:0123456789abcdef', $6::jsonb, m.head_hash
    from checked c join moved m using (member_id)
  ), lots as (
    insert into lot (member_id, seq, program_id, amount, remaining, activates_at)
    select c.member_id, m.entry_seq, c.program_id, c.points, c.points, c.occurred_at
    from checked c join moved m using (member_id)
  ), told as (
    insert into event (position, program_id, type, member_id, occurred_at, payload)
    select m.event_position, c.program_id, 'checkIn.recorded', c.member_id, c.occurred_at, $7::jsonb
    from checked c join moved m using (member_id)
  )
  select balance, streak_current, event_position from moved`;

const explanation = { plan: 'default', version: 1, streakDay: 1, was: null };

async function checkIn(externalId: string, occurredAt: Date): Promise<boolean> {
  const day = new Date(occurredAt.getTime() + 19_800_000).toISOString().slice(0, 10);
  const entry = { seq: 1, kind: 'EARN', amount: 10, occurredAt: occurredAt.toISOString() };
  const payload = { planId, localDate: day, streakDay: 1, entries: [entry] };
  const result = await pool.query({
    name: 'checkIn',
    text,
    values: [
      programId,
      planId,
      occurredAt.toISOString(),
      day,
      externalId,
      JSON.stringify(explanation),
      JSON.stringify(payload),
    ],
  });
  return result.rowCount === 1;
}

serveParent((order: WindowOptions & { pace: Pace }) =>
  closedLoop(() => {
    const { externalId, occurredAt } = checkInAt(order.pace, next);
    next += 1;
    return checkIn(externalId, occurredAt);
  }, order),
);

process.on('SIGTERM', () => void pool.end().then(() => process.exit(0)));
