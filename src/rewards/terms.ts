/**
 * The terms on which a reward is sold: what an operator sets, and what follows from it for a
 * member. Pure; the engine asks it in the transaction that takes the points.
 */
import { z } from 'zod';
import { isFor } from '../earning/audience.ts';
import { exact, httpsUrl, keyText, shortText } from '../engine/inputs.ts';
import type { FactTime, MemberState } from '../engine/rows.ts';
import { limits } from '../limits.ts';
import { audience } from '../rules/definition.ts';
import { listOf, wholeNumber } from '../rules/shapes.ts';

/** The dearest price at which the largest order is still exact. */
export const PRICE_MAX = Math.floor(limits.pointsMax / limits.redemptionQuantityMax);
/** What the column holds. */
export const STOCK_MAX = 2_147_483_647;
/** A month: longer than any payment takes. */
const RESERVE_MINUTES_MAX = 43_200;

export const price = exact.refine((n) => n > 0 && n <= PRICE_MAX, `must be 1 to ${PRICE_MAX}`);

/** As `shortText`, or nothing. */
const text = z.string().superRefine((value, context) => {
  const parsed = shortText.safeParse(value);
  if (value === '' || parsed.success) return;
  for (const { message } of parsed.error.issues) context.addIssue({ code: 'custom', message });
});

/** Units that one member may have in a local day, ISO week, month, or in all (S58). */
export const unitLimit = z.strictObject({
  period: z.enum(['DAY', 'WEEK', 'MONTH', 'EVER']),
  units: wholeNumber(1, 1_000_000),
});
export type UnitLimit = z.output<typeof unitLimit>;

export const rewardTerms = z.strictObject({
  kind: z.enum(['GOODS', 'COUPON', 'VIRTUAL', 'SERVICE']),
  state: z.enum(['DRAFT', 'ON_SALE', 'WITHDRAWN']),
  visibility: z.enum(['LISTED', 'AUDIENCE', 'UNLISTED']),
  title: shortText,
  description: text,
  imageUrl: httpsUrl.nullable(),
  tags: listOf(keyText, 0, 20),
  /** Points for one unit … */
  price,
  /** … other prices by tier … */
  tierPrices: z.record(keyText, price),
  /** … and what is paid elsewhere besides, in the currency's smallest unit (ISO 4217). */
  cash: z
    .strictObject({
      amount: price,
      currency: z.string().regex(/^[A-Z]{3}$/, 'must be a code of ISO 4217, such as EUR'),
    })
    .nullable(),
  /** Units left; null: unlimited. Of a COUPON its codes decide. */
  stock: wholeNumber(0, STOCK_MAX).nullable(),
  /** Whom it is for; null: everybody. */
  audience: audience.nullable(),
  /** On sale in [startsAt, endsAt). */
  startsAt: z.date().nullable(),
  endsAt: z.date().nullable(),
  limits: listOf(unitLimit, 0, 4),
  /** How long an order waits for its confirmation; null: it needs none. */
  reserveMinutes: wholeNumber(1, RESERVE_MINUTES_MAX).nullable(),
  /** Whether members may cancel confirmed orders themselves until fulfilment begins. */
  memberCancels: z.boolean(),
});
export type RewardTerms = z.output<typeof rewardTerms>;

/** Whether it can be bought at an instant. */
export const isOnSale = (
  { state, startsAt, endsAt }: Pick<RewardTerms, 'state' | 'startsAt' | 'endsAt'>,
  now: Date,
) =>
  state === 'ON_SALE' &&
  (startsAt === null || startsAt <= now) &&
  (endsAt === null || now < endsAt);

/** Points for one unit for a member of a tier. */
export const priceFor = (
  { price, tierPrices }: Pick<RewardTerms, 'price' | 'tierPrices'>,
  tierKey: string | null,
): number =>
  tierKey !== null && Object.hasOwn(tierPrices, tierKey) ? (tierPrices[tierKey] ?? price) : price;

/** Whether a member of a tier is among those it is for. */
export const isOffered = (
  { audience: whom }: Pick<RewardTerms, 'audience'>,
  member: MemberState,
  tierKey: string | null,
  time: FactTime,
) => isFor(whom ?? undefined, member, { tierKey, time });

/** Tiers in which it would be for a member whom it is not for now; none when a tier changes nothing. */
export const unlockingTiers = (
  terms: Pick<RewardTerms, 'audience'>,
  member: MemberState,
  time: FactTime,
): string[] =>
  (terms.audience?.tiers ?? []).filter((tierKey) => isOffered(terms, member, tierKey, time));
