import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A mark of a season's histogram, and how many stand between it and the one before. */
export type CountedMark = {
  /** 1, 2, 3 … */
  readonly mark: number;
  readonly expected: number;
  readonly found: number;
};

const MARKS_PER_READ = 100;
const rows = 'from standing t where t.season_id = $1 and not t.hidden';
const fromLast = 't.score = p.score and (t.reached_at, t.member_id) >= (p.reached_at, p.member_id)';
const toThis = 't.score = m.score and (t.reached_at, t.member_id) < (m.reached_at, m.member_id)';

/**
 * The next marks of a season, counted anew. Each is compared within one statement, so live traffic
 * disturbs nothing.
 */
export const countMarks = (pool: Pool, seasonId: number, after: number) =>
  named<CountedMark>(
    pool,
    'verify.countMarks',
    `with mark as (select m.* from season_histogram h,
       unnest(h.scores, h.reached_ats, h.member_ids, h.ahead) with ordinality
         as m (score, reached_at, member_id, ahead, ordinal) where h.season_id = $1)
     select m.ordinal as mark, m.ahead - coalesce(p.ahead, 0) as found,
       case when p.score = m.score then (select count(*) ${rows} and ${fromLast} and ${toThis})
       else (select count(*) ${rows} and ${fromLast}) + (select count(*) ${rows} and ${toThis})
         + (select count(*) ${rows} and t.score > m.score and (p.score is null or t.score < p.score))
       end as expected
     from mark m left join mark p on p.ordinal = m.ordinal - 1
     where m.ordinal > $2 order by m.ordinal limit ${MARKS_PER_READ}`,
    [seasonId, after],
  );
