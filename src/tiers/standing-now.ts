/** Where a member stands now, whatever jobs have run: what reads show is what commands would hold. */
import type { MemberState } from '../engine/rows.ts';
import type { Clock } from '../platform/clock.ts';
import type { RuleReader } from '../programs/rule-reader.ts';
import { effectiveTierKey } from './member-tier.ts';
import { type EarnedLoaders, readEarned } from './month-sums.ts';
import { isTierDue, judgedSince, judgingTiers, standingOf } from './standing.ts';

type Tools = { readonly rules: RuleReader; readonly clock: Clock };

export async function standingNow(
  { rules: reader, clock }: Tools,
  loaders: EarnedLoaders,
  member: MemberState,
) {
  const rules = await reader.find(member.programId);
  const now = clock.now();
  const versions = judgingTiers(rules, member, now);
  const earned = await readEarned(loaders, member, versions, judgedSince(versions, member, now));
  return { rules, now, earned, standing: standingOf(rules, member, earned, now) };
}

/** Key of the tier that counts now; null: the program has none. Mostly nothing need be read. */
export async function tierKeyNow(
  tools: Tools,
  loaders: EarnedLoaders,
  member: MemberState,
): Promise<string | null> {
  const program = await tools.rules.find(member.programId);
  const now = tools.clock.now();
  if (!isTierDue(program, member, now)) return effectiveTierKey({ program }, member.tierKey, now);
  const { tiers, level } = (await standingNow(tools, loaders, member)).standing;
  return tiers?.definition.levels[level]?.key ?? null;
}
