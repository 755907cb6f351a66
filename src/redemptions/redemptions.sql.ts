import type { CodeRow, RedemptionChangeRow } from '../engine/rows.ts';
import type { Redemption } from '../generated/prisma/client.ts';
import type { RedemptionState } from '../generated/prisma/enums.ts';
import type { PageRange } from '../graphql/paging.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** What names an order's rows to a command; null for an external id that does not matter. */
export const findOrder = async (
  pool: Pool,
  programId: number,
  redemptionId: number,
  externalId: string | null,
) => {
  const [found] = await named<{ memberId: number; rewardId: number }>(
    pool,
    'redemptions.findOrder',
    `select r.member_id as "memberId", r.reward_id as "rewardId"
     from redemption r join member m on m.id = r.member_id
     where r.program_id = $1 and r.id = $2 and ($3::text is null or m.external_id = $3)`,
    [programId, redemptionId, externalId],
  );
  return found;
};

/** A code of a reward, with the order it belongs to and whose that is (nulls: nobody's yet). */
export type FoundCode = Pick<CodeRow, 'state' | 'redemptionId'> & {
  readonly codeId: number;
  readonly memberId: number | null;
};

export const findCode = async (pool: Pool, programId: number, rewardId: number, code: string) => {
  const [found] = await named<FoundCode>(
    pool,
    'redemptions.findCode',
    `select c.id as "codeId", c.state, c.redemption_id as "redemptionId",
            r.member_id as "memberId"
     from reward_code c left join redemption r on r.id = c.redemption_id
     where c.program_id = $1 and c.reward_id = $2 and c.code = $3`,
    [programId, rewardId, code],
  );
  return found;
};

/** An order as this pool has it: Prisma has bigints, and instants for dates. */
type OrderRead = Omit<Redemption, 'localDate'> & { readonly localDate: string };

const asStored = (row: OrderRead): Redemption => ({
  ...row,
  id: BigInt(row.id),
  memberId: BigInt(row.memberId),
  rewardId: BigInt(row.rewardId),
  points: BigInt(row.points),
  unitCash: row.unitCash === null ? null : BigInt(row.unitCash),
  entrySeq: BigInt(row.entrySeq),
  localDate: new Date(row.localDate),
});

/** A page of a member's orders, newest first: those that stand in one of the states, or all. */
export async function listOrders(
  pool: Pool,
  memberId: number,
  { states, now }: { readonly states: readonly RedemptionState[] | null; readonly now: Date },
  { before, after, limit, inverted }: PageRange<number>,
): Promise<Redemption[]> {
  const rows = await named<OrderRead>(
    pool,
    `redemptions.listOrders:${inverted}:${limit}`,
    `select r.id, r.program_id as "programId", r.member_id as "memberId",
            r.reward_id as "rewardId", r.kind, r.quantity, r.cancelled_units as "cancelledUnits",
            r.points, r.unit_cash as "unitCash", r.cash_currency as "cashCurrency", r.state,
            r.reserved_until as "reservedUntil", r.entry_seq as "entrySeq",
            r.occurred_at as "occurredAt", r.local_date as "localDate", r.zone,
            r.utc_offset_seconds as "utcOffsetSeconds",
            r.day_start_minutes as "dayStartMinutes", r.updated_at as "updatedAt"
     from redemption r
     where r.member_id = $1 and ($2::bigint is null or r.id < $2) and ($3::bigint is null or r.id > $3)
       and ($4::text[] is null or $4 @> array[
         case when r.state = 'RESERVED' and r.reserved_until <= $5 then 'EXPIRED'
         else r.state::text end])
     order by r.id ${inverted ? 'asc' : 'desc'} limit ${Math.trunc(limit)}`,
    [memberId, after ?? null, before ?? null, states, now.toISOString()],
  );
  return rows.map(asStored);
}

/** A code as its owner may see it. */
export type OrderCode = Pick<CodeRow, 'state' | 'usedAt'> & {
  readonly redemptionId: number;
  readonly code: string;
};

/** The codes of orders, as they were given out. */
export const loadCodes = (pool: Pool, redemptionIds: readonly number[]) =>
  named<OrderCode>(
    pool,
    'redemptions.loadCodes',
    `select redemption_id as "redemptionId", code, state, used_at as "usedAt"
     from reward_code where redemption_id = any($1) order by id`,
    [redemptionIds],
  );

/** The histories of orders, oldest move first. */
export const loadChanges = (pool: Pool, redemptionIds: readonly number[]) =>
  named<RedemptionChangeRow>(
    pool,
    'redemptions.loadChanges',
    `select redemption_id as "redemptionId", position, at, actor, from_state as "fromState",
            to_state as "toState", units, note
     from redemption_change where redemption_id = any($1) order by redemption_id, position`,
    [redemptionIds],
  );
