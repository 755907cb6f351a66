import type { NoticeRow } from '../engine/rows.ts';
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

/** Whose points will expire, and how much of it is asked for. */
export type ExpiringKey = {
  readonly memberId: number;
  /** Only what expires before it. */
  readonly until: Date | null;
  readonly limit: number;
};
/** Points that expire at one instant; `place` is that of the key. */
export type Expiring = { readonly place: number; readonly at: Date; readonly points: number };

/**
 * When and how many of members' points will expire, if nothing else happens, soonest first (S31).
 * What a hold has pinned is not booked before the hold ends.
 */
export const loadExpiring = (pool: Pool, keys: readonly ExpiringKey[], now: Date) =>
  named<Expiring>(
    pool,
    'points.loadExpiring',
    `select k.place::int as place, x.at, x.points
     from unnest($1::bigint[], $2::timestamptz[], $3::int[]) with ordinality
       as k (member_id, until, size, place)
     cross join lateral (
       select p.at, sum(p.points)::bigint as points
       from (
         select l.expires_at as at, l.remaining - l.held as points from lot l
         where l.member_id = k.member_id and l.remaining > 0 and l.expires_at is not null
         union all
         select greatest(l.expires_at, h.expires_at), o.amount from hold h
         join hold_lot o on o.hold_id = h.id
         join lot l on l.member_id = h.member_id and l.seq = o.lot_seq
         where h.member_id = k.member_id and h.state = 'HELD' and l.expires_at is not null) p
       where p.at > $4 and p.points > 0 and (k.until is null or p.at < k.until)
       group by p.at order by p.at limit k.size) x
     order by k.place, x.at`,
    [
      keys.map(({ memberId }) => memberId),
      keys.map(({ until }) => until?.toISOString() ?? null),
      keys.map(({ limit }) => limit),
      now.toISOString(),
    ],
  );

/** Whose rows are asked for, and how many. */
export type MembersFirst = { readonly memberId: number; readonly limit: number };
/** Points that become active at one instant, null: once confirmed; `place` is that of the key. */
export type Activating = {
  readonly place: number;
  readonly at: Date | null;
  readonly points: number;
};

/** When and how many of members' pending points can be spent, soonest first (S27). */
export const loadActivating = (pool: Pool, keys: readonly MembersFirst[], now: Date) =>
  named<Activating>(
    pool,
    'points.loadActivating',
    `select k.place::int as place, x.at, x.points
     from unnest($1::bigint[], $2::int[]) with ordinality as k (member_id, size, place)
     cross join lateral (
       select l.activates_at as at, sum(l.remaining)::bigint as points from lot l
       where l.member_id = k.member_id and l.remaining > 0
         and (l.activates_at is null or l.activates_at > $3)
         and (l.expires_at is null or l.expires_at > $3)
       group by l.activates_at order by l.activates_at nulls last limit k.size) x
     order by k.place, x.at nulls last`,
    [keys.map(({ memberId }) => memberId), keys.map(({ limit }) => limit), now.toISOString()],
  );

/** A notice that was given; `place` is that of the key. */
export type GivenNotice = Omit<NoticeRow, 'memberId'> & { readonly place: number };

/**
 * Notices of expiry that members were given, latest expiry first (S32). Of several that came due
 * at once only the nearest was given; the others have rows, so that they never are.
 */
export const loadNoticesGiven = (pool: Pool, keys: readonly MembersFirst[]) =>
  named<GivenNotice>(
    pool,
    'points.loadNoticesGiven',
    `select k.place::int as place, x.*
     from unnest($1::bigint[], $2::int[]) with ordinality as k (member_id, size, place)
     cross join lateral (
       select n.expires_at as "expiresAt", n.days, n.points, n.sent_at as "sentAt"
       from expiry_notice n
       where n.member_id = k.member_id and not exists (
         select from expiry_notice o where o.member_id = n.member_id
           and o.expires_at = n.expires_at and o.days < n.days and o.sent_at <= n.sent_at)
       order by n.expires_at desc, n.days limit k.size) x
     order by k.place, x."expiresAt" desc, x.days`,
    [keys.map(({ memberId }) => memberId), keys.map(({ limit }) => limit)],
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
    `select e.member_id as "memberId", e.seq, e.program_id as "programId", e.kind, e.amount,
            e.occurred_at as "occurredAt", e.local_date as "localDate", e.zone,
            e.utc_offset_seconds as "utcOffsetSeconds", e.day_start_minutes as "dayStartMinutes",
            e.recorded_at as "recordedAt", e.source_type as "sourceType",
            e.source_id as "sourceId", e.purpose, e.rule_version as "ruleVersion", e.actor,
            e.idempotency_key as "idempotencyKey", e.explanation,
            l.activates_at as "activatesAt", l.expires_at as "expiresAt"
     from ledger_entry e left join lot l on l.member_id = e.member_id and l.seq = e.seq
     where e.member_id = $1
       and e.seq < coalesce($2::bigint, 9223372036854775807) and e.seq > coalesce($3::bigint, 0)
     order by e.seq ${inverted ? 'asc' : 'desc'} limit ${Math.trunc(limit)}`,
    [memberId, after ?? null, before ?? null],
  );
