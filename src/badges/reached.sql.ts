/** Who has reached what a badge asks for, and with which fact. Each statement serves many members. */
import type { LocalDate } from '../platform/calendar.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';

/** A member and the time whose facts count for them; instants and dates may be infinite. */
export type Asked = {
  readonly memberId: number;
  readonly target: number;
  /** Facts count that happened in [since, until) … */
  readonly since: string;
  readonly until: string;
  /** … on local dates from the first to the last, both included. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** Rule id of the badge, or of the task it asks for. */
  readonly ruleId: number;
  /** The type of activities that count ('' for others). */
  readonly type: string;
};

/** The fact that reached the target, of the question with this place in the list (from 1). */
export type ReachedRow = {
  readonly place: number;
  readonly occurredAt: Date;
  readonly source: string;
};

const columnsOf = (asked: readonly Asked[]) => [
  asked.map(({ memberId }) => memberId),
  asked.map(({ target }) => target),
  asked.map(({ since }) => since),
  asked.map(({ until }) => until),
  asked.map(({ firstDate }) => firstDate),
  asked.map(({ lastDate }) => lastDate),
  asked.map(({ ruleId }) => ruleId),
  asked.map(({ type }) => type),
];

const questions = `unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[],
    $5::date[], $6::date[], $7::int[], $8::text[]) with ordinality
  as k (member_id, target, since, until, first_date, last_date, rule_id, type, place)`;

/** Facts within the time that counts; a day's bound keeps the search in the index short. */
const within = (at: string, date: string) =>
  `${at} >= k.since and ${at} < k.until and ${date} between k.first_date and k.last_date`;
const ofDays = `c.member_id = k.member_id and ${within('c.occurred_at', 'c.local_date')}
  and c.local_date >= (k.since - interval '2 days')::date`;
const ofPeriods = `t.member_id = k.member_id and t.rule_id = k.rule_id and s.paid
  and ${within('t.completed_at', 't.completed_date')}`;
const ofActivities = `f.member_id = k.member_id and f.rule_id = k.rule_id and f.type = k.type
  and not f.returned and ${within('f.occurred_at', 'f.local_date')}`;
const periods = `task_progress t join task_settlement s using (member_id, rule_id, period_start)`;

/** The fact in the place of the target, of facts numbered as `nth`. */
const reached = (facts: string) =>
  `select k.place, x.at as "occurredAt", x.source from ${questions}
   cross join lateral (select * from (${facts}) f where nth = k.target) x`;

export const findCheckInReached = (client: PoolClient, asked: readonly Asked[]) =>
  named<ReachedRow>(
    client,
    'badges.findCheckInReached',
    reached(`select c.occurred_at as at, 'CHECK_IN:' || c.local_date as source,
               row_number() over (order by c.local_date) as nth
             from check_in c where ${ofDays}`),
    columnsOf(asked),
  );

export const findTaskReached = (client: PoolClient, asked: readonly Asked[]) =>
  named<ReachedRow>(
    client,
    'badges.findTaskReached',
    reached(`select t.completed_at as at, 'TASK:' || t.rule_id || ':' || t.period_start as source,
               row_number() over (order by t.completed_at, t.period_start) as nth
             from ${periods} where ${ofPeriods}`),
    columnsOf(asked),
  );

export const findActivityReached = (client: PoolClient, asked: readonly Asked[]) =>
  named<ReachedRow>(
    client,
    'badges.findActivityReached',
    reached(`select f.occurred_at as at, f.source,
               row_number() over (order by f.occurred_at, f.source) as nth
             from badge_fact f where ${ofActivities}`),
    columnsOf(asked),
  );

/** The line with which lifetime points reached the target, of members who have it now. */
export const findPointsReached = (client: PoolClient, asked: readonly Asked[]) =>
  named<ReachedRow>(
    client,
    'badges.findPointsReached',
    `select k.place, x.occurred_at as "occurredAt", 'ENTRY:' || x.seq as source from ${questions}
     join account a on a.member_id = k.member_id and a.lifetime_earned >= k.target
     cross join lateral (
       select seq, occurred_at from (
         select e.seq, e.occurred_at, sum(case e.kind when 'EARN' then e.amount
                  else -(e.explanation->>'reversed')::bigint end) over (order by e.seq) as total
         from ledger_entry e where e.member_id = k.member_id and e.kind in ('EARN', 'REVERSAL')) t
       where total >= k.target order by seq limit 1) x`,
    columnsOf(asked),
  );

export type AskedDay = {
  readonly place: number;
  readonly localDate: LocalDate;
  readonly occurredAt: Date;
};

/** The check-ins that count for streaks, of members whose longest is long enough; oldest first. */
export const loadStreakDays = (client: PoolClient, asked: readonly Asked[]) =>
  named<AskedDay>(
    client,
    'badges.loadStreakDays',
    `select k.place, c.local_date as "localDate", c.occurred_at as "occurredAt" from ${questions}
     join account a on a.member_id = k.member_id and a.streak_longest >= k.target
     join check_in c on ${ofDays} order by k.place, c.local_date`,
    columnsOf(asked),
  );

type Count = { readonly place: number; readonly count: number };

const counted = (facts: string) =>
  `select k.place, (select count(*) from ${facts}) as count from ${questions}`;

/** How many facts count, by place in the list. */
const counts = {
  checkIns: (pool: Pool, asked: readonly Asked[]) =>
    named<Count>(
      pool,
      'badges.countCheckIns',
      counted(`check_in c where ${ofDays}`),
      columnsOf(asked),
    ),
  task: (pool: Pool, asked: readonly Asked[]) =>
    named<Count>(
      pool,
      'badges.countTasks',
      counted(`${periods} where ${ofPeriods}`),
      columnsOf(asked),
    ),
  activities: (pool: Pool, asked: readonly Asked[]) =>
    named<Count>(
      pool,
      'badges.countActivities',
      counted(`badge_fact f where ${ofActivities}`),
      columnsOf(asked),
    ),
};

/** A number of facts to count. */
export type CountAsked = { readonly kind: keyof typeof counts; readonly asked: Asked };

/** Counts facts, whatever kinds are asked for: one statement for each kind. */
export async function countFacts(pool: Pool, keys: readonly CountAsked[]): Promise<number[]> {
  const numbers = new Map<CountAsked, number>();
  const kinds = groupBy(keys, ({ kind }) => kind);
  await Promise.all(
    [...kinds].map(async ([kind, group]) => {
      const rows = await counts[kind](
        pool,
        group.map(({ asked }) => asked),
      );
      for (const { place, count } of rows) {
        const key = group[place - 1];
        if (key !== undefined) numbers.set(key, count);
      }
    }),
  );
  return keys.map((key) => numbers.get(key) ?? 0);
}
