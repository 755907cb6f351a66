/** The statements by which a batch knows orders, what they cost, and the codes of coupons. */
import type { LocalDate } from '../platform/calendar.ts';
import { named, type PoolClient } from '../platform/db.ts';
import { lotColumns } from './history.sql.ts';
import type { CodeRow, LotRow, RedemptionRow, RewardRow } from './rows.ts';

/** Locks the programs' own reward stock, after the accounts and in id order. */
export const lockRewards = (client: PoolClient, programIds: number[], ids: number[]) =>
  named<RewardRow>(
    client,
    'engine.lockRewards',
    `select r.id, r.program_id as "programId", r.kind, r.state, r.title, r.price,
            r.tier_prices as "tierPrices", r.stock, r.audience, r.limits,
            r.starts_at as "startsAt", r.ends_at as "endsAt",
            r.reserve_minutes as "reserveMinutes", r.member_cancels as "memberCancels",
            case when r.cash_amount is not null then
              json_build_object('amount', r.cash_amount, 'currency', r.cash_currency) end as cash
     from unnest($1::int[], $2::bigint[]) as k (program_id, id)
     join reward r using (program_id, id) order by r.id for update of r`,
    [programIds, ids],
  );

/** What commands change of an order, and decide by. */
export type OrderRow = Pick<
  RedemptionRow,
  | 'id'
  | 'programId'
  | 'memberId'
  | 'rewardId'
  | 'kind'
  | 'quantity'
  | 'cancelledUnits'
  | 'points'
  | 'unitCash'
  | 'state'
  | 'reservedUntil'
  | 'entrySeq'
  | 'occurredAt'
  | 'localDate'
  | 'updatedAt'
>;

/** Orders; one only changes under its member's lock. */
export const loadOrders = (client: PoolClient, ids: number[]) =>
  named<OrderRow>(
    client,
    'engine.loadOrders',
    `select id, program_id as "programId", member_id as "memberId", reward_id as "rewardId", kind,
            quantity, cancelled_units as "cancelledUnits", points, unit_cash as "unitCash", state,
            reserved_until as "reservedUntil", entry_seq as "entrySeq", occurred_at as "occurredAt",
            local_date as "localDate", updated_at as "updatedAt"
     from redemption where id = any($1)`,
    [ids],
  );

/** Codes that belong to orders, as they were given out. */
export const loadOrderCodes = (client: PoolClient, redemptionIds: number[]) =>
  named<CodeRow>(
    client,
    'engine.loadOrderCodes',
    `select id, reward_id as "rewardId", redemption_id as "redemptionId", state,
            used_at as "usedAt"
     from reward_code where redemption_id = any($1) order by id`,
    [redemptionIds],
  );

/**
 * Codes that belong to nobody yet, oldest import first: of each reward so many as `units` says,
 * and one for each unit of the reservations among the orders named.
 */
export const loadFreeCodes = (
  client: PoolClient,
  rewardIds: number[],
  units: number[],
  redemptionIds: number[],
) =>
  named<CodeRow>(
    client,
    'engine.loadFreeCodes',
    `select c.id, k.reward_id as "rewardId", c.redemption_id as "redemptionId", c.state,
            c.used_at as "usedAt"
     from unnest($1::bigint[], $2::int[]) as k (reward_id, units)
     cross join lateral (
       select * from reward_code o where o.reward_id = k.reward_id and o.state = 'AVAILABLE'
       order by o.id limit k.units + (
         select coalesce(sum(r.quantity - r.cancelled_units), 0) from redemption r
         where r.id = any($3) and r.reward_id = k.reward_id and r.state = 'RESERVED')) c
     order by c.id`,
    [rewardIds, units, redemptionIds],
  );

/** Points that an order's debit took from a lot. */
export type SpentRow = LotRow & { readonly redemptionId: number; readonly taken: number };

/** From which lots orders were paid, in the order these were taken (S28). */
export const loadSpent = (client: PoolClient, redemptionIds: number[]) =>
  named<SpentRow>(
    client,
    'engine.loadSpent',
    `select r.id as "redemptionId", a.amount as taken, ${lotColumns}
     from redemption r
     join allocation a on a.member_id = r.member_id and a.debit_seq = r.entry_seq
     join lot l on l.member_id = a.member_id and l.seq = a.lot_seq
     where r.id = any($1) order by r.id, l.expires_at nulls last, l.activates_at, l.seq`,
    [redemptionIds],
  );

/** Units that a member has of a reward, by the local date of the order. */
export type HadRow = {
  readonly memberId: number;
  readonly rewardId: number;
  readonly date: LocalDate;
  readonly units: number;
};

/** What counts towards limits: what was not given back, nor waits for more than its time (S58). */
export const loadHad = (client: PoolClient, members: number[], rewards: number[], now: Date) =>
  named<HadRow>(
    client,
    'engine.loadHad',
    `select r.member_id as "memberId", r.reward_id as "rewardId", r.local_date as date,
            sum(r.quantity - r.cancelled_units)::int as units
     from (select distinct * from unnest($1::bigint[], $2::bigint[]) as k (member_id, reward_id)) k
     join redemption r using (member_id, reward_id)
     where r.quantity > r.cancelled_units
       and not (r.state = 'RESERVED' and r.reserved_until <= $3)
     group by 1, 2, 3`,
    [members, rewards, now.toISOString()],
  );
