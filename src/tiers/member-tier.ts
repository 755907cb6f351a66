/** A member's tier within a command: what it was at a fact's time, and how it changes. */
import type { Facts } from '../engine/facts.ts';
import type { MemberState, TierChangeRow } from '../engine/rows.ts';
import { type LocalDate, localDateOf, monthOf, startOfLocalDate } from '../platform/calendar.ts';
import { monthsOf } from '../points/counters.ts';
import type { ProgramConfig } from '../programs/config.ts';
import type { Tiers } from '../rules/definition.ts';
import { oneInForce, type Versioned, versionName } from '../rules/versioned.ts';
import { basisAt, type EarnedSums, levelAfterDue, nextEvaluation } from './evaluation.ts';
import { countingKey, levelFor, levelOf, upgraded } from './levels.ts';
import { withoutPending } from './month-sums.ts';

/** The tier a member had at an instant: rates follow it, not the tier of today (S49). */
export function tierKeyAt(facts: Facts, member: MemberState, at: Date): string | null {
  if (member.tierSince === null || at >= member.tierSince) return member.tierKey;
  const later = facts.tierChanges(member).find(({ changedAt }) => changedAt > at);
  return later === undefined ? member.tierKey : later.fromKey;
}

/** The multiplier of a tier, in percent; 100 without tiers. */
export function tierPercent(facts: Facts, key: string | null, at: Date): number {
  const tiers = oneInForce(facts.program.tiers, at)?.definition;
  return tiers?.levels[levelOf(tiers, key)]?.percent ?? 100;
}

/** Key of the tier that counts at an instant: without an own one, the first of those in force. */
export function effectiveTierKey(
  { program }: { readonly program: Pick<ProgramConfig, 'tiers'> },
  key: string | null,
  at: Date,
): string | null {
  return countingKey(oneInForce(program.tiers, at)?.definition, key);
}

type Cause = TierChangeRow['cause'];

/** Raises the tier at once when the basis reaches a higher one (S46); sets the next evaluation. */
export function upgradeTier(facts: Facts, member: MemberState): TierStep | undefined {
  const tiers = oneInForce(facts.program.tiers, facts.now);
  if (tiers === undefined) return undefined;
  const date = today(facts);
  const basis = basisOf(facts, member, tiers.definition, date);
  const level = levelOf(tiers.definition, member.tierKey);
  // One that is due is left to its job: it holds every evaluation that was missed.
  if (member.tierEvaluatesAt === null || member.tierEvaluatesAt > facts.now) {
    planEvaluation(facts, member, tiers.definition, date);
  }
  const reached = upgraded(level, tiers.definition, basis);
  return moveTo(facts, member, tiers, reached, basis, 'EARNED');
}

/** Heeds a reversal that took the basis away, if the program wants that at once (S47). */
export function reviewAfterReversal(facts: Facts, member: MemberState): TierStep | undefined {
  const tiers = oneInForce(facts.program.tiers, facts.now);
  if (tiers === undefined || tiers.definition.afterReversal !== 'NOW') return undefined;
  const basis = basisOf(facts, member, tiers.definition, today(facts));
  const level = Math.min(
    levelOf(tiers.definition, member.tierKey),
    levelFor(tiers.definition, basis),
  );
  return moveTo(facts, member, tiers, level, basis, 'REVERSED');
}

/** Holds every evaluation that is due, one after the other, then heeds what was earned since. */
export function evaluateTier(facts: Facts, member: MemberState): TierStep | undefined {
  const tiers = oneInForce(facts.program.tiers, facts.now);
  const { tierEvaluatesAt: due } = member;
  if (tiers === undefined) {
    if (due !== null) facts.changes.update('members', member, { tierEvaluatesAt: null });
    return undefined;
  }
  if (due === null || due > facts.now) return undefined;
  const { zone, dayStartMinutes } = facts.program;
  const date = today(facts);
  const { sums, lifetime } = sumsOf(facts, member, tiers.definition);
  const level = levelAfterDue(
    tiers.definition,
    levelOf(tiers.definition, member.tierKey),
    { sums, lifetime },
    localDateOf(new Date(due.getTime() - 1), zone, dayStartMinutes),
    date,
  );
  const basis = basisOf(facts, member, tiers.definition, date);
  planEvaluation(facts, member, tiers.definition, date);
  const final = upgraded(level, tiers.definition, basis);
  return moveTo(facts, member, tiers, final, basis, 'EVALUATED');
}

/** A change as events and outcomes tell of it. */
export type TierStep = { readonly from: string | null; readonly to: string; readonly cause: Cause };

function moveTo(
  facts: Facts,
  member: MemberState,
  tiers: Versioned<Tiers>,
  level: number,
  basis: number,
  cause: Cause,
): TierStep | undefined {
  const to = tiers.definition.levels[level]?.key;
  // Everybody has the first tier; a row for it would say nothing.
  const stays = member.tierKey === null ? level === 0 : to === member.tierKey;
  if (to === undefined || stays) return undefined;
  const from = member.tierKey;
  facts.changeTier(member, {
    changedAt: facts.now,
    fromKey: from,
    toKey: to,
    cause,
    basis,
    ruleVersion: versionName(tiers),
  });
  return { from, to, cause };
}

/** Sets when the tier is looked at next: an evaluation, or points that begin to count. */
function planEvaluation(facts: Facts, member: MemberState, tiers: Tiers, date: LocalDate): void {
  const { zone, dayStartMinutes } = facts.program;
  const evaluation = startOfLocalDate(nextEvaluation(tiers, date).date, zone, dayStartMinutes);
  const activations = tiers.countPending
    ? []
    : facts.pendingPoints(member).flatMap(({ activatesAt }) => activatesAt?.getTime() ?? []);
  const next = new Date(Math.min(evaluation.getTime(), ...activations));
  if (member.tierEvaluatesAt?.getTime() === next.getTime()) return;
  facts.changes.update('members', member, { tierEvaluatesAt: next });
}

const today = ({ now, program: { zone, dayStartMinutes } }: Facts) =>
  localDateOf(now, zone, dayStartMinutes);

const basisOf = (facts: Facts, member: MemberState, tiers: Tiers, date: LocalDate) => {
  const { sums, lifetime } = sumsOf(facts, member, tiers);
  return basisAt(tiers, sums, lifetime, monthOf(date));
};

/** Points earned by month: the account's, or the ledger's where the account has none yet. */
function sumsOf(facts: Facts, member: MemberState, { basis, countPending }: Tiers): EarnedSums {
  const months =
    basis === 'LIFETIME' ? {} : (member.counters?.months ?? monthsOf(facts.earnedDays(member)));
  const pending = countPending ? [] : facts.pendingPoints(member);
  return withoutPending(months, member.lifetimeEarned, pending);
}
