import { keyText } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import type { BoardSnapshot } from '../live/board-changes.ts';
import { assert } from '../platform/assert.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Prizes } from '../settlements/prizes.ts';
import {
  type BoardRow,
  boardColumns,
  ensureSeasons,
  type SeasonDefinition,
  type SeasonRow,
  seasonColumns,
} from './seasons.sql.ts';
import { boardSeasonAt, seasonNow } from './seasons.ts';
import { rankedSeason, type Standings } from './standings.ts';

/** A board as the API shows it. */
export type Board = BoardRow & {
  readonly key: string;
  readonly title: string;
  /** Grows by one with every change of its settings. */
  readonly version: number;
  /** What places of its seasons win; null: nothing. */
  readonly prizes: Prizes | null;
};

/** What of a board's settings a season that is frozen now keeps. */
export const definitionOf = (board: Board): SeasonDefinition => ({
  version: board.version,
  title: board.title,
  metric: board.metric,
  activityType: board.activityType,
  rankMode: board.rankMode,
  tiers: board.tiers,
  tags: board.tags,
});

/** Ids of leaderboards are 32-bit integers. */
const ID_MAX = 2 ** 31 - 1;

const shownColumns = `b.key, b.title, b.version, b.prizes, ${boardColumns}`;

export async function findBoard(
  pool: Pool,
  programId: number,
  by: { readonly key: string } | { readonly id: number },
): Promise<Board | undefined> {
  const [column, value] = 'key' in by ? ['key', by.key] : ['id', by.id];
  // What cannot be a key or an integer of the database would be an error there.
  if (typeof value === 'string' ? !keyText.safeParse(value).success : value > ID_MAX) return;
  const rows = await named<Board>(
    pool,
    `leaderboards.findBoard:${column}`,
    `select ${shownColumns} from leaderboard b join program p on p.id = b.program_id
     where b.program_id = $1 and b.${column} = $2`,
    [programId, value],
  );
  return rows[0];
}

/** Boards of a program, in the order they were made; those of challenges are found by them. */
export const listBoards = (pool: Pool, programId: number, archived: boolean) =>
  named<Board>(
    pool,
    'leaderboards.listBoards',
    `select ${shownColumns} from leaderboard b join program p on p.id = b.program_id
     where b.program_id = $1 and (b.archived_at is not null) = $2
       and not exists (select from challenge c where c.leaderboard_id = b.id) order by b.id`,
    [programId, archived],
  );

/** The season to look at (`seasonNow`); made when it is the first time that anybody asks. */
export async function currentSeason(pool: Pool, board: BoardRow, now: Date): Promise<SeasonRow> {
  const interval = seasonNow(board, now);
  const [season] = await ensureSeasons(pool, [{ leaderboardId: board.id, ...interval }], now);
  assert(season !== undefined, 'a season exists once it is ensured');
  return season;
}

/**
 * The season that holds an instant, if anybody ever scored in it or looked at it while it ran.
 * Reading of other times makes none: whoever may read could fill the table.
 */
export async function findSeasonAt(
  pool: Pool,
  board: BoardRow,
  at: Date,
  now: Date,
): Promise<SeasonRow | undefined> {
  const startsAt = boardSeasonAt(board, at)?.startsAt;
  if (startsAt === undefined) return undefined;
  const current = seasonNow(board, now);
  const isCurrent = startsAt.getTime() === current.startsAt.getTime();
  const [season] = isCurrent
    ? [await currentSeason(pool, board, now)]
    : await named<SeasonRow>(
        pool,
        'leaderboards.findSeasonAt',
        `select ${seasonColumns} from season s where s.leaderboard_id = $1 and s.starts_at = $2`,
        [board.id, startsAt.toISOString()],
      );
  // The last one of an archived board ended early.
  const isOver = season?.endsAt != null && at >= season.endsAt;
  return isOver ? undefined : season;
}

/** A season by id, if it is one of this program. */
export async function findSeason(
  pool: Pool,
  programId: number,
  id: number,
): Promise<SeasonRow | undefined> {
  const rows = await named<SeasonRow>(
    pool,
    'leaderboards.findSeason',
    `select ${seasonColumns} from season s join leaderboard b on b.id = s.leaderboard_id
     where s.id = $1 and b.program_id = $2`,
    [id, programId],
  );
  return rows[0];
}

/** Whether a member has a standing that others do not see (S74). */
export async function isHidden(pool: Pool, seasonId: number, memberId: number): Promise<boolean> {
  const rows = await named<{ hidden: boolean }>(
    pool,
    'leaderboards.isHidden',
    'select hidden from standing where season_id = $1 and member_id = $2',
    [seasonId, memberId],
  );
  return rows[0]?.hidden ?? false;
}

/** Seasons of a board by start, newest first: before and after are exclusive. */
export const listSeasons = (
  pool: Pool,
  boardId: number,
  { before, after, limit, inverted }: SeasonRange,
) =>
  named<SeasonRow>(
    pool,
    `leaderboards.listSeasons:${inverted}:${limit}`,
    `select ${seasonColumns} from season s where s.leaderboard_id = $1
       and ($2::timestamptz is null or s.starts_at < $2)
       and ($3::timestamptz is null or s.starts_at > $3)
     order by s.starts_at ${inverted ? 'asc' : 'desc'} limit ${Math.trunc(limit)}`,
    [boardId, after?.toISOString() ?? null, before?.toISOString() ?? null],
  );

/** A stretch of a list that runs from the newest to the oldest. */
export type SeasonRange = {
  readonly before: Date | undefined;
  readonly after: Date | undefined;
  readonly limit: number;
  readonly inverted: boolean;
};

export const seasonVersions = (pool: Pool, ids: readonly number[]) =>
  named<{ id: number; version: number }>(
    pool,
    'leaderboards.seasonVersions',
    'select id, version from season where id = any($1)',
    [ids],
  );

/** What the live hub keeps of a board: the top of its current season. */
export async function readBoard(
  pool: Pool,
  standings: Standings,
  board: BoardRow,
  now: Date,
): Promise<BoardSnapshot> {
  // Its settings may have changed since somebody began to watch it.
  const current = (await findBoard(pool, board.programId, { id: board.id })) ?? board;
  const season = await currentSeason(pool, current, now);
  const view = await standings.page(rankedSeason(season), limits.boardWindowRowsMax);
  const { version, participants } = view;
  return { season: { ...season, version, participants }, version, standings: view.standings };
}
