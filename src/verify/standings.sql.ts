import type { LeaderboardMetric } from '../generated/prisma/enums.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { VerifiedBoard } from './expected-standings.ts';

const isBackfilled = `exists (select from leaderboard_backfill r
  where r.leaderboard_id = b.id and r.state = 'APPLYING' and not r.dry_run)`;

const isCancelled = `exists (select from challenge c
  where c.leaderboard_id = b.id and c.cancelled_at is not null)`;

/**
 * The boards of a program that are compared: not of a cancelled challenge, which stopped midway; not while a backfill adds to one. Those of activities
 * are compared as a whole, by `findActivityDifference`.
 */
export const loadBoards = (pool: Pool, programId: number) =>
  named<VerifiedBoard>(
    pool,
    'verify.loadBoards',
    `select b.id, b.metric, b.cadence, b.starts_at as "startsAt", b.ends_at as "endsAt",
            b.archived_at as "archivedAt", b.counts_from as "countsFrom",
            cardinality(b.tiers) + cardinality(b.tags) > 0 as "isFiltered",
            p.zone, p.day_start_minutes as "dayStartMinutes",
            (select json_build_object('id', c.id, 'attemptOperator', c.attempt_operator)
             from challenge c where c.leaderboard_id = b.id) as challenge
     from leaderboard b join program p on p.id = b.program_id
     where b.program_id = $1 and not ${isBackfilled} and not ${isCancelled}`,
    [programId],
  );

/** Facts that boards with a filter counted. */
export const loadNotedFacts = (
  client: PoolClient,
  boardIds: readonly number[],
  memberIds: readonly number[],
) =>
  named<{ boardId: number; memberId: number; source: string }>(
    client,
    'verify.loadNotedFacts',
    `select leaderboard_id as "boardId", member_id as "memberId", source from board_fact
     where leaderboard_id = any($1) and member_id = any($2)`,
    [boardIds, memberIds],
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
  readonly hidden: boolean | null;
  /** Whether the member wants to be on no board, or is not listed in a challenge any more. */
  readonly optedOut: boolean | null;
};

export const loadStandings = (
  client: PoolClient,
  wanted: readonly { boardId: number; startsAt: Date; memberId: number }[],
) =>
  named<StoredStanding>(
    client,
    'verify.loadStandings',
    `select k.ordinal, b.key as board, s.id as "seasonId", s.frozen_at is not null as "isFrozen",
            t.score, t.reached_at as "reachedAt", t.hidden,
            case when c.id is null then m.leaderboard_opt_out
              else (select p.state <> 'JOINED' from challenge_participant p
                where p.challenge_id = c.id and p.member_id = k.member_id) end as "optedOut"
     from unnest($1::int[], $2::timestamptz[], $3::bigint[])
            with ordinality as k (board_id, starts_at, member_id, ordinal)
     join leaderboard b on b.id = k.board_id left join challenge c on c.leaderboard_id = b.id
     left join season s on s.leaderboard_id = k.board_id and s.starts_at = k.starts_at
     left join standing t on t.season_id = s.id and t.member_id = k.member_id
     left join member m on m.id = k.member_id
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
  readonly metric: LeaderboardMetric;
  readonly participants: number;
  /** All standings, and those that are shown. */
  readonly standings: number;
  readonly shown: number;
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
            b.metric, t.standings, t.shown,
            (select h.standings from season_histogram h where h.season_id = s.id) as "inHistogram"
     from season s join leaderboard b on b.id = s.leaderboard_id
     cross join lateral (select count(*) as standings, count(*) filter (where not hidden) as shown
       from standing where season_id = s.id) t
     where b.program_id = $1 and s.id > $2 and s.frozen_at is null and not ${isBackfilled}
       and not ${isCancelled}
     order by s.id limit ${SEASONS_PER_READ}`,
    [programId, afterId],
  );

const MEMBERS_PER_READ = 500;

/** Rows of `x` that give a member a standing; those of activities are compared as a whole. */
const factTables: Readonly<Record<LeaderboardMetric, string | null>> = {
  POINTS_EARNED: `ledger_entry x where x.kind = 'EARN'`,
  POINTS_NET: `ledger_entry x where x.kind in ('EARN', 'SPEND')`,
  CHECK_INS: 'check_in x where true',
  STREAK: 'check_in x where true',
  ACTIVITY_VALUE: null,
  ACTIVITY_COUNT: null,
  ATTEMPTS: 'challenge_attempt x where true',
};

type Standing = { memberId: number; member: string | null; score: number; counted: boolean };

/** The next standings of a season by member, and whether the member did anything in it. */
export async function standingsWithoutFact(
  pool: Pool,
  season: SeasonTotal,
  afterId: number,
): Promise<Standing[]> {
  const facts = factTables[season.metric];
  if (facts === null) return [];
  return named<Standing>(
    pool,
    `verify.standingsWithoutFact:${season.metric}`,
    `select t.member_id as "memberId", m.external_id as member, t.score,
            exists (select from ${facts} and x.member_id = t.member_id
              and x.occurred_at >= $3 and ($4::timestamptz is null or x.occurred_at < $4)) as counted
     from (select * from standing where season_id = $1 and member_id > $2
           order by member_id limit ${MEMBERS_PER_READ}) t
     left join member m on m.id = t.member_id order by t.member_id`,
    [season.id, afterId, season.startsAt.toISOString(), season.endsAt?.toISOString() ?? null],
  );
}

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
