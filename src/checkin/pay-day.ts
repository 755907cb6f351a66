/** What a check-in pays: its day of the ladder, milestones it reaches, rules, and corrections. */
import { exactly } from '../earning/amount.ts';
import {
  boostsAt,
  type EarnedWithTier,
  type GivenFact,
  payFact,
  withTiers,
} from '../earning/earn.ts';
import type { Part } from '../earning/judge.ts';
import { type Earned, payParts, wantedOf } from '../earning/pay.ts';
import type { Facts } from '../engine/facts.ts';
import type { FactTime, MemberState } from '../engine/rows.ts';
import { activatesAt, expiresAt } from '../points/expiry.ts';
import type { CheckInPlan, Milestone } from '../rules/definition.ts';
import { oneInForce, type Versioned } from '../rules/versioned.ts';
import { ladderPoints } from './ladder.ts';
import { cycleOf, type Placed } from './place-day.ts';

/**
 * Pays a check-in. A day recorded before that now stands later in its run is paid what its new
 * place adds to what it got, on its own date and so in its own seasons (S6).
 */
export const payDay = (
  facts: Facts,
  member: MemberState,
  time: FactTime,
  placed: Placed,
): EarnedWithTier => withTiers(facts, member, () => payInOrder(facts, member, time, placed));

function payInOrder(facts: Facts, member: MemberState, time: FactTime, placed: Placed): Earned {
  const { planId } = facts.program;
  const { streakDay, following, days } = placed;
  const sourceId = `${member.memberId}:${planId}:${time.localDate}`;
  const plan = oneInForce(facts.program.plans, time.occurredAt);
  const parts: Part[] = [];
  if (plan !== undefined) {
    parts.push(dayPart(facts, plan, time, { sourceId, purpose: 'BASE', streakDay }));
    for (const milestone of plan.definition.milestones) {
      if (days[milestone.cycle] !== milestone.days) continue; // It is reached once (S16).
      parts.push(milestonePart(facts, plan, time, member, milestone));
    }
  }
  const fact = checkInFact(time, streakDay, placed.streak.totalDays);
  const paid = payFact(facts, member, fact, {
    parts,
    combination: plan?.definition.combination ?? 'ADD',
    source: { sourceType: 'CHECK_IN', sourceId },
    explanation: { streakDay },
  });
  if (following.length === 0) return paid;
  const corrections = following.map((date, index) =>
    correctDay(facts, member, sourceId, date, { is: streakDay + index + 1, was: index + 1 }),
  );
  return {
    entries: [...paid.entries, ...corrections.flatMap(({ entries }) => entries)],
    withheld: [...paid.withheld, ...corrections.flatMap(({ withheld }) => withheld)],
  };
}

function correctDay(
  facts: Facts,
  member: MemberState,
  sourceId: string,
  date: string,
  { is, was }: { readonly is: number; readonly was: number },
) {
  // By what was in force at that day's own check-in, whenever this one arrives.
  const time = facts.checkInTime(member, date);
  const plan = oneInForce(facts.program.plans, time.occurredAt);
  const booked = facts.paidForDay(member, date);
  // A day whose base gave way to something else has no base to correct.
  const replaced = plan !== undefined && plan.definition.combination !== 'ADD' && booked === 0;
  if (plan === undefined || replaced) return { entries: [], withheld: [] };
  const about = { sourceId, purpose: `LADDER:${date}`, streakDay: is, was };
  const boosts = boostsAt(facts, member, checkInFact(time, is, member.streakTotalDays));
  // What caps left nothing of has no line; its place says what it was to be.
  const past = dayPart(facts, plan, time, { ...about, streakDay: was });
  const paid = Math.max(booked, wantedOf(past, boosts));
  const part = { ...dayPart(facts, plan, time, about), paid, was: past.base };
  return payParts(facts, member, [part], boosts);
}

const checkInFact = (time: FactTime, streakDay: number, totalDays: number): GivenFact => ({
  trigger: { on: 'CHECK_IN' },
  time,
  numbers: { streakDay, totalDays },
  attributes: {},
});

type About = {
  readonly sourceId: string;
  readonly purpose: string;
  readonly streakDay: number;
  readonly was?: number;
};

function dayPart(
  facts: Facts,
  plan: Versioned<CheckInPlan>,
  time: FactTime,
  { sourceId, purpose, streakDay, was }: About,
): Part {
  const points = ladderPoints(plan.definition, streakDay);
  return {
    what: 'BASE',
    sourceType: 'CHECK_IN',
    sourceId,
    purpose,
    explanation: was === undefined ? { streakDay } : { streakDay, was },
    ...ofPlan(facts, plan, time, points),
  };
}

function milestonePart(
  facts: Facts,
  plan: Versioned<CheckInPlan>,
  time: FactTime,
  { memberId }: MemberState,
  { days, cycle, points }: Milestone,
): Part {
  const from = cycleOf(cycle, time.localDate);
  return {
    what: 'MILESTONE',
    sourceType: 'MILESTONE',
    // Once for each member, plan, cycle and milestone, whatever the plan's versions.
    sourceId: `${memberId}:${plan.ruleId}:${cycle}:${from}:${days}`,
    purpose: 'MILESTONE',
    explanation: { days, cycle, from },
    ...ofPlan(facts, plan, time, points),
  };
}

function ofPlan(facts: Facts, plan: Versioned<CheckInPlan>, time: FactTime, points: number) {
  return {
    rule: plan,
    caps: [],
    budget: null,
    base: exactly(points),
    rounding: 'DOWN' as const,
    paid: 0,
    time,
    life: {
      activatesAt: activatesAt({ mode: 'AT_ONCE' }, time, facts.now),
      expiresAt: expiresAt(plan.definition.expiry, time),
    },
  };
}
