import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

export type ActivityDifference = {
  readonly board: string;
  readonly startsAt: Date;
  readonly member: string | null;
  readonly memberId: number;
  readonly expected: string | null;
  readonly found: string | null;
};

/**
 * A standing of a board of activities that is not what the activities give, of members whose events
 * the boards have all read; none where a backfill adds to the board.
 */
export const findActivityDifference = (client: PoolClient, programId: number) =>
  named<ActivityDifference>(
    client,
    'verify.findActivityDifference',
    `with season_of as materialized (
       select s.id, s.starts_at, s.ends_at, b.key, b.program_id, b.activity_type, b.counts_from,
              b.archived_at, b.id as board_id, b.metric = 'ACTIVITY_VALUE' as by_value, c.id as challenge_id,
              cardinality(b.tiers) + cardinality(b.tags) > 0 as filtered
       from season s join leaderboard b on b.id = s.leaderboard_id
         left join challenge c on c.leaderboard_id = b.id
       where c.cancelled_at is null and b.program_id = $1 and b.metric in ('ACTIVITY_VALUE', 'ACTIVITY_COUNT')
         and s.frozen_at is null and not exists (select from leaderboard_backfill r
           where r.leaderboard_id = b.id and r.state = 'APPLYING' and not r.dry_run)),
     wanted as (
       select s.id as season_id, a.member_id, sum(case when s.by_value
           then div(a.value::numeric * (a.units - a.returned_units), a.units)
           when a.returned_units < a.units then 1 else 0 end) as score
       from season_of s join activity a on a.program_id = s.program_id
         and a.type = s.activity_type and a.occurred_at >= greatest(s.starts_at, s.counts_from)
         and a.occurred_at < coalesce(s.ends_at, 'infinity')
         and a.occurred_at < coalesce(s.archived_at, 'infinity')
       where (s.challenge_id is null or exists (select from challenge_participant p
           where p.challenge_id = s.challenge_id and p.member_id = a.member_id
             and a.occurred_at >= p.counts_from
             and (p.counts_until is null or a.occurred_at < p.counts_until)))
         and (not s.by_value or a.value > 0) and (not s.filtered or exists (
         select from board_fact f where f.leaderboard_id = s.board_id
           and f.member_id = a.member_id
           and f.source = 'ACTIVITY:' || a.type || ':' || a.reference))
       group by 1, 2),
     stored as (select t.* from season_of s join standing t on t.season_id = s.id),
     unread as (
       select distinct e.member_id from cursor c join event e
         on (e.txid, e.position) > (c.txid, c.position) where c.consumer = 'standings')
     select s.key as board, s.starts_at as "startsAt", m.external_id as member,
            member_id as "memberId", w.score::text as expected, t.score::text as found
     from wanted w full join stored t using (season_id, member_id)
       join season_of s on s.id = season_id left join member m on m.id = member_id
     where least(w.score, 9007199254740991) is distinct from t.score
       and member_id not in (select member_id from unread)
     limit 1`,
    [programId],
  );
