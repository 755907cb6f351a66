/** What verify reads of badges, of some members at a time. */
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** An award that a fact earned: none by hand. */
export type EarnedAward = {
  readonly memberId: number;
  readonly ruleId: number;
  readonly version: number;
  /** Names the fact. */
  readonly source: string;
};

export const loadEarnedAwards = (client: PoolClient, memberIds: readonly number[]) =>
  named<EarnedAward>(
    client,
    'verify.loadEarnedAwards',
    `select member_id as "memberId", rule_id as "ruleId", version, source from badge_award
     where member_id = any($1) and source <> 'BY_HAND'`,
    [memberIds],
  );

/** What a member has to have come to, at one time or another. */
export type MetAsked = {
  readonly memberId: number;
  readonly kind: string;
  /** Rule id of the badge, or of the task it asks for. */
  readonly ruleId: number;
};

/**
 * The most that members ever came to, by place in the list: the highest sum of lifetime points,
 * periods of a task that were ever paid, activities that were ever counted.
 */
export const loadEverMet = (client: PoolClient, asked: readonly MetAsked[]) =>
  named<{ readonly place: number; readonly met: number }>(
    client,
    'verify.loadEverMet',
    `select k.place, coalesce(case k.kind
       when 'points' then (select max(total)::bigint from (
         select sum(case e.kind when 'EARN' then e.amount
           else -(e.explanation->>'reversed')::bigint end) over (order by e.seq) as total
         from ledger_entry e where e.member_id = k.member_id and e.kind in ('EARN', 'REVERSAL')) t)
       when 'task' then (select count(*) from task_settlement s
         where s.member_id = k.member_id and s.rule_id = k.rule_id and s.payments > 0)
       else (select count(*) from badge_fact f
         where f.member_id = k.member_id and f.rule_id = k.rule_id) end, 0) as met
     from unnest($1::bigint[], $2::text[], $3::int[]) with ordinality
       as k (member_id, kind, rule_id, place)`,
    [
      asked.map(({ memberId }) => memberId),
      asked.map(({ kind }) => kind),
      asked.map(({ ruleId }) => ruleId),
    ],
  );

/** A place that an award is for: in a season, or in a challenge, by its id. */
export type PlaceAsked = {
  readonly memberId: number;
  readonly id: number;
  /** Key of the board; null: any. */
  readonly key: string | null;
  /** The rank, or a better one; null: any who took part to the end. */
  readonly top: number | null;
};

const placesAsked = `unnest($2::bigint[], $3::bigint[], $4::text[], $5::int[]) with ordinality
  as k (member_id, id, key, top, place)`;
const valuesOf = (programId: number, asked: readonly PlaceAsked[]) => [
  programId,
  asked.map(({ memberId }) => memberId),
  asked.map(({ id }) => id),
  asked.map(({ key }) => key),
  asked.map(({ top }) => top),
];

/** Which of them ended a season of the board with the rank, by place in the list. */
export const findRanked = (client: PoolClient, programId: number, asked: readonly PlaceAsked[]) =>
  named<{ readonly place: number }>(
    client,
    'verify.findRanked',
    `select k.place::int from ${placesAsked}
     join season s on s.id = k.id and s.frozen_at is not null
     join leaderboard b on b.id = s.leaderboard_id and b.program_id = $1 and b.key = k.key
     join standing o on o.season_id = s.id and o.member_id = k.member_id and not o.hidden
     cross join lateral (
       select case s.definition->>'rankMode' when 'DENSE' then count(distinct x.score)
         else count(*) end as ahead
       from standing x where x.season_id = s.id and not x.hidden and (x.score > o.score
         or (s.definition->>'rankMode' = 'UNIQUE' and x.score = o.score
           and (x.reached_at, x.member_id) < (o.reached_at, o.member_id)))) better
     where better.ahead < k.top`,
    valuesOf(programId, asked),
  );

/** Which of them took part in a challenge to its end, and won something with the rank. */
export const findFinished = (client: PoolClient, programId: number, asked: readonly PlaceAsked[]) =>
  named<{ readonly place: number }>(
    client,
    'verify.findFinished',
    `select k.place::int from ${placesAsked}
     join challenge c on c.id = k.id and c.program_id = $1 and c.cancelled_at is null
     join leaderboard b on b.id = c.leaderboard_id and (k.key is null or b.key = k.key)
     join season s on s.leaderboard_id = b.id and s.frozen_at is not null
     join challenge_participant p on p.challenge_id = c.id and p.member_id = k.member_id
       and p.state = 'JOINED'
     where k.top is null or exists (select from settlement t
       join settlement_winner w on w.settlement_id = t.id and w.rank <= k.top
         and w.participant_id = coalesce(p.team_id, p.member_id)
       where t.challenge_id = c.id)`,
    valuesOf(programId, asked),
  );
