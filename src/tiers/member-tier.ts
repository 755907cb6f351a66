/** A member's tier within a command: what it was at a fact's time, and how it changes. */
import type { Facts } from '../engine/facts.ts';
import type { MemberState, TierChangeRow } from '../engine/rows.ts';
import { type LocalDate, localDateOf, monthOf, startOfLocalDate } from '../platform/calendar.ts';
import { monthsOf } from '../points/counters.ts';
import type { ProgramConfig } from '../programs/config.ts';
import type { Tiers } from '../rules/definition.ts';
import { oneInForce, type Versioned, versionName } from '../rules/versioned.ts';
import { basisAt, nextEvaluation } from './evaluation.ts';
import { levelFor, levelUnder, upgraded } from './levels.ts';
import { type EarnedWithPending, earnedBy } from './month-sums.ts';
import { isTierDue, nextDue, standingOf, tiersToHeed } from './standing.ts';

/** The tier a member had at an instant: rates follow it, not the tier of today (S49). */
export function tierKeyAt(facts: Facts, member: MemberState, at: Date): string | null {
  if (member.tierSince === null || at >= member.tierSince) return member.tierKey;
  const later = facts.tierChanges(member).find(({ changedAt }) => changedAt > at);
  return later === undefined ? member.tierKey : later.fromKey;
}

/** The tier that counts at an instant: without an own one, the first of those in force. */
export function effectiveTier({ program }: ByRules, key: string | null, at: Date) {
  const tiers = oneInForce(program.tiers, at);
  return tiers?.definition.levels[levelUnder(tiers, program.tiers, key)];
}

/** Its key; null without tiers. */
export const effectiveTierKey = (rules: ByRules, key: string | null, at: Date): string | null =>
  effectiveTier(rules, key, at)?.key ?? null;

type ByRules = { readonly program: Pick<ProgramConfig, 'tiers'> };

type Cause = TierChangeRow['cause'];

/** A change as events and outcomes tell of it. */
export type TierStep = {
  readonly from: string | null;
  readonly to: string;
  readonly cause: Cause;
  /** Since when; now when absent. */
  readonly at?: string;
};

/**
 * Holds what is due of the member's tier: evaluations, and tiers that came into force. Commands
 * whose points depend on the tier, or change it, do so first, so that no job's delay matters.
 */
export function holdDueTiers(facts: Facts, member: MemberState): TierStep[] {
  const { program, now, changes } = facts;
  if (!isTierDue(program, member, now)) return [];
  const earned = earnedOf(facts, member, tiersToHeed(program, member, now));
  const standing = standingOf(program, member, earned, now);
  const steps = standing.changes.map(({ at, cause, tiers, level, basis }) => {
    const step = moveTo(facts, member, tiers, { level, basis, cause, at });
    return step === undefined ? [] : [{ ...step, at: at.toISOString() }];
  });
  changes.update('members', member, {
    tierEvaluatesAt: standing.evaluatesAt,
    tierVersion: standing.tiers?.version ?? member.tierVersion,
  });
  return steps.flat();
}

/**
 * Raises the tier at once when the basis reaches a higher one (S46); sets the next evaluation. What
 * was due has been held.
 */
export function upgradeTier(facts: Facts, member: MemberState): TierStep | undefined {
  const tiers = oneInForce(facts.program.tiers, facts.now);
  if (tiers === undefined) return undefined;
  const earned = earnedOf(facts, member, [tiers]);
  const date = today(facts);
  planEvaluation(facts, member, tiers.definition, date, earned);
  const basis = basisOf(facts, tiers, earned, date);
  const level = levelUnder(tiers, facts.program.tiers, member.tierKey);
  const reached = upgraded(level, tiers.definition, basis);
  return moveTo(facts, member, tiers, { level: reached, basis, cause: 'EARNED', at: facts.now });
}

/** Heeds a reversal that took the basis away, if the program wants that at once (S47). */
export function reviewAfterReversal(facts: Facts, member: MemberState): TierStep | undefined {
  const tiers = oneInForce(facts.program.tiers, facts.now);
  if (tiers === undefined || tiers.definition.afterReversal !== 'NOW') return undefined;
  const basis = basisOf(facts, tiers, earnedOf(facts, member, [tiers]), today(facts));
  const level = Math.min(
    levelUnder(tiers, facts.program.tiers, member.tierKey),
    levelFor(tiers.definition, basis),
  );
  return moveTo(facts, member, tiers, { level, basis, cause: 'REVERSED', at: facts.now });
}

type Move = {
  readonly level: number;
  readonly basis: number;
  readonly cause: Cause;
  readonly at: Date;
};

function moveTo(
  facts: Facts,
  member: MemberState,
  tiers: Versioned<Tiers>,
  { level, basis, cause, at }: Move,
): TierStep | undefined {
  const to = tiers.definition.levels[level]?.key;
  // Everybody has the first tier; a row for it would say nothing.
  const stays = member.tierKey === null ? level === 0 : to === member.tierKey;
  if (to === undefined || stays) return undefined;
  const from = member.tierKey;
  facts.changeTier(member, {
    changedAt: at,
    fromKey: from,
    toKey: to,
    cause,
    basis,
    ruleVersion: versionName(tiers),
  });
  return { from, to, cause };
}

/** Sets when the tier is looked at next: an evaluation, or points that begin to count. */
function planEvaluation(
  facts: Facts,
  member: MemberState,
  tiers: Tiers,
  date: LocalDate,
  earned: EarnedWithPending,
): void {
  const { zone, dayStartMinutes } = facts.program;
  const evaluation = startOfLocalDate(nextEvaluation(tiers, date).date, zone, dayStartMinutes);
  const next = nextDue(tiers, facts.now, evaluation, earned);
  if (member.tierEvaluatesAt?.getTime() === next.getTime()) return;
  facts.changes.update('members', member, { tierEvaluatesAt: next });
}

const today = ({ now, program: { zone, dayStartMinutes } }: Facts) =>
  localDateOf(now, zone, dayStartMinutes);

function basisOf(
  { now }: Facts,
  { definition }: Versioned<Tiers>,
  earned: EarnedWithPending,
  date: LocalDate,
): number {
  const { sums, lifetime } = earnedBy(now, earned);
  return basisAt(definition, sums, lifetime, monthOf(date));
}

/** Points earned by month: the account's, or the ledger's where the account has none yet. */
function earnedOf(
  facts: Facts,
  member: MemberState,
  versions: readonly Versioned<Tiers>[],
): EarnedWithPending {
  const byMonth = versions.some(({ definition }) => definition.basis !== 'LIFETIME');
  const months = byMonth ? (member.counters?.months ?? monthsOf(facts.earnedDays(member))) : {};
  const waits = versions.some(({ definition }) => !definition.countPending);
  const pending = waits ? facts.pendingPoints(member) : [];
  return { months, lifetime: member.lifetimeEarned, pending };
}
