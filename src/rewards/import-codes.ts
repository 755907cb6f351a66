import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { positivePoints } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import {
  auditChange,
  changeSettings,
  type SettingsChange,
  type SettingsTools,
} from '../programs/change-settings.ts';
import { countCodes, deleteCodes, deleteNewestCodes, findCodes, insertCodes } from './codes.sql.ts';
import { type CodeRejection, readCodes } from './codes.ts';
import type { Reward } from './reward-rows.ts';
import { CodesReserved, RewardHasNoCodes, RewardNotFound } from './rewards.refusals.ts';
import { lockReward } from './update-reward.ts';

export const importRewardCodesRefusals = [RewardNotFound, RewardHasNoCodes];
export const withdrawRewardCodesRefusals = [RewardNotFound, RewardHasNoCodes, CodesReserved];

const tooMany = `must be a list of 1 to ${limits.rewardCodesMax}`;
const codes = z.array(z.string()).min(1, tooMany).max(limits.rewardCodesMax, tooMany);
const importInput = z.object({
  rewardId: positivePoints,
  codes,
  /** Say what it would do, and do nothing. */
  dryRun: z.boolean().optional(),
  /** Other lines of the file that the codes came in, for the audit row. */
  besides: z.object({ duplicates: z.int(), known: z.int(), rejected: z.int() }).optional(),
});
const withdrawInput = z
  .object({ rewardId: positivePoints, codes: codes.optional(), all: z.boolean().optional() })
  .refine((given) => given.codes !== undefined || given.all === true, {
    path: ['codes'],
    message: 'is missing: give the codes to take out, or `all: true` for all that no order has',
  })
  .refine((given) => given.codes === undefined || given.all !== true, {
    path: ['all'],
    message: 'cannot be true where `codes` are given: leave one of them out',
  });

/** What an import did: lines = accepted + duplicates + known + rejected (S100). */
export type CodesImport = {
  readonly reward: Reward;
  readonly accepted: number;
  /** Lines that repeat an earlier one. */
  readonly duplicates: number;
  /** Codes that this reward has already, whatever their state. */
  readonly known: number;
  readonly rejected: number;
  /** All of them, in the order of their lines. */
  readonly rejections: readonly CodeRejection[];
  /** The codes accepted, in their order. */
  readonly fresh: readonly string[];
};

const ELSEWHERE = 'belongs to another reward of the program';

/**
 * Adds codes to a COUPON, in their order, and as many units to its stock; a repeat changes nothing.
 * A code that another reward of the program has is rejected: it could be given out twice.
 */
export async function importRewardCodes(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof importInput>,
): Promise<CodesImport> {
  const { rewardId, codes: given, dryRun = false, besides } = parseOrRefuse(importInput, raw);
  const read = readCodes(given);
  return changeSettings(tools, viewer, async (change) => {
    const reward = await lockReward(change, rewardId);
    if (reward.kind !== 'COUPON') throw new RewardHasNoCodes();
    const owners = await findCodes(change, [...read.lineOf.keys()]);
    const fresh = [...read.lineOf.keys()].filter((code) => !owners.has(code));
    const elsewhere = [...owners]
      .filter(([, owner]) => owner !== reward.id)
      .map(([code]) => ({ line: read.lineOf.get(code) ?? 0, reason: ELSEWHERE }));
    const rejections = [...read.rejections, ...elsewhere].sort((a, b) => a.line - b.line);
    const counts = {
      accepted: fresh.length,
      duplicates: read.repeats,
      known: owners.size - elsewhere.length,
      rejected: rejections.length,
    };
    if (dryRun || fresh.length === 0) return { reward, ...counts, rejections, fresh };
    await insertCodes(change, reward.id, fresh);
    const told = {
      accepted: counts.accepted,
      duplicates: counts.duplicates + (besides?.duplicates ?? 0),
      known: counts.known + (besides?.known ?? 0),
      rejected: counts.rejected + (besides?.rejected ?? 0),
    };
    const after = await setStock(change, 'importRewardCodes', reward, fresh.length, told);
    return { reward: after, ...counts, rejections, fresh };
  });
}

/** An audit row of the lines of a file that came after its last new code. */
export function noteCodesImport(
  tools: SettingsTools,
  viewer: KnownViewer,
  rewardId: number,
  counts: Readonly<Record<'duplicates' | 'known' | 'rejected', number>>,
): Promise<Reward> {
  return changeSettings(tools, viewer, async (change) => {
    const reward = await lockReward(change, rewardId);
    return setStock(change, 'importRewardCodes', reward, 0, { accepted: 0, ...counts });
  });
}

/** What a withdrawal did. */
export type CodesWithdrawal = {
  readonly reward: Reward;
  /** Codes that are gone. */
  readonly withdrawn: number;
  /** Codes named that orders have: these stay. */
  readonly assigned: number;
  /** Codes named that the reward does not have. */
  readonly unknown: number;
};

/**
 * Takes codes that no order has out of a COUPON: those named, or all (10,000 a call, the newest
 * first), but for as many as orders that wait for their confirmation will need.
 */
export async function withdrawRewardCodes(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof withdrawInput>,
): Promise<CodesWithdrawal> {
  const { rewardId, codes: given } = parseOrRefuse(withdrawInput, raw);
  return changeSettings(tools, viewer, async (change) => {
    const reward = await lockReward(change, rewardId);
    if (reward.kind !== 'COUPON') throw new RewardHasNoCodes();
    const counts =
      given === undefined
        ? await withdrawAll(change, reward)
        : await withdrawNamed(change, reward, given);
    const { withdrawn } = counts;
    if (withdrawn === 0) return { reward, ...counts };
    const after = await setStock(change, 'withdrawRewardCodes', reward, -withdrawn, counts);
    return { reward: after, ...counts };
  });
}

type Withdrawn = Omit<CodesWithdrawal, 'reward'>;

async function withdrawAll(change: SettingsChange, { id, stock }: Reward): Promise<Withdrawn> {
  const most = Math.min(stock ?? 0, limits.rewardCodesWithdrawnMax);
  return { withdrawn: await deleteNewestCodes(change, id, most), assigned: 0, unknown: 0 };
}

async function withdrawNamed(
  change: SettingsChange,
  { id, stock }: Reward,
  given: readonly string[],
): Promise<Withdrawn> {
  // What can be no code is none of the reward's, and nothing to ask the database for.
  const { lineOf, rejections } = readCodes(given);
  const named = [...lineOf.keys()];
  const { found, available } = await countCodes(change, id, named);
  if (available > (stock ?? 0)) throw new CodesReserved(stock ?? 0);
  return {
    withdrawn: await deleteCodes(change, id, named),
    assigned: found - available,
    unknown: named.length - found + rejections.length,
  };
}

/** Moves the stock with the codes, and leaves an audit row that tells how many, never which. */
async function setStock(
  change: SettingsChange,
  action: string,
  { id, stock }: Reward,
  by: number,
  counts: Readonly<Record<string, number>>,
): Promise<Reward> {
  const left = (stock ?? 0) + by;
  const reward = await change.tx.reward.update({ where: { id }, data: { stock: left } });
  await auditChange(change, action, String(id), { stock }, { ...counts, stock: left });
  return reward;
}
