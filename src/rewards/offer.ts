/** What a reward is to a member: its price for them, and why they cannot buy it. Pure. */
import type { UnitsByPeriod } from './catalogue.sql.ts';
import type { Shopper } from './shopper.ts';
import { isOffered, isOnSale, priceFor, type RewardTerms, type UnitLimit } from './terms.ts';

/** Why it cannot be bought, the reason that lies deepest first. */
export const offerReasons = [
  'NOT_ON_SALE',
  'NOT_ELIGIBLE',
  'LIMIT_REACHED',
  'OUT_OF_STOCK',
  'INSUFFICIENT_POINTS',
] as const;
export type OfferReason = (typeof offerReasons)[number];

export type LimitLeft = UnitLimit & { readonly left: number };

export type Offer = {
  /** Points for one unit, for this member. */
  readonly price: number;
  /** The tier whose price it is; null: the usual price. */
  readonly tier: string | null;
  readonly affordable: boolean;
  readonly missingPoints: number;
  readonly eligible: boolean;
  readonly onSale: boolean;
  readonly limitLeft: readonly LimitLeft[];
  /** Null: one unit can be bought now. */
  readonly reason: OfferReason | null;
};

/** What it is now to a member who has `bought` so many units in the present periods (S58). */
export function offerOf(terms: RewardTerms, shopper: Shopper, bought: UnitsByPeriod): Offer {
  const { member, tierKey, time, available } = shopper;
  const price = priceFor(terms, tierKey);
  const onSale = isOnSale(terms, time.occurredAt);
  const eligible = isOffered(terms, member, tierKey, time);
  const limitLeft = terms.limits.map((limit) => ({
    ...limit,
    left: Math.max(0, limit.units - bought[limit.period]),
  }));
  const missingPoints = Math.max(0, price - available);
  const reasons: Readonly<Record<OfferReason, boolean>> = {
    NOT_ON_SALE: !onSale,
    NOT_ELIGIBLE: !eligible,
    LIMIT_REACHED: limitLeft.some(({ left }) => left === 0),
    OUT_OF_STOCK: terms.stock === 0,
    INSUFFICIENT_POINTS: missingPoints > 0,
  };
  return {
    price,
    tier: tierKey !== null && Object.hasOwn(terms.tierPrices, tierKey) ? tierKey : null,
    affordable: missingPoints === 0,
    missingPoints,
    eligible,
    onSale,
    limitLeft,
    reason: offerReasons.find((reason) => reasons[reason]) ?? null,
  };
}
