/** Who is due for what; a bounded number at a time. */
import { limits } from '../limits.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { DueMember } from './due.ts';

/** Members with lots that expired and are neither booked nor pinned by a hold. */
export const findExpiredLots = (pool: Pool, now: Date) =>
  named<DueMember>(
    pool,
    'jobs.findExpiredLots',
    `select distinct member_id as "memberId", program_id as "programId" from lot
     where remaining > 0 and expires_at <= $1 and remaining > held limit ${limits.jobMembersMax}`,
    [now.toISOString()],
  );

/** Members who owe points and have some that can be spent. */
export const findDebtsDue = (pool: Pool, now: Date) =>
  named<DueMember>(
    pool,
    'jobs.findDebtsDue',
    `select a.member_id as "memberId", a.program_id as "programId" from account a
     where a.debt > 0 and exists (select from lot l where l.member_id = a.member_id
       and l.remaining > 0 and l.activates_at <= $1 and (l.expires_at is null or l.expires_at > $1)
       and (l.remaining > l.held or exists (select from hold h where h.member_id = a.member_id
         and h.state = 'HELD' and h.expires_at <= $1))) limit ${limits.jobMembersMax}`,
    [now.toISOString()],
  );

/** Members with holds whose time is over. */
export const findExpiredHolds = (pool: Pool, now: Date) =>
  named<DueMember>(
    pool,
    'jobs.findExpiredHolds',
    `select distinct member_id as "memberId", program_id as "programId" from hold
     where state = 'HELD' and expires_at <= $1 limit ${limits.jobMembersMax}`,
    [now.toISOString()],
  );

/** A reservation whose time is over. */
export type DueReservation = DueMember & {
  readonly redemptionId: number;
  readonly rewardId: number;
};

export const findExpiredReservations = (pool: Pool, now: Date) =>
  named<DueReservation>(
    pool,
    'jobs.findExpiredReservations',
    `select id as "redemptionId", reward_id as "rewardId", member_id as "memberId",
            program_id as "programId"
     from redemption where state = 'RESERVED' and reserved_until <= $1
     order by reserved_until, id limit ${limits.jobMembersMax}`,
    [now.toISOString()],
  );

/** Members whose tier is to be evaluated. */
export const findTiersDue = (pool: Pool, now: Date) =>
  named<DueMember>(
    pool,
    'jobs.findTiersDue',
    `with current as (
       select r.program_id, v.version from rule r join rule_version v on v.rule_id = r.id
       where r.kind = 'TIERS' and v.starts_at <= $1 and (v.ends_at is null or v.ends_at > $1))
     (select member_id as "memberId", program_id as "programId" from account
      where tier_evaluates_at <= $1 order by tier_evaluates_at limit ${limits.jobMembersMax})
     union
     (select a.member_id, a.program_id from current c join account a on a.program_id = c.program_id
        and (a.tier_version is null or a.tier_version < c.version or a.tier_version > c.version)
      limit ${limits.jobMembersMax})
     limit ${limits.jobMembersMax}`,
    [now.toISOString()],
  );

/**
 * Members with points that expire within a number of local days of which they were not told yet
 * (S32). The range of instants only keeps the search short: days may have 25 hours.
 */
export const findExpiringLots = (pool: Pool, now: Date) =>
  named<DueMember>(
    pool,
    'jobs.findExpiringLots',
    `with threshold as (
       select r.program_id, (d.value)::int as days, p.zone,
              make_interval(mins => p.day_start_minutes) as start
       from program p join rule r on r.program_id = p.id join rule_version v on v.rule_id = r.id
       cross join jsonb_array_elements_text(v.definition->'expiryNoticeDays') as d (value)
       where r.kind = 'POINTS_POLICY' and v.starts_at <= $1
         and (v.ends_at is null or v.ends_at > $1))
     select distinct l.member_id as "memberId", l.program_id as "programId"
     from threshold t join lot l on l.program_id = t.program_id
     where l.remaining > 0 and l.expires_at > $1
       and l.expires_at <= $1::timestamptz + make_interval(days => t.days + 2)
       and (l.expires_at at time zone t.zone - t.start)::date
         - ($1::timestamptz at time zone t.zone - t.start)::date <= t.days
       and not exists (select from expiry_notice n where n.member_id = l.member_id
         and n.expires_at = l.expires_at and n.days = t.days)
     limit ${limits.jobMembersMax}`,
    [now.toISOString()],
  );

/** An entry fee of a cancelled challenge that was not given back. */
export type DueFee = DueMember & { readonly challengeId: number };

/** Entry fees to give back (S81). */
export const findFeesDue = (pool: Pool, _now: Date) =>
  named<DueFee>(
    pool,
    'jobs.findFeesDue',
    `select p.challenge_id as "challengeId", p.member_id as "memberId",
            p.program_id as "programId"
     from challenge c join challenge_participant p on p.challenge_id = c.id
     where c.cancelled_at is not null and c.refunded_at is null and p.fee_seq is not null
     limit ${limits.jobMembersMax}`,
    [],
  );

/** Notes of cancelled challenges that all their entry fees were given back. */
export const closeRefunds = (pool: Pool, now: Date) =>
  named(
    pool,
    'jobs.closeRefunds',
    `update challenge c set refunded_at = $1
     where c.cancelled_at is not null and c.refunded_at is null
       and not exists (select from challenge_participant p
         where p.challenge_id = c.id and p.fee_seq is not null)`,
    [now.toISOString()],
  );
