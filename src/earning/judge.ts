/** Which rules apply to a fact, and what they want to pay. Pure: caps and budgets come later. */
import type { FactTime, Json, MemberState } from '../engine/rows.ts';
import { addDays, daysBetween, isLocalDate, type LocalDate } from '../platform/calendar.ts';
import { datePartsOf, dayNumberOf, weekdayOf } from '../platform/civil-date.ts';
import { activatesAt, expiresAt } from '../points/expiry.ts';
import type { LotLife } from '../points/lots.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { type ConditionFacts, factsAsked, matches } from '../rules/condition.ts';
import type { Campaign, Cap, EarningRule, Trigger } from '../rules/definition.ts';
import { inForce, triggerKey, type Versioned } from '../rules/versioned.ts';
import { baseOf, type Fraction, type Multiplier, type Rounding } from './amount.ts';
import { enrolledOn, isFor } from './audience.ts';

/** Something that happened, as rules look at it. */
export type EarningFact = {
  readonly trigger: Trigger;
  readonly time: FactTime;
  /** Those that its trigger has; the calendar's are added. */
  readonly numbers: ConditionFacts['numbers'];
  readonly attributes: ConditionFacts['attributes'];
  /** Key of the tier that the member had then. */
  readonly tierKey: string | null;
};

/** What one rule (or the plan) pays for a fact, before multipliers. */
export type Part = {
  readonly what: 'BASE' | 'MILESTONE' | 'RULE';
  readonly sourceType: 'CHECK_IN' | 'MILESTONE' | 'ACTIVITY' | 'ENROLMENT';
  readonly sourceId: string;
  readonly purpose: string;
  readonly rule: Pick<Versioned<unknown>, 'ruleId' | 'name' | 'version'>;
  readonly caps: readonly Cap[];
  readonly budget: number | null;
  readonly base: Fraction;
  readonly rounding: Rounding;
  /** Points of it that were paid before (a correction pays the difference). */
  readonly paid: number;
  readonly time: FactTime;
  readonly life: LotLife;
  /** The facts behind it. */
  readonly explanation: { [key: string]: Json };
};

/** A multiplier with the budget it may be limited by, and what its condition asked. */
export type Boost = Multiplier & {
  readonly ruleId: number | null;
  readonly budget: number | null;
  readonly asked?: Record<string, number | string> | undefined;
};

/** The rules that pay for a fact, most important first; of an exclusive group the first alone. */
export function rulesFor(
  program: ProgramConfig,
  member: MemberState,
  fact: EarningFact,
): Versioned<EarningRule>[] {
  const candidates = program.earning.get(triggerKey(fact.trigger));
  if (candidates === undefined) return [];
  const facts = once(() => conditionFacts(member, fact));
  const taken = new Set<string>();
  return inForce(candidates, fact.time.occurredAt).filter(({ definition }) => {
    const { exclusiveGroup: group, firstDate, lastDate } = definition;
    if (group !== undefined && taken.has(group)) return false;
    const { localDate } = fact.time;
    const applies =
      (firstDate === undefined || localDate >= firstDate) &&
      (lastDate === undefined || localDate <= lastDate) &&
      (definition.condition === undefined || matches(definition.condition, facts())) &&
      isFor(definition.audience, member, fact);
    if (applies && group !== undefined) taken.add(group);
    return applies;
  });
}

/** What a rule wants to pay a member for a fact. */
export function partOf(
  rule: Versioned<EarningRule>,
  member: MemberState,
  fact: EarningFact,
  source: Pick<Part, 'sourceType' | 'sourceId' | 'purpose'>,
  now: Date,
  explanation: Part['explanation'],
): Part {
  const { points, activation, expiry, caps, budget, title, condition } = rule.definition;
  const { fraction, rounding } = baseOf(points, fact.numbers.value ?? null);
  return {
    what: 'RULE',
    rule,
    caps,
    budget,
    base: fraction,
    rounding,
    paid: 0,
    time: fact.time,
    life: {
      activatesAt: activatesAt(activation, fact.time, now),
      expiresAt: expiresAt(expiry, fact.time),
    },
    explanation: {
      ...(title !== undefined && { title }),
      ...explanation,
      ...(condition && { asked: factsAsked(condition, conditionFacts(member, fact)) }),
    },
    ...source,
  };
}

/** The multipliers of a fact: the tier's, then campaigns; of exclusive campaigns the largest. */
export function boostsFor(
  program: ProgramConfig,
  member: MemberState,
  fact: EarningFact,
  tierPercent: number,
): Boost[] {
  const boosts: Boost[] = [];
  if (tierPercent !== 100 && fact.tierKey !== null) {
    const tier = { kind: 'TIER', key: fact.tierKey, percent: tierPercent } as const;
    boosts.push({ ...tier, ruleId: null, budget: null });
  }
  if (program.campaigns.length === 0) return boosts;
  const facts = once(() => conditionFacts(member, fact));
  const running = inForce(program.campaigns, fact.time.occurredAt).filter(({ definition }) =>
    isRunning(definition, member, fact, facts),
  );
  const best = running
    .filter(({ definition }) => definition.exclusive)
    .sort((a, b) => b.definition.percent - a.definition.percent)[0];
  for (const campaign of running) {
    const { exclusive, layer, percent, budget, condition } = campaign.definition;
    if (exclusive && campaign !== best) continue;
    const { key, ruleId } = campaign;
    const asked = condition && factsAsked(condition, facts());
    boosts.push({ kind: layer, key, percent, ruleId, budget, asked });
  }
  return boosts;
}

function isRunning(
  { when, triggers, condition, audience }: Campaign,
  member: MemberState,
  fact: EarningFact,
  facts: () => ConditionFacts,
): boolean {
  const { localDate } = fact.time;
  const inTime =
    'birthday' in when
      ? isNearBirthday(member.birthday, localDate, when.birthday)
      : localDate >= when.firstDate && localDate <= when.lastDate;
  return (
    inTime &&
    (triggers.length === 0 ||
      triggers.some((trigger) => triggerKey(trigger) === triggerKey(fact.trigger))) &&
    (condition === undefined || matches(condition, facts())) &&
    isFor(audience, member, fact)
  );
}

/** Who was born on 29 February has it on the 28th in years without one. */
export function isNearBirthday(
  birthday: string | null,
  date: LocalDate,
  { daysBefore, daysAfter }: { readonly daysBefore: number; readonly daysAfter: number },
): boolean {
  if (birthday === null) return false;
  const year = Number(date.slice(0, 4));
  return [year - 1, year, year + 1]
    .map((one) => String(one).padStart(4, '0'))
    .some((one) => {
      const on = isLocalDate(`${one}-${birthday}`) ? `${one}-${birthday}` : `${one}-02-28`;
      return date >= addDays(on, -daysBefore) && date <= addDays(on, daysAfter);
    });
}

/** Computes a value when it is first asked for: most rules ask nothing of the fact. */
function once<Value>(compute: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= compute();
    return value;
  };
}

/** What conditions may ask of the fact. */
export function conditionFacts(member: MemberState, fact: EarningFact): ConditionFacts {
  const { occurredAt, localDate, utcOffsetSeconds } = fact.time;
  const { month = 0, day = 0 } = datePartsOf(localDate) ?? {};
  const weekday = weekdayOf(dayNumberOf(localDate));
  const hour = new Date(occurredAt.getTime() + utcOffsetSeconds * 1000).getUTCHours();
  return {
    numbers: {
      weekday,
      hour,
      dayOfMonth: day,
      month,
      // Few conditions ask for it, and it is the dearest.
      get memberDays() {
        return Math.max(0, daysBetween(enrolledOn(member, fact.time), localDate));
      },
      value: fact.numbers.value,
      units: fact.numbers.units,
      streakDay: fact.numbers.streakDay,
      totalDays: fact.numbers.totalDays,
    },
    attributes: fact.attributes,
  };
}
