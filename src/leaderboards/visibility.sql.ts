/** Who is shown on boards (S74). */
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** Members of these who have opted out of boards. */
export const loadOptedOut = (client: PoolClient, memberIds: readonly number[]) =>
  named<{ memberId: number }>(
    client,
    'leaderboards.loadOptedOut',
    'select id as "memberId" from member where id = any($1) and leaderboard_opt_out',
    [memberIds],
  );

/** Shows or hides members on all seasons that are not frozen, as they want it now (S74). */
export const setHidden = (client: PoolClient, memberIds: readonly number[]) =>
  named<{ seasonId: number; memberId: number; score: number; hidden: boolean }>(
    client,
    'leaderboards.setHidden',
    `update standing t set hidden = m.leaderboard_opt_out
     from member m join leaderboard b on b.program_id = m.program_id
       join season s on s.leaderboard_id = b.id and s.frozen_at is null
     where m.id = any($1) and t.season_id = s.id and t.member_id = m.id
       and t.hidden <> m.leaderboard_opt_out
     returning t.season_id as "seasonId", t.member_id as "memberId", t.score, t.hidden`,
    [memberIds],
  );
