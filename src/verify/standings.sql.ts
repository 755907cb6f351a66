import type { Cadence } from '../platform/calendar.ts';
import { databaseClock } from '../platform/clock.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A board with the days it is counted in. */
export type BoardRow = {
  readonly id: number;
  readonly cadence: Cadence;
  readonly zone: string;
  readonly dayStartMinutes: number;
};

/** The boards of a program that count points earned. */
export const loadBoards = (pool: Pool, programId: number) =>
  named<BoardRow>(
    pool,
    'verify.loadBoards',
    `select b.id, b.cadence, p.zone, p.day_start_minutes as "dayStartMinutes"
     from leaderboard b join program p on p.id = b.program_id
     where b.program_id = $1 and b.metric = 'POINTS_EARNED'`,
    [programId],
  );

/** A stored standing beside the expected one of the same ordinal (from 1). */
export type StoredStanding = {
  readonly ordinal: number;
  /** Key of the board. */
  readonly board: string;
  readonly seasonId: number | null;
  readonly isFrozen: boolean | null;
  readonly score: number | null;
  readonly reachedAt: Date | null;
};

export const loadStandings = (
  client: PoolClient,
  wanted: readonly { boardId: number; startsAt: Date; memberId: number }[],
) =>
  named<StoredStanding>(
    client,
    'verify.loadStandings',
    `select k.ordinal, b.key as board, s.id as "seasonId", s.frozen_at <= ${databaseClock} as "isFrozen",
            t.score, t.reached_at as "reachedAt"
     from unnest($1::int[], $2::timestamptz[], $3::bigint[])
            with ordinality as k (board_id, starts_at, member_id, ordinal)
     join leaderboard b on b.id = k.board_id
     left join season s on s.leaderboard_id = k.board_id and s.starts_at = k.starts_at
     left join standing t on t.season_id = s.id and t.member_id = k.member_id
     order by k.ordinal`,
    [
      wanted.map((standing) => standing.boardId),
      wanted.map((standing) => standing.startsAt.toISOString()),
      wanted.map((standing) => standing.memberId),
    ],
  );

/** A season and how many standings it has. */
export type SeasonTotal = {
  readonly id: number;
  readonly board: string;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly participants: number;
  readonly standings: number;
  /** How many its histogram counts; null when it has none. */
  readonly inHistogram: number | null;
};

const SEASONS_PER_READ = 50;

/** The next seasons of a program that are not frozen, by id. */
export const loadSeasonTotals = (pool: Pool, programId: number, afterId: number) =>
  named<SeasonTotal>(
    pool,
    'verify.loadSeasonTotals',
    `select s.id, b.key as board, s.starts_at as "startsAt", s.ends_at as "endsAt", s.participants,
            (select count(*) from standing t where t.season_id = s.id) as standings,
            (select h.standings from season_histogram h where h.season_id = s.id) as "inHistogram"
     from season s join leaderboard b on b.id = s.leaderboard_id
     where b.program_id = $1 and b.metric = 'POINTS_EARNED' and s.id > $2
       and (s.frozen_at is null or s.frozen_at > ${databaseClock})
     order by s.id limit ${SEASONS_PER_READ}`,
    [programId, afterId],
  );

const MEMBERS_PER_READ = 500;

/** The next standings of a season by member, and whether the member earned anything in it. */
export const standingsWithoutEntry = (pool: Pool, season: SeasonTotal, afterId: number) =>
  named<{ memberId: number; member: string | null; score: number; earned: boolean }>(
    pool,
    'verify.standingsWithoutEntry',
    `select t.member_id as "memberId", m.external_id as member, t.score,
            exists (select from ledger_entry e where e.member_id = t.member_id and e.kind = 'EARN'
              and e.occurred_at >= $3 and ($4::timestamptz is null or e.occurred_at < $4)) as earned
     from (select * from standing where season_id = $1 and member_id > $2
           order by member_id limit ${MEMBERS_PER_READ}) t
     left join member m on m.id = t.member_id order by t.member_id`,
    [season.id, afterId, season.startsAt.toISOString(), season.endsAt?.toISOString() ?? null],
  );

const UNREAD_EVENTS_MAX = 5_000;

/**
 * Members of this group about whom the boards have not read every event yet; all of them when the
 * boards lag far behind. The inner order and limit make the log's index the only way to read it.
 */
export async function membersWithUnread(
  client: PoolClient,
  memberIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await named<{ memberId: number }>(
    client,
    'verify.unreadEvents',
    `select u.member_id as "memberId" from cursor c cross join lateral (
       select e.member_id from event e where (e.txid, e.position) > (c.txid, c.position)
       order by e.txid, e.position limit ${UNREAD_EVENTS_MAX}) u
     where c.consumer = 'standings'`,
    [],
  );
  if (rows.length === UNREAD_EVENTS_MAX) return new Set(memberIds);
  const unread = new Set(rows.map((row) => row.memberId));
  return new Set(memberIds.filter((id) => unread.has(id)));
}
