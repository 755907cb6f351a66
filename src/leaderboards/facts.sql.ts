/** What counting for boards reads and notes besides the log and the standings. */
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { CheckedIn } from './metrics.ts';

/** A check-in that came late, and how many days of its run follow it. */
export type LateDay = {
  readonly position: number;
  readonly memberId: number;
  readonly planId: number;
  readonly localDate: string;
  readonly following: number;
};

/** The days that follow late check-ins in their runs, in order. They never change. */
export const loadFollowing = (client: PoolClient, days: readonly LateDay[]) =>
  named<CheckedIn & { readonly position: number }>(
    client,
    'leaderboards.loadFollowing',
    `select k.position, c.occurred_at as "occurredAt", c.local_date as "localDate"
     from unnest($1::bigint[], $2::bigint[], $3::int[], $4::date[], $5::int[])
            as k (position, member_id, plan_id, local_date, following)
     cross join lateral (
       select d.occurred_at, d.local_date from check_in d where d.member_id = k.member_id
         and d.plan_id = k.plan_id and d.local_date > k.local_date
       order by d.local_date limit k.following) c
     order by k.position, c.local_date`,
    [
      days.map(({ position }) => position),
      days.map(({ memberId }) => memberId),
      days.map(({ planId }) => planId),
      days.map(({ localDate }) => localDate),
      days.map(({ following }) => following),
    ],
  );

/** A fact that a board with a filter counts. */
export type BoardFact = {
  readonly leaderboardId: number;
  readonly memberId: number;
  readonly source: string;
};

const factColumns = (facts: readonly BoardFact[]) => [
  facts.map(({ leaderboardId }) => leaderboardId),
  facts.map(({ memberId }) => memberId),
  facts.map(({ source }) => source),
];

/** Notes that facts were counted. */
export const noteFacts = (client: PoolClient, facts: readonly BoardFact[]) =>
  named(
    client,
    'leaderboards.noteFacts',
    `insert into board_fact (leaderboard_id, member_id, source)
     select * from unnest($1::int[], $2::bigint[], $3::text[]) on conflict do nothing`,
    factColumns(facts),
  );

/** Which of these facts were counted. */
export const findFacts = (client: PoolClient, facts: readonly BoardFact[]) =>
  named<BoardFact>(
    client,
    'leaderboards.findFacts',
    `select leaderboard_id as "leaderboardId", member_id as "memberId", source
     from unnest($1::int[], $2::bigint[], $3::text[]) as k (leaderboard_id, member_id, source)
     join board_fact using (leaderboard_id, member_id, source)`,
    factColumns(facts),
  );
