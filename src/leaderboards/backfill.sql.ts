/** The statements of backfills: every one of them looks at a bounded number of rows. */
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Sum } from './apply-gains.ts';
import { type BoardRow, boardColumns } from './seasons.sql.ts';

export type BoardBackfill = {
  readonly runId: number;
  readonly key: string;
  readonly dryRun: boolean;
  readonly state: 'SCANNING' | 'APPLYING' | 'DONE';
  readonly requestedAt: Date;
  readonly finishedAt: Date | null;
  readonly from: Date;
  readonly until: Date;
  readonly txid: string;
  readonly position: number;
  readonly facts: number;
  readonly standings: number;
  readonly seasons: number;
  readonly frozen: number;
};

const columns = `r.id as "runId", b.key, r.dry_run as "dryRun", r.state,
  r.requested_at as "requestedAt", r.finished_at as "finishedAt", r.from_at as "from",
  r.until_at as "until", r.txid::text, r.position, r.facts, r.standings, r.seasons, r.frozen`;

const runs = `leaderboard_backfill r join leaderboard b on b.id = r.leaderboard_id
  join program p on p.id = b.program_id`;

/** A run of a program. */
export async function findBoardBackfill(
  pool: Pool,
  programId: number,
  id: number,
): Promise<BoardBackfill | undefined> {
  const rows = await named<BoardBackfill>(
    pool,
    'leaderboards.findBackfill',
    `select ${columns} from ${runs} where r.id = $1 and b.program_id = $2`,
    [id, programId],
  );
  return rows[0];
}

/** The oldest run under way that nobody else works at, locked, with its board. */
export async function lockBoardBackfill(
  client: PoolClient,
): Promise<(BoardBackfill & BoardRow) | undefined> {
  const rows = await named<BoardBackfill & BoardRow>(
    client,
    'leaderboards.lockBackfill',
    `select ${columns}, ${boardColumns} from ${runs} where r.state <> 'DONE'
     order by r.id limit 1 for update of r skip locked`,
    [],
  );
  return rows[0];
}

/** Notes what was found for standings: added up, or of streaks the highest. */
export const stageSums = (
  client: PoolClient,
  runId: number,
  sums: readonly Sum[],
  raises: boolean,
) =>
  named(
    client,
    `leaderboards.stageSums:${raises}`,
    `insert into leaderboard_backfill_standing as f
       (backfill_id, member_id, starts_at, ends_at, score, reached_at)
     select $1, * from unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::bigint[],
       $6::timestamptz[])
     on conflict (backfill_id, member_id, starts_at) do update set ${raises ? raised : added}`,
    [
      runId,
      sums.map(({ memberId }) => memberId),
      sums.map(({ startsAt }) => startsAt.toISOString()),
      sums.map(({ endsAt }) => endsAt?.toISOString() ?? null),
      sums.map(({ amount }) => amount),
      sums.map(({ reachedAt }) => reachedAt.toISOString()),
    ],
  );

const added = `score = f.score + excluded.score,
  reached_at = greatest(f.reached_at, excluded.reached_at)`;
const raised = `score = excluded.score, reached_at = excluded.reached_at
  where excluded.score > f.score
    or (excluded.score = f.score and excluded.reached_at < f.reached_at)`;

/** How much a run has found in all, and how much of it is of seasons that are frozen. */
export async function sumStaged(client: PoolClient, runId: number, leaderboardId: number) {
  const rows = await named<{ standings: number; seasons: number; frozen: number }>(
    client,
    'leaderboards.sumStaged',
    `select count(*) as standings, count(distinct f.starts_at) as seasons,
            count(s.frozen_at) as frozen
     from leaderboard_backfill_standing f
     left join season s on s.leaderboard_id = $2 and s.starts_at = f.starts_at
     where f.backfill_id = $1`,
    [runId, leaderboardId],
  );
  return rows[0] ?? { standings: 0, seasons: 0, frozen: 0 };
}

export type StagedStanding = Pick<Sum, 'memberId' | 'startsAt' | 'endsAt'> & {
  readonly score: number;
  readonly reachedAt: Date;
};

/** Takes the next standings out of what was found. */
export const takeStaged = (client: PoolClient, runId: number, limit: number) =>
  named<StagedStanding>(
    client,
    'leaderboards.takeStaged',
    `delete from leaderboard_backfill_standing f using (
       select member_id, starts_at from leaderboard_backfill_standing where backfill_id = $1
       order by member_id, starts_at limit $2) k
     where f.backfill_id = $1 and f.member_id = k.member_id and f.starts_at = k.starts_at
     returning f.member_id as "memberId", f.starts_at as "startsAt", f.ends_at as "endsAt",
       f.score, f.reached_at as "reachedAt"`,
    [runId, limit],
  );

/** From now on the board itself counts facts that happened since then. */
export const countSince = (client: PoolClient, leaderboardId: number, from: Date) =>
  named(
    client,
    'leaderboards.countSince',
    'update leaderboard set counts_from = least(counts_from, $2) where id = $1',
    [leaderboardId, from.toISOString()],
  );

/** Notes how far a run has come. */
export const storeBoardBackfill = (client: PoolClient, run: BoardBackfill) =>
  named(
    client,
    'leaderboards.storeBackfill',
    `update leaderboard_backfill set state = $2::backfill_state, txid = $3::xid8,
       position = $4, facts = $5, standings = $6, seasons = $7, frozen = $8, finished_at = $9
     where id = $1`,
    [
      run.runId,
      run.state,
      run.txid,
      run.position,
      run.facts,
      run.standings,
      run.seasons,
      run.frozen,
      run.finishedAt?.toISOString() ?? null,
    ],
  );
