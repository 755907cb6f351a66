import type { HoldRow } from '../engine/rows.ts';
import type { PageRange } from '../graphql/paging.ts';
import { assert } from '../platform/assert.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A hold as the API shows it. */
export type HoldShape = Pick<
  HoldRow,
  'id' | 'points' | 'captured' | 'state' | 'reason' | 'createdAt' | 'expiresAt'
>;

const columns = `id, points, captured, state, reason, created_at as "createdAt",
  expires_at as "expiresAt"`;

/** A member's holds, newest first. */
export const loadHolds = (
  pool: Pool,
  memberId: number,
  { before, after, limit, inverted }: PageRange<number>,
) =>
  named<HoldShape>(
    pool,
    `holds.loadHolds:${inverted}:${limit}`,
    `select ${columns} from hold where member_id = $1
       and id < coalesce($2::bigint, 9223372036854775807) and id > coalesce($3::bigint, 0)
     order by id ${inverted ? 'asc' : 'desc'} limit ${Math.trunc(limit)}`,
    [memberId, after ?? null, before ?? null],
  );

/** A hold that a command has just made or changed. */
export async function loadHold(pool: Pool, id: number): Promise<HoldShape> {
  const [hold] = await named<HoldShape>(
    pool,
    'holds.loadHold',
    `select ${columns} from hold where id = $1`,
    [id],
  );
  assert(hold !== undefined, 'a committed hold has its row');
  return hold;
}
