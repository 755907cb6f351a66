import type { KnownViewer } from '../auth/viewer.ts';
import { auditChange, changeSettings, type SettingsTools } from '../programs/change-settings.ts';
import { newTerms, type RewardPatch } from './edit-terms.ts';
import { columnsOf, type Reward, summaryOf } from './reward-rows.ts';
import { RewardNotValid } from './rewards.refusals.ts';
import { tiersFrom } from './tiers-then.ts';

export const createRewardRefusals = [RewardNotValid];

/** Adds a reward to the program's catalogue, with an audit row. Title and price must be given. */
export function createReward(
  tools: SettingsTools,
  viewer: KnownViewer,
  given: RewardPatch,
): Promise<Reward> {
  return changeSettings(tools, viewer, async (change) => {
    const { tx, programId, now } = change;
    const terms = newTerms(given, { tiers: await tiersFrom(change, given.startsAt ?? now), now });
    const reward = await tx.reward.create({
      data: { ...columnsOf(terms), programId, createdAt: now, updatedAt: now },
    });
    await auditChange(change, 'createReward', String(reward.id), undefined, summaryOf(terms));
    return reward;
  });
}
