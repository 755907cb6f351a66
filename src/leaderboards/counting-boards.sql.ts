/** The boards that facts are held against. */
import type { AttemptOperator, ChallengeGoal, ChallengeKind } from '../generated/prisma/enums.ts';
import { limits } from '../limits.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { type BoardRow, boardColumns } from './seasons.sql.ts';

/** What of a challenge decides how its board counts. */
export type BoardChallenge = {
  readonly id: number;
  /** Its only season. */
  readonly seasonId: number;
  readonly kind: ChallengeKind;
  readonly goal: ChallengeGoal;
  readonly target: number | null;
  readonly attemptOperator: AttemptOperator | null;
};

/**
 * The boards of these programs that may still count something: archived ones until all is frozen;
 * those of challenges, which come and go, for some time longer: what comes late is noted.
 */
export const loadBoards = (client: PoolClient, programIds: number[], now: Date) =>
  named<BoardRow>(
    client,
    'leaderboards.loadBoards',
    `select ${boardColumns}, case when c.id is not null then json_build_object('id', c.id,
         'seasonId', c.season_id, 'kind', c.kind, 'goal', c.goal, 'target', c.target,
         'attemptOperator', c.attempt_operator) end as challenge
     from leaderboard b join program p on p.id = b.program_id
     left join lateral (
       select c.*, s.id as season_id, s.frozen_at from challenge c
       join season s on s.leaderboard_id = c.leaderboard_id
       where c.leaderboard_id = b.id) c on true
     where b.program_id = any($1) and case when c.id is null then b.archived_at is null or exists (
         select from season s where s.leaderboard_id = b.id and s.frozen_at is null)
       else c.cancelled_at is null and coalesce(c.frozen_at > $2, true) end`,
    [programIds, new Date(now.getTime() - limits.challengeLateFactsMs).toISOString()],
  );
