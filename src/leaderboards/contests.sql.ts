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

/**
 * One standing by its key, whatever the planner thinks of young tables: joined as it likes, all
 * standings of a season were held against each team (2 s for 2,000 changes of 150 teams; 0.1 s so).
 */
const standingOf = (seasonId: string) => `select * from standing o
  where o.season_id = ${seasonId} and o.member_id = p.member_id offset 0`;

/** A team's score as it is now; null: none of its members has one that counts. */
export type TeamRecount = {
  readonly seasonId: number;
  readonly teamId: number;
  readonly score: number | null;
  readonly reachedAt: Date | null;
  /** How many facts of its members were counted together. */
  readonly facts: number;
};

/**
 * Counts anew the scores of the teams that these members are, or were, in (S83). Whoever was
 * disqualified counts for nothing; whoever left, with what they had. The present score was reached
 * when the newest of its parts was, of TOP_N those of the best (S65); one that stays as it is keeps
 * its instant.
 */
export const recountTeams = (
  client: PoolClient,
  standings: readonly (StandingKey & { readonly facts: number })[],
) =>
  named<TeamRecount>(
    client,
    'leaderboards.recountTeams',
    `with touched as (
       select s.id as season_id, p.team_id, c.team_scoring, c.team_top, c.team_member_cap,
              c.starts_at, sum(k.facts)::int as facts
       from unnest($1::bigint[], $2::bigint[], $3::int[]) as k (season_id, member_id, facts)
       join season s on s.id = k.season_id
       join challenge c on c.leaderboard_id = s.leaderboard_id and c.kind = 'TEAM'
       join challenge_participant p on p.challenge_id = c.id and p.member_id = k.member_id
         and p.team_id is not null
       group by s.id, p.team_id, c.id),
     part as (
       select t.*, o.score, o.reached_at, row_number() over (
         partition by t.season_id, t.team_id order by o.score desc, o.reached_at, o.member_id) as n
       from touched t cross join lateral (
         select * from challenge_participant p
         where p.team_id = t.team_id and p.state <> 'DISQUALIFIED' offset 0) p
       cross join lateral (${standingOf('t.season_id')}) o),
     sums as (
       select season_id, team_id, case team_scoring
           when 'TOP_N' then max(reached_at) filter (where n <= team_top)
           else max(reached_at) end as reached_at, case team_scoring
           when 'SUM' then sum(score)
           when 'AVERAGE' then floor(sum(score) / greatest(1, ${rosterSize}))
           when 'TOP_N' then sum(score) filter (where n <= team_top)
           when 'CAPPED_SUM' then sum(least(score, team_member_cap)) end as score
       from part group by season_id, team_id, team_scoring, starts_at),
     dropped as (
       delete from team_standing o using touched t
       where o.season_id = t.season_id and o.team_id = t.team_id and not exists (
         select from sums u where u.season_id = t.season_id and u.team_id = t.team_id)),
     put as (
       insert into team_standing as o (season_id, team_id, score, reached_at)
       select season_id, team_id,
         greatest(-${limits.pointsMax}, least(${limits.pointsMax}, score))::bigint, reached_at
       from sums order by season_id, team_id
       on conflict (season_id, team_id) do update set score = excluded.score,
         reached_at = case when o.score = excluded.score then o.reached_at
           else excluded.reached_at end
       returning o.*)
     select t.season_id as "seasonId", t.team_id as "teamId", put.score,
            put.reached_at as "reachedAt", t.facts
     from touched t left join put using (season_id, team_id)`,
    [
      standings.map(({ seasonId }) => seasonId),
      standings.map(({ memberId }) => memberId),
      standings.map(({ facts }) => facts),
    ],
  );

/** Dates scores of teams by the facts that made them. */
export const dateTeams = (
  client: PoolClient,
  rows: readonly { readonly seasonId: number; readonly teamId: number; readonly reachedAt: Date }[],
) =>
  named(
    client,
    'leaderboards.dateTeams',
    `update team_standing o set reached_at = v.reached_at
     from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as v (season_id, team_id, reached_at)
     where o.season_id = v.season_id and o.team_id = v.team_id`,
    [
      rows.map(({ seasonId }) => seasonId),
      rows.map(({ teamId }) => teamId),
      rows.map(({ reachedAt }) => reachedAt.toISOString()),
    ],
  );

/** Who was in a team when play began: who joined before, and had not left by then. */
const rosterSize = `(select count(*) from challenge_participant r
  where r.team_id = part.team_id and r.counts_from = part.starts_at
    and coalesce(r.counts_until > r.counts_from, true))`;

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
            part.team_top as top, part.team_member_cap as "memberCap", ${rosterSize} as roster,
            (select json_agg(json_build_object('memberId', p.member_id, 'score', o.score,
               'reachedAt', o.reached_at))
             from challenge_participant p
             left join lateral (${standingOf('s.id')}) o on true
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
