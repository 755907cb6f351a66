import DataLoader from 'dataloader';
import type { MemberState } from '../engine/rows.ts';
import { findMember, loadMembers } from '../members/members.sql.ts';
import { loadPointsByState, type PointsByState } from '../points/points.sql.ts';
import { loadOffers, type MemberReads, type OfferWanted } from '../rewards/load-offers.ts';
import type { Offer } from '../rewards/offer.ts';
import type { ShopperTools } from '../rewards/shopper.ts';

/**
 * Loaders batch the reads of one tick and remember nothing: all events of a subscription share
 * one context, and a cache in it would go stale.
 */
export type Loaders = {
  readonly members: DataLoader<number, MemberState | undefined>;
  readonly pointsByState: DataLoader<number, PointsByState>;
  readonly offers: DataLoader<OfferWanted, Offer | null>;
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
  };
  const reads: MemberReads = {
    find: (programId, ref) =>
      'id' in ref ? loaders.members.load(ref.id) : findMember(pool, programId, ref.externalId),
    loadPoints: (memberId) => loaders.pointsByState.load(memberId),
  };
  return loaders;
}
