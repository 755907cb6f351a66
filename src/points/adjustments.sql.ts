import type { AdjustmentRow } from '../engine/rows.ts';
import type { PageRange } from '../graphql/paging.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A request as the API shows it. */
export type AdjustmentShape = Omit<AdjustmentRow, 'programId' | 'expiresAt'>;

/** A program's requests that wait for a second person, oldest first. */
export const loadAdjustments = (
  pool: Pool,
  programId: number,
  { before, after, limit, inverted }: PageRange<number>,
) =>
  named<AdjustmentShape>(
    pool,
    `points.loadAdjustments:${inverted}:${limit}`,
    `select id, member_id as "memberId", amount, reason, note, state,
            requested_by as "requestedBy", requested_at as "requestedAt",
            decided_by as "decidedBy", decided_at as "decidedAt"
     from adjustment_request where program_id = $1 and state = 'PENDING'
       and id > coalesce($2::bigint, 0) and id < coalesce($3::bigint, 9223372036854775807)
     order by id ${inverted ? 'desc' : 'asc'} limit ${Math.trunc(limit)}`,
    [programId, after ?? null, before ?? null],
  );
