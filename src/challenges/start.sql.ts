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
  readonly startsAt: Date;
  readonly minimum: number;
  readonly tooFew: TooFewParticipants;
  /** Participants, or teams, that there were when it started. */
  readonly joined: number;
};

/** Who took part when play began: who had joined before, and had not left by then. */
const atStart = `p.joined_at < c.starts_at
  and (p.counts_until is null or p.counts_until > c.starts_at)`;

/** Locks a challenge whose start was not dealt with; undefined when it was. */
export async function lockStarting(client: PoolClient, id: number) {
  await named(
    client,
    'challenges.lockStarting',
    `select from challenge where id = $1 and started_at is null and cancelled_at is null for update`,
    [id],
  );
  const rows = await named<Starting>(
    client,
    'challenges.loadStarting',
    `select c.starts_at as "startsAt", c.minimum, c.too_few as "tooFew",
            (select case c.kind when 'TEAM' then count(distinct p.team_id) else count(*) end
             from challenge_participant p where p.challenge_id = c.id and ${atStart}) as joined
     from challenge c where c.id = $1 and c.started_at is null and c.cancelled_at is null`,
    [id],
  );
  return rows[0];
}

/** Notes that a challenge has started, with its rosters; or that it is cancelled. */
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
     teams as (
       update team t set start_size = (select count(*) from challenge_participant p
         where p.team_id = t.id and ${atStart}) from c where t.challenge_id = c.id),
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
