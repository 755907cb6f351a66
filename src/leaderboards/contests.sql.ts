/** What the standings of challenges need besides those of other boards. */
import { limits } from '../limits.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { writeStandings } from './histogram.sql.ts';
import type { Move } from './histogram.ts';
import type { StandingPlace } from './standings.ts';
import type { TeamScored } from './team-score.ts';

type Window = {
  readonly challengeId: number;
  readonly memberId: number;
  /** Facts count that happened in [countsFrom, countsUntil). */
  readonly countsFrom: Date;
  readonly countsUntil: Date | null;
  /** Who left or was disqualified is not listed. */
  readonly hidden: boolean;
};

/** When these members take part in these challenges; those who never did are left out. */
export const loadWindows = (
  client: PoolClient,
  wanted: readonly Pick<Window, 'challengeId' | 'memberId'>[],
) =>
  named<Window>(
    client,
    'leaderboards.loadWindows',
    `select challenge_id as "challengeId", member_id as "memberId", counts_from as "countsFrom",
            counts_until as "countsUntil", state <> 'JOINED' as hidden
     from unnest($1::bigint[], $2::bigint[]) as k (challenge_id, member_id)
     join challenge_participant using (challenge_id, member_id)`,
    [wanted.map(({ challengeId }) => challengeId), wanted.map(({ memberId }) => memberId)],
  );

/** Seasons of these challenges that are not frozen, each with one of its members. */
export const findContests = (
  client: PoolClient,
  wanted: readonly { challengeId: number; memberId: number }[],
) =>
  named<{ seasonId: number; memberId: number }>(
    client,
    'leaderboards.findContests',
    `select distinct s.id as "seasonId", k.member_id as "memberId"
     from unnest($1::bigint[], $2::bigint[]) as k (challenge_id, member_id)
     join challenge c on c.id = k.challenge_id and c.cancelled_at is null
     join season s on s.leaderboard_id = c.leaderboard_id and s.frozen_at is null`,
    [wanted.map(({ challengeId }) => challengeId), wanted.map(({ memberId }) => memberId)],
  );

type Turned = { readonly seasonId: number; readonly hidden: boolean } & StandingPlace;

type StandingKey = { readonly seasonId: number; readonly memberId: number };

/** Lists who takes part in these seasons, and nobody who left or was disqualified. */
export function listParticipants(client: PoolClient, standings: readonly StandingKey[]) {
  const seasonIds = [...new Set(standings.map(({ seasonId }) => seasonId))];
  return writeStandings(client, seasonIds, () => turn(client, standings), moveOf);
}

const turn = (client: PoolClient, standings: readonly StandingKey[]) =>
  named<Turned>(
    client,
    'leaderboards.listParticipants',
    `update standing t set hidden = p.state <> 'JOINED'
     from unnest($1::bigint[], $2::bigint[]) as k (season_id, member_id), season s, challenge c,
       challenge_participant p
     where t.season_id = k.season_id and t.member_id = k.member_id and s.id = k.season_id
       and c.leaderboard_id = s.leaderboard_id and p.challenge_id = c.id
       and p.member_id = k.member_id and t.hidden <> (p.state <> 'JOINED')
     returning t.season_id as "seasonId", t.member_id as "memberId", t.score,
       t.reached_at as "reachedAt", t.hidden`,
    [standings.map(({ seasonId }) => seasonId), standings.map(({ memberId }) => memberId)],
  );

function moveOf({ seasonId, hidden, ...place }: Turned): Move {
  return { seasonId, from: hidden ? place : null, to: hidden ? null : place };
}

/** A team's score as it is now; null: none of its members has one that counts. */
export type TeamRecount = {
  readonly seasonId: number;
  readonly teamId: number;
  readonly score: number | null;
  readonly reachedAt: Date | null;
};

/** Who was in a team when play began: who joined before, and had not left by then. */
const rosterSize = (team: string) => `(select count(*) from challenge_participant r
  where r.team_id = ${team}.team_id and r.counts_from = ${team}.starts_at
    and coalesce(r.counts_until > r.counts_from, true))`;

/**
 * The standing of a participant `p`, looked up for each: where nothing is known of the tables yet, a
 * join reads the whole season for each team (10 s with 500 teams of 20).
 */
const standingOf = (season: string) => `select score, reached_at from standing
  where season_id = ${season}.season_id and member_id = p.member_id limit 1`;

/**
 * Counts anew the scores of the teams that these members are, or were, in (S83). Whoever was
 * disqualified counts for nothing; whoever left, with what they had. The present score was reached
 * when the newest of its parts was (S65); one that stays as it is keeps its instant.
 */
export const recountTeams = (client: PoolClient, standings: readonly StandingKey[]) =>
  named<TeamRecount>(
    client,
    'leaderboards.recountTeams',
    `with touched as materialized (
       select distinct s.id as season_id, p.team_id, c.team_scoring, c.team_top, c.team_member_cap,
              c.starts_at
       from unnest($1::bigint[], $2::bigint[]) as k (season_id, member_id)
       join season s on s.id = k.season_id
       join challenge c on c.leaderboard_id = s.leaderboard_id and c.kind = 'TEAM'
       join challenge_participant p on p.challenge_id = c.id and p.member_id = k.member_id
         and p.team_id is not null),
     sums as materialized (
       select t.season_id, t.team_id, part.reached_at, case t.team_scoring
           when 'SUM' then part.total
           when 'AVERAGE' then floor(part.total / greatest(1, ${rosterSize('t')}))
           when 'TOP_N' then part.best
           when 'CAPPED_SUM' then part.capped end as score
       from touched t cross join lateral (
         select max(o.reached_at) as reached_at, sum(o.score) as total,
                sum(o.score) filter (where o.n <= t.team_top) as best,
                sum(least(o.score, t.team_member_cap)) as capped
         from (select o.score, o.reached_at,
                      row_number() over (order by o.score desc, o.reached_at, p.member_id) as n
               from challenge_participant p cross join lateral (
                 ${standingOf('t')}) o
               where p.team_id = t.team_id and p.state <> 'DISQUALIFIED') o) part),
     dropped as (
       delete from team_standing o using sums u
       where o.season_id = u.season_id and o.team_id = u.team_id and u.score is null),
     put as (
       insert into team_standing as o (season_id, team_id, score, reached_at)
       select season_id, team_id,
         greatest(-${limits.pointsMax}, least(${limits.pointsMax}, score))::bigint, reached_at
       from sums where score is not null order by season_id, team_id
       on conflict (season_id, team_id) do update set score = excluded.score,
         reached_at = case when o.score = excluded.score then o.reached_at
           else excluded.reached_at end
       returning o.*)
     select t.season_id as "seasonId", t.team_id as "teamId", put.score,
            put.reached_at as "reachedAt"
     from sums t left join put using (season_id, team_id)`,
    [standings.map(({ seasonId }) => seasonId), standings.map(({ memberId }) => memberId)],
  );

/** A team that may come to a target, with its members' scores as they are now. */
export type TargetTeam = TeamScored & {
  readonly seasonId: number;
  readonly teamId: number;
  readonly members: readonly {
    readonly memberId: number;
    readonly score: number | null;
    /** ISO 8601. */
    readonly reachedAt: string | null;
  }[];
};

/** These teams with all members whose scores count, or would. */
export const loadTargetTeams = (client: PoolClient, teamIds: readonly number[]) =>
  named<TargetTeam>(
    client,
    'leaderboards.loadTargetTeams',
    `select s.id as "seasonId", part.team_id as "teamId", part.team_scoring as scoring,
            part.team_top as top, part.team_member_cap as "memberCap", ${rosterSize('part')} as roster,
            (select json_agg(json_build_object('memberId', p.member_id, 'score', o.score,
               'reachedAt', o.reached_at))
             from challenge_participant p
             left join standing o on o.season_id = s.id and o.member_id = p.member_id
             where p.team_id = part.team_id and p.state <> 'DISQUALIFIED') as members
     from (select t.id as team_id, c.* from team t join challenge c on c.id = t.challenge_id
           where t.id = any($1)) part
     join season s on s.leaderboard_id = part.leaderboard_id`,
    [teamIds],
  );

/** Somebody, or a team, of whom it changes whether they have reached the target. */
export type Reaching = {
  readonly seasonId: number;
  readonly participantId: number;
  /** Null: the score is below the target now. */
  readonly reachedAt: Date | null;
  /** Of the event that told of it. */
  readonly position: number;
};

/** Notes who has reached a target; who is noted already stays as they are. */
export const noteReached = (client: PoolClient, rows: readonly Reaching[]) =>
  named(
    client,
    'leaderboards.noteReached',
    `with v as (
       select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
         as v (season_id, participant_id, position, reached_at)),
     gone as (
       delete from target_reached o using v where v.reached_at is null
         and o.season_id = v.season_id and o.participant_id = v.participant_id)
     insert into target_reached (season_id, participant_id, position, reached_at)
     select * from v where reached_at is not null order by season_id, participant_id
     on conflict do nothing`,
    [
      rows.map(({ seasonId }) => seasonId),
      rows.map(({ participantId }) => participantId),
      rows.map(({ position }) => position),
      rows.map(({ reachedAt }) => reachedAt?.toISOString() ?? null),
    ],
  );
