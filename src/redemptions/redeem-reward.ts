import { z } from 'zod';
import type { Facts } from '../engine/facts.ts';
import { idempotencyKey, memberRef, positivePoints, quantity } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { FactTime, MemberState, RedemptionRow, RewardRow } from '../engine/rows.ts';
import { expireHolds } from '../holds/hold-steps.ts';
import { limits } from '../limits.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { assert } from '../platform/assert.ts';
import { shares } from '../points/counters.ts';
import { debitPoints, summarise } from '../points/ledger.ts';
import { InsufficientPoints } from '../points/points.refusals.ts';
import { factTime } from '../programs/fact-time.ts';
import { RewardNotFound } from '../rewards/rewards.refusals.ts';
import { isOffered, isOnSale, priceFor, unlockingTiers } from '../rewards/terms.ts';
import { effectiveTierKey, holdDueTiers } from '../tiers/member-tier.ts';
import { addChange, type OrderOutcome } from './order-steps.ts';
import {
  NotEligible,
  OutOfStock,
  PriceChanged,
  RedemptionLimitReached,
  RewardNotOnSale,
} from './redemptions.refusals.ts';
import { confirmedState } from './states.ts';

const input = z.object({
  member: memberRef,
  rewardId: positivePoints,
  quantity: quantity
    .refine((n) => n >= 1 && n <= limits.redemptionQuantityMax, {
      message: `must be 1 to ${limits.redemptionQuantityMax}`,
    })
    .optional(),
  /** Price of one unit as the buyer saw it; another one is refused. */
  expectedPrice: quantity.optional(),
  idempotencyKey,
});

export type RedeemRewardInput = z.infer<typeof input>;

export const redeemRewardRefusals = [
  MemberNotFound,
  RewardNotFound,
  RewardNotOnSale,
  NotEligible,
  PriceChanged,
  RedemptionLimitReached,
  OutOfStock,
  InsufficientPoints,
];

/**
 * Buys a reward with points: whether it is on sale and for the member, its price, limits, stock and
 * the balance are judged in one transaction with the debit (S52, S53, S58).
 */
export const redeemReward: Operation<RedeemRewardInput, OrderOutcome> = {
  name: 'redeemReward',
  input,
  touches: ({ member, rewardId, quantity: units = 1 }) => ({
    member,
    reward: rewardId,
    lots: true,
    redeems: units,
    earnsBy: null, // It earns nothing, but its price follows the tier of now.
  }),
  decide(facts, { quantity: units = 1, expectedPrice }, now) {
    const member = requireMember(facts);
    const { reward } = facts.orders;
    // A draft is nobody's to buy, nor to know of.
    if (reward === undefined || reward.state === 'DRAFT') throw new RewardNotFound();
    const time = factTime(facts.program, now);
    const evaluated = holdDueTiers(facts, member);
    const price = judge(facts, member, reward, units, { time, expectedPrice });
    const points = price * units;
    expireHolds(facts, member);
    const id = facts.orders.newId();
    const entry = debitPoints(facts, member, 'SPEND', points, time, {
      sourceType: 'REDEMPTION',
      sourceId: String(id),
      purpose: 'PRICE',
      ruleVersion: null,
      explanation: { reward: reward.id, title: reward.title, price, quantity: units },
    });
    const order = orderOf(reward, time, { id, member, units, points, entrySeq: entry.seq });
    facts.changes.insert('redemptions', order);
    const { memberId } = member;
    if (reward.stock !== null) {
      facts.changes.update('rewards', reward, { stock: reward.stock - units });
    }
    if (order.state === 'ISSUED') facts.orders.assignCodes(order, units);
    if (reward.limits.length > 0) {
      facts.orders.noteUnits(memberId, reward.id, time.localDate, units);
    }
    const position = facts.emit(member, 'reward.redeemed', now, {
      redemptionId: id,
      rewardId: reward.id,
      quantity: units,
      points,
      state: order.state,
      entries: summarise([entry]),
      ...(evaluated.length > 0 && { evaluated }),
    });
    addChange(facts, id, position, { from: null, to: order.state });
    return { memberId, redemptionId: id, position };
  },
};

/** What one unit costs the member; refuses an order that cannot be made. */
function judge(
  facts: Facts,
  member: MemberState,
  reward: RewardRow,
  units: number,
  asked: { readonly time: FactTime; readonly expectedPrice: number | undefined },
): number {
  const { time, expectedPrice } = asked;
  if (!isOnSale(reward, facts.now)) throw new RewardNotOnSale();
  const tierKey = effectiveTierKey(facts, member.tierKey, facts.now);
  if (!isOffered(reward, member, tierKey, time)) {
    throw new NotEligible(unlockingTiers(reward, member, time));
  }
  const price = priceFor(reward, tierKey);
  if (expectedPrice !== undefined && expectedPrice !== price) throw new PriceChanged(price);
  const had = reward.limits.length === 0 ? [] : facts.orders.had(member.memberId, reward.id);
  for (const limit of reward.limits) {
    const { period } = limit;
    const counted = had.filter(
      ({ date }) => period === 'EVER' || shares(period, date, time.localDate),
    );
    const left = counted.reduce((rest, one) => rest - one.units, limit.units);
    if (units > left) throw new RedemptionLimitReached(limit, Math.max(0, left));
  }
  // A coupon without a pool of codes has none to give.
  const stock = reward.kind === 'COUPON' ? (reward.stock ?? 0) : reward.stock;
  if (stock !== null && stock < units) throw new OutOfStock(stock);
  return price;
}

function orderOf(
  { id: rewardId, kind, cash, reserveMinutes }: RewardRow,
  time: FactTime,
  bought: {
    readonly id: number;
    readonly member: MemberState;
    readonly units: number;
    readonly points: number;
    readonly entrySeq: number;
  },
): RedemptionRow {
  const { id, member, units, points, entrySeq } = bought;
  assert(cash === null || reserveMinutes !== null, 'what is paid in money, too, is reserved first');
  const now = time.occurredAt;
  return {
    id,
    programId: member.programId,
    memberId: member.memberId,
    rewardId,
    kind,
    quantity: units,
    cancelledUnits: 0,
    points,
    unitCash: cash?.amount ?? null,
    cashCurrency: cash?.currency ?? null,
    state: reserveMinutes === null ? confirmedState(kind) : 'RESERVED',
    reservedUntil:
      reserveMinutes === null ? null : new Date(now.getTime() + reserveMinutes * 60_000),
    entrySeq,
    updatedAt: now,
    ...time,
  };
}
