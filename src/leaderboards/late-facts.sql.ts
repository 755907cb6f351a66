import type { PageRange } from '../graphql/paging.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** What facts of one event would have done to a standing of a frozen season. */
export type LateFact = {
  readonly memberId: number;
  readonly position: number;
  readonly amount: number;
  readonly occurredAt: Date;
};

/** A page of what came to a season after it was frozen, by event and member. */
export const listLateFacts = (
  pool: Pool,
  seasonId: number,
  { before, after, limit, inverted }: PageRange<[number, number]>,
) =>
  named<LateFact>(
    pool,
    `leaderboards.listLateFacts:${inverted}:${limit}`,
    `select member_id as "memberId", event_position as position, amount,
            occurred_at as "occurredAt"
     from late_fact where season_id = $1
       and ($2::bigint is null or (event_position, member_id) > ($2, $3::bigint))
       and ($4::bigint is null or (event_position, member_id) < ($4, $5::bigint))
     order by event_position ${inverted ? 'desc' : 'asc'}, member_id ${inverted ? 'desc' : 'asc'}
     limit ${Math.trunc(limit)}`,
    [seasonId, after?.[0] ?? null, after?.[1] ?? null, before?.[0] ?? null, before?.[1] ?? null],
  );
