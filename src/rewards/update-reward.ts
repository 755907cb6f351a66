import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { exact, instant, positivePoints } from '../engine/inputs.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import {
  auditChange,
  changeSettings,
  type SettingsChange,
  type SettingsTools,
} from '../programs/change-settings.ts';
import { changedTerms, type RewardPatch } from './edit-terms.ts';
import { columnsOf, type Reward, summaryOf, termsOf } from './reward-rows.ts';
import {
  RewardChanged,
  RewardNotFound,
  RewardNotValid,
  StockNotCounted,
  StockTooSmall,
} from './rewards.refusals.ts';
import { type RewardTerms, STOCK_MAX } from './terms.ts';
import { tiersFrom } from './tiers-then.ts';

export const updateRewardRefusals = [RewardNotFound, RewardNotValid, RewardChanged];
export const adjustStockRefusals = [RewardNotFound, StockNotCounted, StockTooSmall];

const update = z.object({
  rewardId: positivePoints,
  /** `updatedAt` of the reward as the operator saw it; another one is refused. */
  expectedUpdatedAt: instant.optional(),
});
const adjustment = z.object({
  rewardId: positivePoints,
  /** Units to add, or to take when negative. */
  by: exact.refine((by) => by !== 0 && Math.abs(by) <= STOCK_MAX, {
    message: `must be −${STOCK_MAX} to ${STOCK_MAX}, and not 0`,
  }),
});

/** Changes the terms of a reward, with an audit row. Orders keep what they were made on. */
export function updateReward(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof update>,
  patch: RewardPatch,
): Promise<Reward> {
  const { rewardId, expectedUpdatedAt } = parseOrRefuse(update, raw);
  return changeSettings(tools, viewer, async (change) => {
    const { tx, now } = change;
    const reward = await lockReward(change, rewardId);
    if (expectedUpdatedAt !== undefined && +expectedUpdatedAt !== +reward.updatedAt) {
      throw new RewardChanged(reward.updatedAt);
    }
    const before = termsOf(reward);
    const startsAt = patch.startsAt === undefined ? before.startsAt : patch.startsAt;
    const tiers = await tiersFrom(change, startsAt ?? now);
    const after = changedTerms(before, patch, { tiers, now }, await whyKindStays(change, reward));
    const fields = differingFields(before, after);
    if (fields.length === 0) return reward;
    const columns = columnsOf(after);
    const changed = await tx.reward.update({
      where: { id: reward.id },
      // Two changes within a millisecond must not look like one.
      data: { ...columns, updatedAt: new Date(Math.max(+now, +reward.updatedAt + 1)) },
    });
    await auditChange(
      change,
      'updateReward',
      String(reward.id),
      summaryOf(pick(before, fields)),
      summaryOf(pick(after, fields)),
    );
    return changed;
  });
}

/** Adds units to the stock or takes some, whatever is sold meanwhile. With an audit row. */
export function adjustStock(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof adjustment>,
): Promise<Reward> {
  const { rewardId, by } = parseOrRefuse(adjustment, raw);
  return changeSettings(tools, viewer, async (change) => {
    const { id, kind, stock } = await lockReward(change, rewardId);
    if (kind === 'COUPON' || stock === null) throw new StockNotCounted();
    const left = stock + by;
    if (left < 0) throw new StockTooSmall(stock);
    if (left > STOCK_MAX) {
      throw new InputError('by', `must leave at most ${STOCK_MAX}: there are ${stock}`);
    }
    const changed = await change.tx.reward.update({ where: { id }, data: { stock: left } });
    await auditChange(change, 'adjustStock', String(id), { stock }, { stock: left });
    return changed;
  });
}

/**
 * The program's own reward, locked as the engine locks it: until the end of the change nothing of
 * it is sold, and what was sold before is seen.
 */
export async function lockReward(
  { tx, programId }: SettingsChange,
  rewardId: number,
): Promise<Reward> {
  const id = BigInt(rewardId);
  await tx.$queryRaw`select id from reward where id = ${id} and program_id = ${programId}
                     for update`;
  const reward = await tx.reward.findUnique({ where: { id, programId } });
  if (reward === null) throw new RewardNotFound();
  return reward;
}

/** Orders are fulfilled by their kind, and codes are for coupons: why it cannot change. */
async function whyKindStays({ tx }: SettingsChange, { id }: Reward): Promise<string | undefined> {
  const where = { rewardId: id };
  const order = await tx.redemption.findFirst({ where, select: { id: true } });
  const code = await tx.rewardCode.findFirst({ where, select: { id: true } });
  if (order === null && code === null) return undefined;
  return `cannot change: there are ${order === null ? 'codes' : 'orders'}`;
}

const differingFields = (before: RewardTerms, after: RewardTerms) =>
  (Object.keys(before) as (keyof RewardTerms)[]).filter(
    (field) => canonical(before[field]) !== canonical(after[field]),
  );

/** As text, whatever the order of its keys: stored JSON has its own. */
const canonical = (value: unknown) =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const pick = (terms: RewardTerms, fields: readonly (keyof RewardTerms)[]): Partial<RewardTerms> =>
  Object.fromEntries(fields.map((field) => [field, terms[field]]));
