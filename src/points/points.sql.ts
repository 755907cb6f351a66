import type { PageRange } from '../graphql/paging.ts';
import type { LedgerEntryShape } from '../graphql/refs.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A member's points by whether they can be spent at an instant. */
export type PointsByState = {
  readonly memberId: number;
  /** Active and not expired. */
  readonly spendable: number;
  /** Not yet active. */
  readonly pending: number;
};

/** Sums the open lots; one statement, so that both figures are of one moment. */
export const loadPointsByState = (pool: Pool, memberIds: readonly number[], now: Date) =>
  named<PointsByState>(
    pool,
    'points.loadByState',
    `select member_id as "memberId",
            coalesce(sum(remaining) filter (where activates_at <= $2), 0)::bigint as spendable,
            coalesce(sum(remaining) filter (where activates_at > $2), 0)::bigint as pending
     from lot where member_id = any($1) and remaining > 0
       and (expires_at is null or expires_at > $2) group by member_id`,
    [memberIds, now.toISOString()],
  );

/** When and how many of a member's points will expire, if nothing else happens (S31). */
export const loadExpiring = (pool: Pool, memberId: number, now: Date, until: Date | null) =>
  named<{ at: Date; points: number }>(
    pool,
    'points.loadExpiring',
    `select expires_at as at, sum(remaining)::bigint as points
     from lot where member_id = $1 and remaining > 0 and expires_at > $2
       and ($3::timestamptz is null or expires_at < $3)
     group by expires_at order by expires_at`,
    [memberId, now.toISOString(), until?.toISOString() ?? null],
  );

/** A member's entries, newest first; places are sequence numbers. */
export const loadLedger = (
  pool: Pool,
  memberId: number,
  { before, after, limit, inverted }: PageRange<number>,
) =>
  named<LedgerEntryShape>(
    pool,
    `points.loadLedger:${inverted}:${limit}`,
    `select member_id as "memberId", seq, program_id as "programId", kind, amount,
            occurred_at as "occurredAt", local_date as "localDate", zone,
            utc_offset_seconds as "utcOffsetSeconds", day_start_minutes as "dayStartMinutes",
            recorded_at as "recordedAt", source_type as "sourceType", source_id as "sourceId",
            purpose, rule_version as "ruleVersion", actor, idempotency_key as "idempotencyKey",
            explanation
     from ledger_entry where member_id = $1
       and seq < coalesce($2::bigint, 9223372036854775807) and seq > coalesce($3::bigint, 0)
     order by seq ${inverted ? 'asc' : 'desc'} limit ${Math.trunc(limit)}`,
    [memberId, after ?? null, before ?? null],
  );
