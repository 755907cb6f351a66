/** What a copy of the standings reads of the database. */
import { limits } from '../limits.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { StandingPlace } from './standings.ts';

/** A season's version; undefined when there is none. */
export async function readHead(pool: Pool, seasonId: number) {
  const rows = await named<{ version: number; participants: number }>(
    pool,
    'standings.readHead',
    'select version, participants from season where id = $1',
    [seasonId],
  );
  return rows[0];
}

/** Standings as they are now, of those who changed between two versions. */
export type CopyChanges = {
  /** The version of now. */
  readonly version: number;
  readonly participants: number;
  /** The last version whose changes these are. */
  readonly upTo: number;
  /** Whether all changes from the one version to the other are still known. */
  readonly complete: boolean;
  /** Without a place: removed. */
  readonly rows: readonly { memberId: number; place: Omit<StandingPlace, 'memberId'> | null }[];
};

type ChangeRow = {
  version: number;
  participants: number;
  kept: number;
  memberId: number | null;
  score: number | null;
  reachedAt: Date | null;
};

/** What changed behind a version, as of one moment; undefined when there is no such season. */
export async function readChanges(
  pool: Pool,
  seasonId: number,
  held: number,
): Promise<CopyChanges | undefined> {
  const rows = await named<ChangeRow>(
    pool,
    'standings.readChanges',
    `with c as (select member_ids from season_change where season_id = $1 and version > $2
                  and version <= $2::bigint + $3::bigint),
     i as (select distinct unnest(member_ids) as member_id from c)
     select s.version, s.participants, (select count(*) from c) as kept, i.member_id as "memberId",
            t.score, t.reached_at as "reachedAt"
     from season s left join i on true
       left join standing t on t.season_id = $1 and t.member_id = i.member_id and not t.hidden
     where s.id = $1`,
    [seasonId, held, limits.standingsVersionsMax],
  );
  const [head] = rows;
  if (head === undefined) return undefined;
  const { version, participants, kept } = head;
  const upTo = Math.min(version, held + limits.standingsVersionsMax);
  return {
    version,
    participants,
    upTo,
    complete: kept === upTo - held,
    rows: rows.flatMap(({ memberId, score, reachedAt }) => {
      if (memberId === null) return [];
      return [
        { memberId, place: score === null || reachedAt === null ? null : { score, reachedAt } },
      ];
    }),
  };
}

/** The next standings of a season, by member. */
export const readCopyPage = (pool: Pool, seasonId: number, afterId: number, size: number) =>
  named<StandingPlace>(
    pool,
    'standings.readCopyPage',
    `select member_id as "memberId", score, reached_at as "reachedAt" from standing
     where season_id = $1 and member_id > $2 and not hidden order by member_id limit $3`,
    [seasonId, afterId, size],
  );

/** What names this database among those that may share a Redis. */
export async function databaseName(pool: Pool): Promise<string> {
  const [row] = await named<{ name: string }>(
    pool,
    'standings.databaseName',
    `select oid::text as name from pg_database where datname = current_database()`,
    [],
  );
  return row?.name ?? '';
}
