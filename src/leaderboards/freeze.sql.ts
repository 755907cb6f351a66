/** The statements by which seasons become final. */
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { LogPlace } from '../projections/event-log.ts';

const SEASONS_PER_STEP = 500;

/**
 * Whether a season has settled: its delay is over since its end, or since it was made if that was
 * later (by an import), no backfill is under way that may still add to it, and it is of no challenge
 * that was cancelled, or whose start was not dealt with yet.
 */
const settled = `s.frozen_at is null
  and greatest(s.ends_at, s.created_at) + make_interval(mins => b.settle_delay_minutes) <= $1
  and not exists (select from leaderboard_backfill r
    where r.leaderboard_id = b.id and r.state <> 'DONE' and not r.dry_run)
  and not exists (select from challenge c where c.leaderboard_id = b.id
    and (c.cancelled_at is not null or c.started_at is null))`;

/** Seasons that are to be frozen at an instant, oldest first. */
export const findSettled = (pool: Pool, now: Date) =>
  named<{ id: number }>(
    pool,
    'leaderboards.findSettled',
    `select s.id from season s join leaderboard b on b.id = s.leaderboard_id
     where s.ends_at <= $1 and ${settled} order by s.ends_at, s.id limit ${SEASONS_PER_STEP}`,
    [now.toISOString()],
  );

/** When the next season will have settled; null: none will. */
export async function nextFreeze(pool: Pool, now: Date): Promise<Date | null> {
  const [row] = await named<{ at: Date | null }>(
    pool,
    'leaderboards.nextFreeze',
    `select min(s.ends_at + make_interval(mins => b.settle_delay_minutes)) as at
     from season s join leaderboard b on b.id = s.leaderboard_id
     where s.frozen_at is null and s.ends_at + make_interval(mins => b.settle_delay_minutes) > $1
       and not exists (select from challenge c
         where c.leaderboard_id = b.id and c.cancelled_at is not null)`,
    [now.toISOString()],
  );
  return row?.at ?? null;
}

/**
 * Locks the challenges of these seasons: whoever comes, goes or is shut out does so before, or finds
 * them final. Those are answered of which the boards have not passed that yet, or an attempt.
 */
export async function lockContests(
  client: PoolClient,
  seasonIds: readonly number[],
  { txid, position }: LogPlace,
): Promise<number[]> {
  const locked = await named<{ id: number }>(
    client,
    'leaderboards.lockContests',
    `select c.id from season s join challenge c on c.leaderboard_id = s.leaderboard_id
     where s.id = any($1) order by c.id for update of c`,
    [seasonIds],
  );
  if (locked.length === 0) return [];
  const behind = await named<{ seasonId: number }>(
    client,
    'leaderboards.findContestsBehind',
    `select distinct s.id as "seasonId" from (
       select * from event where (txid, position) > ($2::xid8, $3::bigint) offset 0) e
     join challenge c on e.type like 'challenge.%' and e.program_id = c.program_id
       and (e.payload->>'challengeId')::bigint = c.id
     join season s on s.leaderboard_id = c.leaderboard_id where s.id = any($1)`,
    [seasonIds, txid, position],
  );
  return behind.map(({ seasonId }) => seasonId);
}

/**
 * Freezes those of these seasons that are still settled, by their boards' settings as of now (S69);
 * those with prizes are settled from then on, by these settings, too (S79). Whoever watches is told by
 * a version of its own, in which no row changed.
 */
export const freezeSettled = (client: PoolClient, seasonIds: readonly number[], now: Date) =>
  named<{ seasonId: number; leaderboardId: number; version: number }>(
    client,
    'leaderboards.freezeSettled',
    `with frozen as (
       update season s set frozen_at = $1, version = s.version + 1, definition = jsonb_build_object(
         'version', b.version, 'title', b.title, 'metric', b.metric,
         'activityType', b.activity_type, 'rankMode', b.rank_mode,
         'tiers', coalesce(b.tiers, '{}'), 'tags', coalesce(b.tags, '{}'))
       from leaderboard b where s.id = any($2) and b.id = s.leaderboard_id and ${settled}
       returning s.id, s.starts_at, s.ends_at, s.version, b.id as board_id),
     noted as (
       insert into season_change (season_id, version, member_ids)
       select id, version, '{}' from frozen),
     opened as (
       insert into settlement (program_id, season_id, challenge_id, state, started_at, terms)
       select b.program_id, f.id, c.id, 'FROZEN', $1, jsonb_build_object(
         'title', coalesce(c.title, b.title), 'version', coalesce(c.version, b.version),
         'metric', b.metric, 'rankMode', b.rank_mode, 'prizes', b.prizes,
         'startsAt', f.starts_at, 'endsAt', f.ends_at,
         'kind', coalesce(c.kind, 'INDIVIDUAL'), 'goal', coalesce(c.goal, 'RANKING'),
         'target', c.target, 'teamPrizeSplit', c.team_prize_split)
       from frozen f join leaderboard b on b.id = f.board_id
       left join challenge c on c.leaderboard_id = b.id
       where b.prizes is not null and c.cancelled_at is null
         -- Who competed before there were prizes was promised none: a backfill pays nothing.
         and f.ends_at > coalesce((b.prizes->>'since')::timestamptz, '-infinity'))
     select id as "seasonId", board_id as "leaderboardId", version from frozen`,
    [now.toISOString(), seasonIds],
  );
