/** What a command earns: the rules that apply to its fact, paid, and the tier that follows. */
import type { Facts } from '../engine/facts.ts';
import type { Json, MemberState } from '../engine/rows.ts';
import type { EarningRule } from '../rules/definition.ts';
import type { Versioned } from '../rules/versioned.ts';
import {
  effectiveTier,
  holdDueTiers,
  type TierStep,
  tierKeyAt,
  upgradeTier,
} from '../tiers/member-tier.ts';
import { combine } from './amount.ts';
import type { Judged } from './consider.ts';
import { type Boost, boostsFor, type EarningFact, type Part, partOf, rulesFor } from './judge.ts';
import { type Earned, payParts, reckon } from './pay.ts';

/** A fact without what the member was at its time. */
export type GivenFact = Omit<EarningFact, 'tierKey'>;

export type EarnedWithTier = Earned & {
  /** What was due of the tier and was held first. */
  readonly evaluated?: TierStep[];
  /** What the earning made of it. */
  readonly tier?: TierStep;
};

/** What the event log says of it: what its readers count. How it came about is in the ledger. */
export const toldOf = ({
  entries,
  evaluated,
  tier,
}: EarnedWithTier): { readonly [key: string]: Json } => ({
  entries: entries.map(({ seq, kind, amount, occurredAt }) => ({ seq, kind, amount, occurredAt })),
  ...(evaluated && { evaluated }),
  ...(tier && { tier }),
});

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
  return withTiers(facts, member, () => payFact(facts, member, given, options));
}

/** Holds what is due of the tier, pays, and raises it by what that earned in all. */
export function withTiers(facts: Facts, member: MemberState, pay: () => Earned): EarnedWithTier {
  const evaluated = holdDueTiers(facts, member);
  const earned = pay();
  const tier = upgradeTier(facts, member);
  if (evaluated.length === 0) return tier === undefined ? earned : { tier, ...earned };
  return { evaluated, ...(tier && { tier }), ...earned };
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
  watchers.get(facts)?.({ program, fact, member: { ...member } });
  const partFor = (rule: Versioned<EarningRule>) =>
    partOf(rule, member, fact, { purpose: `RULE:${rule.key}`, ...source }, now, explanation);
  const byRules = rulesFor(program, member, fact, (rule) => {
    const { wanted, points } = reckon(facts, member, partFor(rule), boosts);
    return wanted === 0 || points > 0;
  });
  const all = [...parts, ...byRules.map(partFor)];
  const chosen =
    combination === 'ADD' ? all : combined(facts, member, { all, boosts, combination });
  return payParts(facts, member, chosen, boosts);
}

/**
 * The parts that count by what each would be given, so that a spent rule displaces nothing (S19).
 * What rules and milestones lack room for is told all the same.
 */
function combined(
  facts: Facts,
  member: MemberState,
  { all, boosts, combination }: Combining,
): Part[] {
  const reckoned = all
    .map((part) => ({ part, what: part.what, ...reckon(facts, member, part, boosts) }))
    .filter(({ wanted }) => wanted > 0)
    .map(({ part, what, points }) => ({ part, what, given: points }));
  const given = reckoned.filter((one) => one.given > 0);
  if (given.length === 0) return combine(reckoned, combination).map(({ part }) => part);
  const told = reckoned.filter((one) => one.given === 0 && one.what !== 'BASE');
  return [...combine(given, combination), ...told].map(({ part }) => part);
}

type Combining = {
  readonly all: readonly Part[];
  readonly boosts: readonly Boost[];
  readonly combination: 'MAX' | 'REPLACE';
};

/** Boosts of a day other than the fact's own: corrections are paid as that day would have been. */
export const boostsAt = (facts: Facts, member: MemberState, given: GivenFact) =>
  asOfThen(facts, member, given).boosts;

/** The fact with the tier that the member had at its time, and what multiplied it then (S49). */
function asOfThen(facts: Facts, member: MemberState, given: GivenFact) {
  const at = given.time.occurredAt;
  const tier = effectiveTier(facts, tierKeyAt(facts, member, at), at);
  const fact: EarningFact = { tierKey: tier?.key ?? null, ...given };
  return { fact, boosts: boostsFor(facts.program, member, fact, tier?.percent ?? 100) };
}
