/** Pays what rules want to pay: multiplied, rounded once, and cut to what caps and budgets leave. */
import type { Facts } from '../engine/facts.ts';
import type { EntryRow, MemberState } from '../engine/rows.ts';
import { limits as bounds } from '../limits.ts';
import { instantText, type LocalDate } from '../platform/calendar.ts';
import {
  allEarned,
  type Counters,
  countersAfter,
  type EarnedDay,
  monthsOf,
  usedIn,
  windowsOf,
} from '../points/counters.ts';
import { creditPoints, type EntrySummary, lifeTold, summarise } from '../points/ledger.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import type { Cap } from '../rules/definition.ts';
import { oneInForce, versionName } from '../rules/versioned.ts';
import { exactly, type Fraction, less, multiply, roundOnce, tooMany } from './amount.ts';
import type { Boost, Part } from './judge.ts';

/** What a command earned: the lines, and what caps and budgets left nothing of. */
export type Earned = {
  readonly entries: EntrySummary[];
  readonly withheld: EntrySummary[];
};

const { pointsMax } = bounds;

/** What limited an award, and how much room it had. */
type Limit = { readonly limit: string; readonly room: number };

/** Points that a part comes to before caps and budgets (S39); what was paid of it before is off. */
export const wantedOf = (part: Part, boosts: readonly Boost[]): number =>
  Math.max(0, roundOnce(multiply(part.base, boosts), part.rounding) - part.paid);

/** Pays parts in turn: each sees the room that those before it left. Boosts are in their order. */
export function payParts(
  facts: Facts,
  member: MemberState,
  parts: readonly Part[],
  boosts: readonly Boost[],
): Earned {
  const entries: EntryRow[] = [];
  const withheld: EntrySummary[] = [];
  for (const part of parts) {
    const { wanted, multiplied, points, limits } = reckon(facts, member, part, boosts);
    if (wanted === 0) continue;
    const explanation = explain(part, boosts, wanted, points, limits);
    if (points === 0) withheld.push(withheldLine(part, explanation));
    else {
      if (points === tooMany) throw new BalanceOutOfRange(member.balance, pointsMax);
      spendCampaigns(facts, multiplied.extras, multiplied.points - points);
      entries.push(credit(facts, member, part, points, explanation));
    }
  }
  return { entries: summarise(entries), withheld };
}

/** What a part comes to, and what the room under caps and budgets leaves of it; writes nothing. */
export function reckon(facts: Facts, member: MemberState, part: Part, boosts: readonly Boost[]) {
  const limits: Limit[] = [];
  const wanted = wantedOf(part, boosts);
  if (wanted === 0) return { wanted, multiplied: { points: 0, extras: [] }, points: 0, limits };
  const multiplied = withinCampaignBudgets(facts, part, boosts, wanted, limits);
  let points = withinCaps(facts, member, part, multiplied.points, limits);
  if (part.budget !== null) {
    const room = Math.max(0, part.budget - facts.budget(part.rule.ruleId).spent);
    points = cut(points, { limit: `BUDGET ${versionName(part.rule)}`, room }, limits);
  }
  return { wanted, multiplied, points, limits };
}

function credit(
  facts: Facts,
  member: MemberState,
  part: Part,
  points: number,
  explanation: Part['explanation'],
): EntryRow {
  const { sourceType, sourceId, purpose, rule, time, life } = part;
  const source = { sourceType, sourceId, purpose, ruleVersion: versionName(rule), explanation };
  countEarned(facts, member, part, points);
  if (part.budget !== null) spend(facts, rule.ruleId, points);
  return creditPoints(facts, member, 'EARN', points, time, source, life);
}

function cut(points: number, limit: Limit, limits: Limit[]): number {
  if (points <= limit.room) return points;
  limits.push(limit);
  return limit.room;
}

/** The room under the rule's own caps and under those for all rules together (S37). */
function withinCaps(
  facts: Facts,
  member: MemberState,
  part: Part,
  wanted: number,
  limits: Limit[],
): number {
  const policy = oneInForce(facts.program.policies, part.time.occurredAt)?.definition;
  let points = wanted;
  const apply = (name: string, cap: Cap) => {
    const room = Math.max(0, cap.points - used(facts, member, name, cap.period, part));
    points = cut(points, { limit: `CAP ${name} ${cap.period}`, room }, limits);
  };
  for (const cap of part.caps) apply(part.rule.name, cap);
  for (const cap of policy?.caps ?? []) apply(allEarned, cap);
  return points;
}

function used(
  facts: Facts,
  member: MemberState,
  name: string,
  period: Cap['period'],
  { time: { localDate } }: Part,
): number {
  return (
    usedIn(member.counters?.caps?.[name], period, localDate) ??
    windowsOf(facts.earnedDays(member), name, localDate)[period]
  );
}

/** Notes what was earned wherever somebody counts it; the ledger is written right after. */
function countEarned(facts: Facts, member: MemberState, part: Part, points: number): void {
  const counters = countersNeeded(facts, member, part);
  if (counters === null) return;
  const change = { name: part.rule.name, date: part.time.localDate, capped: points, net: points };
  facts.changes.update('members', member, { counters: countersAfter(counters, change) });
}

/** The account's counters; those that are needed for the first time come from the ledger. */
function countersNeeded(facts: Facts, member: MemberState, part: Part): Counters | null {
  const { program } = facts;
  const { occurredAt, localDate } = part.time;
  const policy = oneInForce(program.policies, occurredAt)?.definition;
  const tiers = oneInForce(program.tiers, facts.now)?.definition;
  const { counters } = member;
  const names: string[] = [];
  if (part.caps.length > 0) names.push(part.rule.name);
  if ((policy?.caps.length ?? 0) > 0) names.push(allEarned);
  const missing = names.filter((name) => counters?.caps?.[name] === undefined);
  const needsMonths = tiers !== undefined && tiers.basis !== 'LIFETIME';
  const lacksMonths = needsMonths && counters?.months === undefined;
  if (missing.length === 0 && !lacksMonths) return counters;
  const days = facts.earnedDays(member);
  const date = newestDate(days, localDate);
  const caps = Object.fromEntries(missing.map((name) => [name, windowsOf(days, name, date)]));
  return {
    caps: { ...counters?.caps, ...caps },
    ...(lacksMonths ? { months: monthsOf(days) } : counters?.months && { months: counters.months }),
  };
}

/** A counter holds the windows of the newest date it knows. */
const newestDate = (days: readonly EarnedDay[], date: LocalDate) =>
  [date, ...days.map((day) => day.date)].sort().at(-1) ?? date;

/** What a campaign with a budget adds to an award. */
type Extra = { readonly ruleId: number; readonly points: number };

/**
 * Applies the multipliers in turn. A campaign whose budget is spent is left out; of one that has
 * too little left, what it lacks is taken off, and what follows multiplies the rest (S38). So a
 * campaign never pays less than none, and nothing is rounded before the end (S39). A correction is
 * reckoned twice, as it is and as it was: only what the campaign adds to the difference is drawn.
 */
function withinCampaignBudgets(
  facts: Facts,
  part: Part,
  boosts: readonly Boost[],
  wanted: number,
  limits: Limit[],
): { readonly points: number; readonly extras: readonly Extra[] } {
  if (boosts.every(({ budget }) => budget === null)) return { points: wanted, extras: [] };
  const extras: Extra[] = [];
  const round = (amount: Fraction) => roundOnce(amount, part.rounding);
  let is = part.base;
  let was = part.was ?? exactly(0);
  const paidMore = part.was === undefined ? 0 : part.paid - round(multiply(was, boosts));
  for (const boost of boosts) {
    const [next, nextWas] = [multiply(is, [boost]), multiply(was, [boost])];
    if (boost.budget !== null && boost.ruleId !== null) {
      const extra = Math.max(0, round(next) - round(is) - (round(nextWas) - round(was)));
      const room = Math.max(0, boost.budget - facts.budget(boost.ruleId).spent);
      if (room < extra) limits.push({ limit: `BUDGET campaign:${boost.key}`, room });
      if (room === 0) continue;
      const points = Math.min(extra, room);
      extras.push({ ruleId: boost.ruleId, points });
      [is, was] = [less(next, extra - points), nextWas];
    } else {
      [is, was] = [next, nextWas];
    }
  }
  return { points: Math.max(0, round(is) - round(was) - paidMore), extras };
}

/** Draws what was given; what caps cut, the last campaign did not pay. */
function spendCampaigns(facts: Facts, extras: readonly Extra[], cutByCaps: number): void {
  let cutOff = cutByCaps;
  for (const { ruleId, points } of extras.toReversed()) {
    const paid = Math.max(0, points - cutOff);
    cutOff = Math.max(0, cutOff - points);
    if (paid > 0) spend(facts, ruleId, paid);
  }
}

function spend(facts: Facts, ruleId: number, points: number): void {
  const budget = facts.budget(ruleId);
  facts.changes.update('budgets', budget, { spent: budget.spent + points });
}

/** Everything the number can be recomputed from; a plain award says no more than its facts. */
function explain(
  part: Part,
  boosts: readonly Boost[],
  wanted: number,
  given: number,
  limits: readonly Limit[],
): Part['explanation'] {
  let { explanation } = part;
  if (boosts.length > 0) {
    const { numerator, denominator } = part.base;
    explanation = {
      base: denominator === 1n ? Number(numerator) : `${numerator}/${denominator}`,
      multipliers: boosts.map(({ kind, key, percent }) => ({ kind, key, percent })),
      ...explanation,
    };
    const asked = boosts.flatMap((boost) => Object.entries(boost.asked ?? {}));
    if (asked.length > 0) {
      explanation.asked = { ...(part.explanation.asked as object), ...Object.fromEntries(asked) };
    }
  }
  if (given !== wanted) {
    const cuts = limits.map(({ limit, room }) => ({ limit, room }));
    explanation = { wanted: Math.min(wanted, pointsMax), limits: cuts, ...explanation };
  }
  return explanation;
}

/** A line that was not written: nothing was left to give. */
const withheldLine = (part: Part, explanation: Part['explanation']): EntrySummary => ({
  seq: 0,
  kind: 'EARN',
  amount: 0,
  occurredAt: instantText(part.time.occurredAt),
  sourceType: part.sourceType,
  purpose: part.purpose,
  ruleVersion: versionName(part.rule),
  explanation,
  ...lifeTold(part.time.occurredAt, part.life),
});
