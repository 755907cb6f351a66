import { z } from 'zod';
import { idempotencyKey, memberRef, positivePoints, quantity } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { expireHolds } from '../holds/hold-steps.ts';
import { limits } from '../limits.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { debitPoints, summarise } from '../points/ledger.ts';
import { InsufficientPoints } from '../points/points.refusals.ts';
import { factTime } from '../programs/fact-time.ts';
import { RewardNotFound } from '../rewards/rewards.refusals.ts';
import { OutOfStock, PriceChanged } from './redemptions.refusals.ts';

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
export type RedeemRewardOutcome = {
  readonly memberId: number;
  readonly redemptionId: number;
  readonly position: number;
};

export const redeemRewardRefusals = [
  MemberNotFound,
  RewardNotFound,
  PriceChanged,
  OutOfStock,
  InsufficientPoints,
];

/** Buys a reward with points: price, stock and balance in one transaction with the debit (S52). */
export const redeemReward: Operation<RedeemRewardInput, RedeemRewardOutcome> = {
  name: 'redeemReward',
  input,
  touches: ({ member, rewardId }) => ({ member, reward: rewardId, lots: true, redeems: true }),
  decide(facts, { quantity: units = 1, expectedPrice }, now) {
    const member = requireMember(facts);
    const { reward } = facts;
    if (reward === undefined) throw new RewardNotFound();
    const { price, stock } = reward;
    if (expectedPrice !== undefined && expectedPrice !== price) throw new PriceChanged(price);
    if (stock !== null && stock < units) throw new OutOfStock(stock);
    const points = price * units;
    const time = factTime(facts.program, now);
    expireHolds(facts, member);
    const id = facts.newRedemptionId();
    const entry = debitPoints(facts, member, 'SPEND', points, time, {
      sourceType: 'REDEMPTION',
      sourceId: String(id),
      purpose: 'PRICE',
      ruleVersion: null,
      explanation: { reward: reward.id, title: reward.title, price, quantity: units },
    });
    if (stock !== null) facts.changes.update('rewards', reward, { stock: stock - units });
    facts.changes.insert('redemptions', {
      ...time,
      id,
      programId: facts.program.id,
      memberId: member.memberId,
      rewardId: reward.id,
      quantity: units,
      points,
      state: 'CONFIRMED',
      entrySeq: entry.seq,
    });
    const position = facts.emit(member, 'reward.redeemed', now, {
      redemptionId: id,
      rewardId: reward.id,
      quantity: units,
      points,
      entries: summarise([entry]),
    });
    return { memberId: member.memberId, redemptionId: id, position };
  },
};
