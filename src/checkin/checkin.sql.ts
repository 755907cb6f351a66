import type { CheckInRow } from '../engine/rows.ts';
import type { PageRange } from '../graphql/paging.ts';
import { assert } from '../platform/assert.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A check-in as the API shows it. */
export type CheckInShape = Pick<CheckInRow, 'localDate' | 'zone' | 'streakDay' | 'points'> & {
  readonly occurredAt: Date | string;
  readonly recordedAt: Date | string;
};

const columns = `local_date as "localDate", occurred_at as "occurredAt",
  recorded_at as "recordedAt", zone, streak_day as "streakDay", points`;

/** A member's check-ins, newest day first; places are local dates. */
export const loadCheckIns = (
  pool: Pool,
  memberId: number,
  { before, after, limit, inverted }: PageRange<string>,
) =>
  named<CheckInShape>(
    pool,
    `checkin.loadCheckIns:${inverted}:${limit}`,
    `select ${columns} from check_in where member_id = $1
       and local_date < coalesce($2::date, 'infinity') and local_date > coalesce($3::date, '-infinity')
     order by local_date ${inverted ? 'asc' : 'desc'} limit ${Math.trunc(limit)}`,
    [memberId, after ?? null, before ?? null],
  );

/** The record of a day that is known to have one. */
export async function requireCheckIn(
  pool: Pool,
  memberId: number,
  planId: number,
  localDate: string,
): Promise<CheckInShape> {
  const [row] = await named<CheckInShape>(
    pool,
    'checkin.findCheckIn',
    `select ${columns} from check_in
     where member_id = $1 and plan_id = $2 and local_date = $3`,
    [memberId, planId, localDate],
  );
  assert(row !== undefined, 'a committed check-in has its record');
  return row;
}
