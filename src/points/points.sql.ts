import type { PageRange } from '../graphql/paging.ts';
import type { LedgerEntryShape } from '../graphql/refs.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A member's points by whether they can be spent at an instant. */
export type PointsByState = {
  readonly memberId: number;
  /** Active, not expired and not held. */
  readonly spendable: number;
  /** Not yet active. */
  readonly pending: number;
  /** Pinned by holds that have not ended. */
  readonly held: number;
};

/**
 * Sums the open lots; one statement, so that all figures are of one moment. What a hold pinned is
 * free from the instant it ends, whatever jobs have run.
 */
export const loadPointsByState = (pool: Pool, memberIds: readonly number[], now: Date) =>
  named<PointsByState>(
    pool,
    'points.loadByState',
    `select l.member_id as "memberId",
            coalesce(sum(l.remaining - l.held + coalesce(o.points, 0)) filter (where
              l.activates_at <= $2 and (l.expires_at is null or l.expires_at > $2)), 0)::bigint as spendable,
            coalesce(sum(l.remaining)
              filter (where l.activates_at is null or l.activates_at > $2), 0)::bigint as pending,
            coalesce(sum(l.held - coalesce(o.points, 0)), 0)::bigint as held
     from lot l
     left join lateral (select sum(p.amount) as points from hold h
       join hold_lot p on p.hold_id = h.id and p.lot_seq = l.seq
       where l.held > 0 and h.member_id = l.member_id and h.state = 'HELD'
         and h.expires_at <= $2) o on true
     where l.member_id = any($1) and l.remaining > 0
       and (l.expires_at is null or l.expires_at > $2 or l.held > 0) group by l.member_id`,
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
