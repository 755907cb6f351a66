/** Who is shown on boards (S74). */
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { writeStandings } from './histogram.sql.ts';
import type { Move } from './histogram.ts';
import type { StandingPlace } from './standings.ts';

/** Members of these who have opted out of boards. */
export const loadOptedOut = (client: PoolClient, memberIds: readonly number[]) =>
  named<{ memberId: number }>(
    client,
    'leaderboards.loadOptedOut',
    'select id as "memberId" from member where id = any($1) and leaderboard_opt_out',
    [memberIds],
  );

/**
 * Standings of members on seasons that are not frozen which are not as the members want it now. Who
 * joined a challenge is listed there: that was their choice.
 */
const unlike = `member m join leaderboard b on b.program_id = m.program_id
  join season s on s.leaderboard_id = b.id and s.frozen_at is null
    and not exists (select from challenge c where c.leaderboard_id = b.id)
  join standing o on o.season_id = s.id and o.member_id = m.id
  where m.id = any($1) and o.hidden <> m.leaderboard_opt_out`;

/** Where these members are shown, on seasons that are not frozen or nevertheless the newest. */
export const findShown = (client: PoolClient, memberIds: readonly number[]) =>
  named<{ seasonId: number; memberId: number }>(
    client,
    'leaderboards.findShown',
    `select o.season_id as "seasonId", o.member_id as "memberId"
     from member m join leaderboard b on b.program_id = m.program_id
     join season s on s.leaderboard_id = b.id and (s.frozen_at is null or not exists (
       select from season n where n.leaderboard_id = b.id and n.starts_at > s.starts_at))
     join standing o on o.season_id = s.id and o.member_id = m.id and not o.hidden
     where m.id = any($1)`,
    [memberIds],
  );

type Turned = { readonly seasonId: number; readonly hidden: boolean } & StandingPlace;

/** Shows or hides members on all seasons that are not frozen, as they want it now (S74). */
export async function setHidden(client: PoolClient, memberIds: readonly number[]) {
  const seasons = await named<{ seasonId: number }>(
    client,
    'leaderboards.findUnlike',
    `select distinct s.id as "seasonId" from ${unlike}`,
    [memberIds],
  );
  if (seasons.length === 0) return [];
  const seasonIds = seasons.map(({ seasonId }) => seasonId);
  return writeStandings(client, seasonIds, () => turn(client, memberIds, seasonIds), moveOf);
}

const turn = (client: PoolClient, memberIds: readonly number[], seasonIds: readonly number[]) =>
  named<Turned>(
    client,
    'leaderboards.setHidden',
    `update standing t set hidden = u.opt_out
     from (select s.id as season_id, m.id as member_id, m.leaderboard_opt_out as opt_out
           from ${unlike} and s.id = any($2)) u
     where t.season_id = u.season_id and t.member_id = u.member_id
     returning t.season_id as "seasonId", t.member_id as "memberId", t.score,
       t.reached_at as "reachedAt", t.hidden`,
    [memberIds, seasonIds],
  );

function moveOf({ seasonId, hidden, ...place }: Turned): Move {
  return { seasonId, from: hidden ? place : null, to: hidden ? null : place };
}
