import DataLoader from 'dataloader';
import type { MemberState, RedemptionChangeRow } from '../engine/rows.ts';
import { loadMembers } from '../members/members.sql.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import { loadPointsByState, type PointsByState } from '../points/points.sql.ts';
import { loadChanges, loadCodes, type OrderCode } from '../redemptions/redemptions.sql.ts';

/**
 * Loaders batch the reads of one tick and remember nothing: all events of a subscription share
 * one context, and a cache in it would go stale.
 */
export type Loaders = {
  readonly members: DataLoader<number, MemberState | undefined>;
  readonly pointsByState: DataLoader<number, PointsByState>;
  readonly redemptionCodes: DataLoader<number, OrderCode[]>;
  readonly redemptionChanges: DataLoader<number, RedemptionChangeRow[]>;
};

export function createLoaders(pool: Pool, clock: Clock): Loaders {
  const options = { cache: false };
  return {
    members: new DataLoader(async (ids) => {
      const rows = await loadMembers(pool, ids);
      const byId = new Map(rows.map((row) => [row.memberId, row]));
      return ids.map((id) => byId.get(id));
    }, options),
    pointsByState: new DataLoader(async (ids) => {
      const rows = await loadPointsByState(pool, ids, clock.now());
      const byId = new Map(rows.map((row) => [row.memberId, row]));
      return ids.map(
        (memberId) => byId.get(memberId) ?? { memberId, spendable: 0, pending: 0, held: 0 },
      );
    }, options),
    redemptionCodes: new DataLoader(async (ids) => {
      return byOrder(ids, await loadCodes(pool, ids));
    }, options),
    redemptionChanges: new DataLoader(async (ids) => {
      return byOrder(ids, await loadChanges(pool, ids));
    }, options),
  };
}

/** Rows of each order asked for. */
const byOrder = <Row extends { readonly redemptionId: number }>(
  ids: readonly number[],
  rows: readonly Row[],
) => {
  const groups = groupBy(rows, ({ redemptionId }) => redemptionId);
  return ids.map((id) => groups.get(id) ?? []);
};
