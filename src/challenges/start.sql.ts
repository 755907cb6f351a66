/** The statements by which challenges start. */
import type { TooFewParticipants } from '../generated/prisma/enums.ts';
import { limits } from '../limits.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** Challenges whose start was not dealt with yet, the oldest first. */
export const findStarting = (pool: Pool, now: Date) =>
  named<{ id: number }>(
    pool,
    'challenges.findStarting',
    `select id from challenge where starts_at <= $1 and started_at is null and cancelled_at is null
     order by starts_at, id limit ${limits.jobMembersMax}`,
    [now.toISOString()],
  );

/** When the next challenge starts; null: none will. */
export async function nextStart(pool: Pool, now: Date): Promise<Date | null> {
  const [row] = await named<{ at: Date | null }>(
    pool,
    'challenges.nextStart',
    `select min(starts_at) as at from challenge
     where starts_at > $1 and started_at is null and cancelled_at is null`,
    [now.toISOString()],
  );
  return row?.at ?? null;
}

export type Starting = {
  readonly minimum: number;
  readonly tooFew: TooFewParticipants;
  /** Participants, or teams, that there were when it started; no more than the minimum. */
  readonly joined: number;
};

/** Who took part when play began: who had joined before, and had not left by then. */
const atStart = `p.joined_at < c.starts_at
  and (p.counts_until is null or p.counts_until > c.starts_at)`;

/**
 * Counts the rosters of the next teams of a challenge that has begun, behind an id; answers the last
 * one’s. Some at a time: a challenge may have more teams than one statement has time for.
 */
export async function countRosters(client: PoolClient, id: number, afterTeam: number) {
  const rows = await named<{ last: number | null }>(
    client,
    `challenges.countRosters:${limits.startTeamsMax}`,
    `with next as (
       select t.id, (select count(*) from challenge_participant p
         where p.team_id = t.id and ${atStart}) as size
       from challenge c join team t on t.challenge_id = c.id
       where c.id = $1 and t.id > $2 order by t.id limit ${limits.startTeamsMax}),
     counted as (update team t set start_size = n.size from next n where t.id = n.id)
     select max(id) as last from next`,
    [id, afterTeam],
  );
  return rows[0]?.last ?? undefined;
}

/** Locks a challenge whose start was not dealt with, and says when it is; undefined when it was. */
export async function lockStarting(client: PoolClient, id: number): Promise<Date | undefined> {
  const [row] = await named<{ startsAt: Date }>(
    client,
    'challenges.lockStarting',
    `select starts_at as "startsAt" from challenge
     where id = $1 and started_at is null and cancelled_at is null for update`,
    [id],
  );
  return row?.startsAt;
}

/** What decides whether a locked challenge is played, its rosters being counted. */
export async function loadStarting(client: PoolClient, id: number) {
  const rows = await named<Starting>(
    client,
    'challenges.loadStarting',
    // Not how many more than enough have joined: that may take long.
    `select c.minimum, c.too_few as "tooFew", case c.kind
       when 'TEAM' then (select count(*) from (
         select from team t where t.challenge_id = $1 and t.start_size > 0
         limit (select minimum from challenge where id = $1)) x)
       else (select count(*) from (
         select from challenge_participant p where p.challenge_id = $1 and ${atStart}
         limit (select minimum from challenge where id = $1)) x) end as joined
     from challenge c where c.id = $1`,
    [id],
  );
  return rows[0];
}

/** Notes that a challenge has started, or that it is cancelled. */
export const storeStart = (
  client: PoolClient,
  id: number,
  now: Date,
  cancelReason: string | null,
) =>
  named<{ id: number; leaderboardId: number; version: number }>(
    client,
    'challenges.storeStart',
    `with c as (
       update challenge set started_at = case when $3::text is null then $2::timestamptz end,
         cancelled_at = case when $3::text is not null then $2::timestamptz end, cancel_reason = $3
       where id = $1 returning *),
     s as (
       update season s set version = s.version + 1 from c
       where s.leaderboard_id = c.leaderboard_id
       returning s.id, s.leaderboard_id, s.version),
     noted as (
       insert into season_change (season_id, version, member_ids)
       select id, version, '{0}'::bigint[] from s)
     select id, leaderboard_id as "leaderboardId", version from s`,
    [id, now.toISOString(), cancelReason],
  );
