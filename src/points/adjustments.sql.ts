import type { AdjustmentRow } from '../engine/rows.ts';
import type { PageRange } from '../graphql/paging.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A request as the API shows it. */
export type AdjustmentShape = Omit<AdjustmentRow, 'programId' | 'expiresAt'>;

/** Which of a program's requests are read; null: any. */
export type AdjustmentFilter = {
  readonly programId: number;
  readonly state: AdjustmentRow['state'] | null;
  readonly memberId: number | null;
  readonly order: 'OLDEST_FIRST' | 'NEWEST_FIRST';
};

/** A page of requests. */
export function loadAdjustments(
  pool: Pool,
  { programId, state, memberId, order }: AdjustmentFilter,
  { before, after, limit, inverted }: PageRange<number>,
) {
  const isNewest = order === 'NEWEST_FIRST';
  const [above, below] = isNewest ? [before, after] : [after, before];
  const direction = isNewest === inverted ? 'asc' : 'desc';
  return named<AdjustmentShape>(
    pool,
    `points.loadAdjustments:${state}:${direction}:${limit}`,
    `select id, member_id as "memberId", amount, reason, note, state,
            requested_by as "requestedBy", requested_at as "requestedAt",
            decided_by as "decidedBy", decided_at as "decidedAt"
     from adjustment_request where program_id = $1
       ${state === null ? '' : `and state = '${state}'`}
       and id > coalesce($2::bigint, 0) and id < coalesce($3::bigint, 9223372036854775807)
       and ($4::bigint is null or member_id = $4)
     order by id ${direction} limit ${Math.trunc(limit)}`,
    [programId, above ?? null, below ?? null, memberId],
  );
}
