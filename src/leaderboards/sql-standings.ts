import { memberStateColumns } from '../engine/engine.sql.ts';
import type { MemberState } from '../engine/rows.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import {
  rankRun,
  type StandingPlace,
  type Standings,
  type StandingsView,
  type Unranked,
} from './standings.ts';

type RunRow = {
  seasonVersion: number;
  participants: number;
  above: number;
  before: number;
  score: number;
  reachedAt: Date;
} & ({ memberId: null } | MemberState);

/** Reads of one statement see one moment: rows, counts and version belong together. */
const runSelect = `
  select s.version as "seasonVersion", s.participants,
         (select count(*) from standing x where x.season_id = s.id and not x.hidden
            and x.score > (select score from run order by score desc limit 1)) as above,
         (select count(*) from standing x, (select * from run
              order by score desc, reached_at, member_id limit 1) f
          where x.season_id = s.id and not x.hidden and x.score >= f.score
            and (x.score > f.score or (x.reached_at, x.member_id) < (f.reached_at, f.member_id)))
           as before,
         r.score, r.reached_at as "reachedAt", ${memberStateColumns}
  from season s left join run r on true
    left join member m on m.id = r.member_id left join account a on a.member_id = r.member_id
  where s.id = $1 order by r.score desc, r.reached_at, r.member_id`;

const ORDER = 't.score desc, t.reached_at, t.member_id';
const REVERSED = 't.score, t.reached_at desc, t.member_id desc';

/** SQL that names a place: three parameters, or the columns of a row. */
type PlaceSql = { readonly score: string; readonly reachedAt: string; readonly memberId: string };
const PARAMETERS: PlaceSql = { score: '$2', reachedAt: '$3', memberId: '$4' };
const OWN: PlaceSql = { score: 'me.score', reachedAt: 'me.reached_at', memberId: 'me.member_id' };

const behind = ({ score, reachedAt, memberId }: PlaceSql) =>
  `t.score <= ${score} and (t.score < ${score}
     or (t.reached_at, t.member_id) > (${reachedAt}, ${memberId}))`;
const ahead = ({ score, reachedAt, memberId }: PlaceSql) =>
  `t.score >= ${score} and (t.score > ${score}
     or (t.reached_at, t.member_id) < (${reachedAt}, ${memberId}))`;

/** The rankings of the database, over the index `standing_order`: always right. */
export function createSqlStandings(pool: Pool): Standings {
  return {
    async page(seasonId, first, after) {
      // A page size is a checked literal: with a parameter the plan turns generic, 9x slower.
      const size = Math.trunc(first);
      const where = after === undefined ? 'true' : behind(PARAMETERS);
      const text = `with run as (select * from standing t where t.season_id = $1 and not t.hidden and ${where}
        order by ${ORDER} limit ${size}) ${runSelect}`;
      const name = `standings.page:${after === undefined ? 'first' : 'next'}:${size}`;
      return viewOf(await named<RunRow>(pool, name, text, [seasonId, ...placeValues(after)]));
    },
    async around(seasonId, memberId, radius) {
      const size = Math.trunc(radius);
      const side = (where: string, order: string) =>
        `(select n.* from me, lateral (select * from standing t where t.season_id = $1
            and not t.hidden and ${where} order by ${order} limit ${size}) n)`;
      const text = `with me as (select * from standing where season_id = $1 and member_id = $2),
        run as (select * from me union all ${side(ahead(OWN), REVERSED)}
                union all ${side(behind(OWN), ORDER)}) ${runSelect}`;
      const name = `standings.around:${size}`;
      return viewOf(await named<RunRow>(pool, name, text, [seasonId, memberId]));
    },
  };
}

const placeValues = (place: StandingPlace | undefined) =>
  place === undefined ? [] : [place.score, place.reachedAt.toISOString(), place.memberId];

function viewOf(rows: readonly RunRow[]): StandingsView {
  const [head] = rows;
  if (head === undefined) return { version: 0, participants: 0, standings: [] };
  const run = rows.flatMap((row) => (row.memberId === null ? [] : unranked(row)));
  return {
    version: head.seasonVersion,
    participants: head.participants,
    standings: rankRun(run, head.above, head.before),
  };
}

function unranked(row: RunRow & MemberState): Unranked {
  const { seasonVersion, participants, above, before, score, reachedAt, ...member } = row;
  return { score, reachedAt, member };
}
