import type { MemberRef } from '../engine/operation.ts';
import type { MemberState } from '../engine/rows.ts';
import { loadBoughtUnits, noUnits } from './catalogue.sql.ts';
import { type Offer, offerOf } from './offer.ts';
import { type Reward, termsOf } from './reward-rows.ts';
import { readShopper, type Shopper, type ShopperLoaders, type ShopperTools } from './shopper.ts';

/** A reward and for whom. */
export type OfferWanted = { readonly reward: Reward; readonly member: MemberRef };

/** How members are read by whoever batches such reads. */
export type MemberReads = ShopperLoaders & {
  readonly find: (programId: number, ref: MemberRef) => Promise<MemberState | undefined>;
};

/**
 * What rewards are to members: one statement for all of them, and each member looked at once.
 * Null where the program has no such member.
 */
export async function loadOffers(
  tools: ShopperTools,
  reads: MemberReads,
  asked: readonly OfferWanted[],
): Promise<(Offer | null)[]> {
  const shoppers = new Map<string, Promise<Shopper | undefined>>();
  const shopperOf = ({ reward: { programId }, member }: OfferWanted) => {
    const key = JSON.stringify([programId, member]);
    const known = shoppers.get(key);
    if (known !== undefined) return known;
    const shopper = reads
      .find(programId, member)
      .then((found) =>
        found?.programId === programId ? readShopper(tools, reads, found) : undefined,
      );
    shoppers.set(key, shopper);
    return shopper;
  };
  const wanted = await Promise.all(
    asked.map(async (one) => ({ reward: one.reward, shopper: await shopperOf(one) })),
  );
  const limited = new Map<string, { rewardId: number; shopper: Shopper }>();
  for (const { reward, shopper } of wanted) {
    if (shopper === undefined || termsOf(reward).limits.length === 0) continue;
    limited.set(pair(reward.id, shopper), { rewardId: Number(reward.id), shopper });
  }
  const rows = limited.size === 0 ? [] : await loadBoughtUnits(tools.pool, [...limited.values()]);
  const bought = new Map(rows.map((row) => [pair(row.rewardId, { member: row }), row]));
  return wanted.map(({ reward, shopper }) =>
    shopper === undefined
      ? null
      : offerOf(termsOf(reward), shopper, bought.get(pair(reward.id, shopper)) ?? noUnits),
  );
}

const pair = (
  rewardId: number | bigint,
  { member }: { readonly member: Pick<MemberState, 'memberId'> },
) => `${rewardId} ${member.memberId}`;
