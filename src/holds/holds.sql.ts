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

/** A page of a member's holds, newest first. */
export type HoldsKey = { readonly memberId: number; readonly range: PageRange<number> };

/** The pages of many members at once. */
export async function loadHolds(pool: Pool, keys: readonly HoldsKey[]): Promise<HoldShape[][]> {
  const pages = keys.map((): HoldShape[] => []);
  for (const inverted of [false, true]) {
    const places = [...keys.keys()].filter((place) => keys[place]?.range.inverted === inverted);
    if (places.length === 0) continue;
    const asked = places.map((place) => keys[place] as HoldsKey);
    const rows = await named<HoldShape & { place: number }>(
      pool,
      `holds.loadHolds:${inverted}`,
      `select k.place, h.* from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[])
         as k (place, member_id, after, before, size)
       cross join lateral (select ${columns} from hold where member_id = k.member_id
         and id < coalesce(k.after, 9223372036854775807) and id > coalesce(k.before, 0)
         order by id ${inverted ? 'asc' : 'desc'} limit k.size) h
       order by k.place, h.id ${inverted ? 'asc' : 'desc'}`,
      [
        places,
        asked.map(({ memberId }) => memberId),
        asked.map(({ range }) => range.after ?? null),
        asked.map(({ range }) => range.before ?? null),
        asked.map(({ range }) => Math.trunc(range.limit)),
      ],
    );
    for (const { place, ...row } of rows) pages[place]?.push(row);
  }
  return pages;
}

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
