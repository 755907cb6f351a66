import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import {
  type Placements,
  type PlacementsView,
  type RankedSeason,
  type RankMode,
  rankRun,
  type StandingPlace,
} from './standings.ts';

type RunRow = {
  seasonVersion: number;
  participants: number;
  above: number | null;
  before: number | null;
  scoresAbove: number | null;
} & ({ memberId: null } | StandingPlace);

/** SQL that names a place: parameters, or the columns of a row. */
type PlaceSql = { readonly score: string; readonly reachedAt: string; readonly memberId: string };
const PARAMETERS: PlaceSql = { score: '$2', reachedAt: '$3', memberId: '$4' };
const OWN: PlaceSql = { score: 'me.score', reachedAt: 'me.reached_at', memberId: 'me.member_id' };
const FIRST: PlaceSql = { score: 'f.score', reachedAt: 'f.reached_at', memberId: 'f.member_id' };
/** Ahead of all who have the first row's score. */
const ITS_SCORE: PlaceSql = { score: 'f.score', reachedAt: `'-infinity'`, memberId: '0' };

const ORDER = 't.score desc, t.reached_at, t.member_id';
const REVERSED = 't.score, t.reached_at desc, t.member_id desc';
/** Who is hidden stands nowhere, but for themselves (S74). */
const ROWS = 'from standing t where t.season_id = $1 and not t.hidden';

/** The rankings of the database, over the index `standing_order`: always right. */
export function createSqlPlacements(pool: Pool): Placements {
  return {
    async page(season, first, after) {
      const { seasonId, rankMode } = season;
      // A page size is a checked literal: with a parameter the plan turns generic, 9x slower.
      const size = Math.trunc(first);
      const run =
        after === undefined
          ? `select * ${ROWS} order by ${ORDER} limit ${size}`
          : beside('behind', PARAMETERS, size);
      const text = statement(`with run as (${run})`, rankMode, size);
      const name = `standings.page:${after === undefined ? 'first' : 'next'}:${rankMode}:${size}`;
      const rows = await named<RunRow>(pool, name, text, [seasonId, ...placeValues(after)]);
      return viewOf(season, rows);
    },
    async around(season, memberId, radius) {
      const { seasonId, rankMode } = season;
      const size = Math.trunc(radius);
      const side = (which: 'ahead' | 'behind') =>
        `union all (select n.* from me, lateral (${beside(which, OWN, size)}) n)`;
      const sides = size === 0 ? '' : `${side('ahead')} ${side('behind')}`;
      const run = `with me as (select * from standing where season_id = $1 and member_id = $2),
        run as (select * from me ${sides})`;
      const name = `standings.around:${rankMode}:${size}`;
      const text = statement(run, rankMode, 2 * size + 1);
      return viewOf(season, await named<RunRow>(pool, name, text, [seasonId, memberId]));
    },
  };
}

/**
 * The nearest standings ahead of or behind a place. Those of the same score are sought apart, or a
 * crowd of equals would be passed one by one.
 */
function beside(side: 'ahead' | 'behind', at: PlaceSql, size: number): string {
  const [than, order] = side === 'ahead' ? (['<', REVERSED] as const) : (['>', ORDER] as const);
  const score = side === 'ahead' ? '>' : '<';
  const nearest = (where: string) =>
    `(select t.* ${ROWS} and ${where} order by ${order} limit ${size})`;
  const equals = `t.score = ${at.score}
    and (t.reached_at, t.member_id) ${than} (${at.reachedAt}, ${at.memberId})`;
  return `select t.* from (${nearest(equals)} union all ${nearest(`t.score ${score} ${at.score}`)}) t
    order by ${order} limit ${size}`;
}

/** Reads of one statement see one moment: rows, counts and version belong together. */
const statement = (run: string, mode: RankMode, rows: number) => `${run},
  f as (select * from run t order by ${ORDER} limit 1),
  mark as (select m.* from season_histogram h, unnest(h.scores, h.reached_ats, h.member_ids, h.ahead)
             with ordinality as m (score, reached_at, member_id, ahead, ordinal)
           where h.season_id = $1)
  select s.version as "seasonVersion", s.participants,
         ${mode === 'COMPETITION' ? ahead(ITS_SCORE) : 'null'} as above,
         ${mode === 'UNIQUE' || (mode === 'COMPETITION' && rows > 1) ? ahead(FIRST) : 'null'} as before,
         ${mode === 'DENSE' ? scoresAbove : 'null'} as "scoresAbove",
         r.score, r.reached_at as "reachedAt", r.member_id as "memberId"
  from season s left join run r on true
  where s.id = $1 order by r.score desc, r.reached_at, r.member_id`;

/**
 * How many stand ahead of a place: as many as ahead of the last mark before it, and those between
 * the two, who are few. Without a mark all ahead of it are counted.
 */
const ahead = ({ score, reachedAt, memberId }: PlaceSql) => {
  const place = `(${reachedAt}::timestamptz, ${memberId}::bigint)`;
  const count = (where: string) => `(select count(*) ${ROWS} and ${where})`;
  return `(select coalesce(b.ahead, 0) + case when b.score = ${score} then
      ${count(`t.score = ${score} and (t.reached_at, t.member_id) >= (b.reached_at, b.member_id)
        and (t.reached_at, t.member_id) < ${place}`)}
    else
      ${count('t.score = b.score and (t.reached_at, t.member_id) >= (b.reached_at, b.member_id)')}
      + ${count(`t.score > ${score} and t.score < coalesce(b.score, ${TOP})`)}
      + ${count(`t.score = ${score} and (t.reached_at, t.member_id) < ${place}`)} end
    from f left join lateral (select m.* from mark m where m.score > ${score}
      or (m.score = ${score} and (m.reached_at, m.member_id) <= ${place})
      order by m.ordinal desc limit 1) b on true)`;
};

/** Above every score, which are safe integers (S73). */
const TOP = 2 ** 53;

/** DENSE reads all higher scores: exact, and as slow as counting them. */
const scoresAbove = `(select count(*) from (select distinct t.score from f, standing t
    where t.season_id = $1 and not t.hidden and t.score > f.score) d)`;

const placeValues = (place: StandingPlace | undefined) =>
  place === undefined ? [] : [place.score, place.reachedAt.toISOString(), place.memberId];

function viewOf({ rankMode }: RankedSeason, rows: readonly RunRow[]): PlacementsView {
  const [head] = rows;
  if (head === undefined) return { version: 0, participants: 0, placements: [] };
  const run = rows.flatMap((row) => (row.memberId === null ? [] : [row]));
  const { above, before, scoresAbove: scores } = head;
  const counts = { above: above ?? 0, before: before ?? 0, scoresAbove: scores ?? 0 };
  return {
    version: head.seasonVersion,
    participants: head.participants,
    placements: rankRun(rankMode, run, counts),
  };
}
