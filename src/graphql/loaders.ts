import DataLoader from 'dataloader';
import type { MemberState, RedemptionChangeRow } from '../engine/rows.ts';
import { findMember, loadMembers } from '../members/members.sql.ts';
import type { Pool } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import { loadPointsByState, type PointsByState } from '../points/points.sql.ts';
import { loadChanges, loadCodes, type OrderCode } from '../redemptions/redemptions.sql.ts';
import { loadOffers, type MemberReads, type OfferWanted } from '../rewards/load-offers.ts';
import type { Offer } from '../rewards/offer.ts';
import type { ShopperTools } from '../rewards/shopper.ts';
import { loadTasks, type StoredTask } from '../tasks/task-reads.sql.ts';

/**
 * Loaders batch the reads of one tick and remember nothing: all events of a subscription share
 * one context, and a cache in it would go stale.
 */
export type Loaders = {
  readonly members: DataLoader<number, MemberState | undefined>;
  readonly pointsByState: DataLoader<number, PointsByState>;
  readonly offers: DataLoader<OfferWanted, Offer | null>;
  readonly tasks: DataLoader<TasksKey, readonly StoredTask[]>;
  readonly redemptionCodes: DataLoader<number, OrderCode[]>;
  readonly redemptionChanges: DataLoader<number, RedemptionChangeRow[]>;
};

/** Tasks of a member: of these rules, and so many periods back. */
type TasksKey = {
  readonly memberId: number;
  readonly ruleIds: readonly number[];
  readonly past: number;
};

export function createLoaders(tools: ShopperTools): Loaders {
  const { pool, clock } = tools;
  const options = { cache: false };
  const loaders: Loaders = {
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
    offers: new DataLoader((wanted) => loadOffers(tools, reads, wanted), options),
    tasks: new DataLoader((keys) => loadAllTasks(pool, keys), options),
    redemptionCodes: new DataLoader(async (ids) => {
      return byOrder(ids, await loadCodes(pool, ids));
    }, options),
    redemptionChanges: new DataLoader(async (ids) => {
      return byOrder(ids, await loadChanges(pool, ids));
    }, options),
  };
  const reads: MemberReads = {
    find: (programId, ref) =>
      'id' in ref ? loaders.members.load(ref.id) : findMember(pool, programId, ref.externalId),
    loadPoints: (memberId) => loaders.pointsByState.load(memberId),
  };
  return loaders;
}

/** One statement for all members: those of a request are of one program. */
async function loadAllTasks(pool: Pool, keys: readonly TasksKey[]): Promise<StoredTask[][]> {
  const memberIds = [...new Set(keys.map(({ memberId }) => memberId))];
  const ruleIds = [...new Set(keys.flatMap((key) => key.ruleIds))];
  const rows = await loadTasks(pool, memberIds, ruleIds, Math.max(...keys.map(({ past }) => past)));
  const byMember = new Map(memberIds.map((id): [number, StoredTask[]] => [id, []]));
  for (const row of rows) byMember.get(row.memberId)?.push(row);
  return keys.map(({ memberId }) => byMember.get(memberId) ?? []);
}

/** Rows of each order asked for. */
const byOrder = <Row extends { readonly redemptionId: number }>(
  ids: readonly number[],
  rows: readonly Row[],
) => {
  const groups = groupBy(rows, ({ redemptionId }) => redemptionId);
  return ids.map((id) => groups.get(id) ?? []);
};
