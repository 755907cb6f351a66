import type { CodeRow, RedemptionChangeRow } from '../engine/rows.ts';
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
