/** What a command earns: the rules that apply to its fact, paid, and the tier that follows. */
import type { Facts } from '../engine/facts.ts';
import type { MemberState } from '../engine/rows.ts';
import {
  effectiveTierKey,
  type TierStep,
  tierKeyAt,
  tierPercent,
  upgradeTier,
} from '../tiers/member-tier.ts';
import { combine } from './amount.ts';
import type { Judged } from './consider.ts';
import { boostsFor, type EarningFact, type Part, partOf, rulesFor } from './judge.ts';
import { type Earned, payParts, wantedOf } from './pay.ts';

/** A fact without what the member was at its time. */
export type GivenFact = Omit<EarningFact, 'tierKey'>;

export type EarnedWithTier = Earned & { readonly tier?: TierStep };

type Options = {
  /** What the command pays besides rules: a check-in's day and milestones. */
  readonly parts?: readonly Part[];
  readonly combination?: 'ADD' | 'MAX' | 'REPLACE';
  /** The entries of rules are about this. */
  readonly source: Pick<Part, 'sourceType' | 'sourceId'>;
  /** Facts that explain the rules' entries. */
  readonly explanation: Part['explanation'];
};

/** Who wants to know what a command's fact is judged by: quotes do, commands do not. */
const watchers = new WeakMap<Facts, (judged: Judged) => void>();
export const watchFacts = (facts: Facts, see: (judged: Judged) => void) => watchers.set(facts, see);

/** Pays a fact by the rules in force at its time, and raises the tier when that is reached. */
export function earn(
  facts: Facts,
  member: MemberState,
  given: GivenFact,
  options: Options,
): EarnedWithTier {
  return raiseTier(facts, member, payFact(facts, member, given, options));
}

/** Raises the tier by what a command earned in all. */
export function raiseTier(facts: Facts, member: MemberState, earned: Earned): EarnedWithTier {
  const isNothing = earned.entries.length === 0 && facts.program.earning.size === 0;
  const tier = isNothing ? undefined : upgradeTier(facts, member);
  return tier === undefined ? earned : { ...earned, tier };
}

/** Pays a fact by the rules in force at its time. */
export function payFact(
  facts: Facts,
  member: MemberState,
  given: GivenFact,
  { parts = [], combination = 'ADD', source, explanation }: Options,
): Earned {
  const { program, now } = facts;
  if (parts.length === 0 && program.earning.size === 0) return { entries: [], withheld: [] };
  const { fact, boosts } = asOfThen(facts, member, given);
  watchers.get(facts)?.({ program, member: { ...member }, fact });
  const byRules = rulesFor(program, member, fact).map((rule) =>
    partOf(rule, member, fact, { purpose: `RULE:${rule.key}`, ...source }, now, explanation),
  );
  const wanted = [...parts, ...byRules]
    .map((part) => ({ part, what: part.what, wanted: wantedOf(part, boosts) }))
    .filter((one) => one.wanted > 0);
  const chosen = combine(wanted, combination).map(({ part }) => part);
  return payParts(facts, member, chosen, boosts);
}

/** Boosts of a day other than the fact's own: corrections are paid as that day would have been. */
export const boostsAt = (facts: Facts, member: MemberState, given: GivenFact) =>
  asOfThen(facts, member, given).boosts;

/** The fact with the tier that the member had at its time, and what multiplied it then (S49). */
function asOfThen(facts: Facts, member: MemberState, given: GivenFact) {
  const at = given.time.occurredAt;
  const tierKey = effectiveTierKey(facts, tierKeyAt(facts, member, at), at);
  const fact: EarningFact = { tierKey, ...given };
  const percent = tierPercent(facts, tierKey, at);
  return { fact, boosts: boostsFor(facts.program, member, fact, percent) };
}
