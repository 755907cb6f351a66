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
import { baseOf, type Fraction, inOrder, type Multiplier, type Rounding } from './amount.ts';
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
  readonly sourceType: 'CHECK_IN' | 'MILESTONE' | 'ACTIVITY' | 'ENROLMENT' | 'TASK';
  readonly sourceId: string;
  readonly purpose: string;
  readonly rule: Pick<Versioned<unknown>, 'ruleId' | 'name' | 'version'>;
  readonly caps: readonly Cap[];
  readonly budget: number | null;
  readonly base: Fraction;
  readonly rounding: Rounding;
  /** Points of it that were paid before (a correction pays the difference) … */
  readonly paid: number;
  /** … and the base of what was to be paid then. */
  readonly was?: Fraction;
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

/**
 * The rules that pay for a fact, most important first; of an exclusive group the first alone that
 * has room. Those before it stay in the list: they are told of, with nothing.
 */
export function rulesFor(
  program: ProgramConfig,
  member: MemberState,
  fact: EarningFact,
  hasRoom: (rule: Versioned<EarningRule>) => boolean,
): Versioned<EarningRule>[] {
  const candidates = program.earning.get(triggerKey(fact.trigger));
  if (candidates === undefined) return [];
  const facts = conditionFacts(member, fact);
  const taken = new Set<string>();
  return inForce(candidates, fact.time.occurredAt).filter((rule) => {
    const { definition } = rule;
    const { exclusiveGroup: group, firstDate, lastDate } = definition;
    if (group !== undefined && taken.has(group)) return false;
    const { localDate } = fact.time;
    const applies =
      (firstDate === undefined || localDate >= firstDate) &&
      (lastDate === undefined || localDate <= lastDate) &&
      (definition.condition === undefined || matches(definition.condition, facts)) &&
      isFor(definition.audience, member, fact);
    if (applies && group !== undefined && hasRoom(rule)) taken.add(group);
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
  const told = title === undefined ? explanation : { title, ...explanation };
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
    explanation: condition
      ? { asked: factsAsked(condition, conditionFacts(member, fact)), ...told }
      : told,
    ...source,
  };
}

/** The multipliers of a fact, in their order; of exclusive campaigns the largest alone. */
export function boostsFor(
  program: ProgramConfig,
  member: MemberState,
  fact: EarningFact,
  tierPercent: number,
): Boost[] {
  const boosts: Boost[] = [];
  if (tierPercent !== 100 && fact.tierKey !== null) {
    const { tierKey: key } = fact;
    boosts.push({ kind: 'TIER', key, percent: tierPercent, ruleId: null, budget: null });
  }
  if (program.campaigns.length === 0) return boosts;
  const facts = conditionFacts(member, fact);
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
    const asked = condition && factsAsked(condition, facts);
    boosts.push({ kind: layer, key, percent, ruleId, budget, asked });
  }
  return inOrder(boosts);
}

function isRunning(
  { when, triggers, condition, audience }: Campaign,
  member: MemberState,
  fact: EarningFact,
  facts: ConditionFacts,
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
    (condition === undefined || matches(condition, facts)) &&
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

type Enrolled = Pick<MemberState, 'enrolledAt'>;
type AskedFact = Pick<EarningFact, 'time' | 'numbers' | 'attributes'>;

/** The numbers that conditions may ask of a fact; the calendar's are worked out when they are. */
class FactNumbers {
  readonly #member: Enrolled;
  readonly #fact: AskedFact;
  readonly value: number | undefined;
  readonly units: number | undefined;
  readonly streakDay: number | undefined;
  readonly totalDays: number | undefined;

  constructor(member: Enrolled, fact: AskedFact) {
    const { value, units, streakDay, totalDays } = fact.numbers;
    this.#member = member;
    this.#fact = fact;
    this.value = value;
    this.units = units;
    this.streakDay = streakDay;
    this.totalDays = totalDays;
  }

  get weekday(): number {
    return weekdayOf(dayNumberOf(this.#fact.time.localDate));
  }

  get hour(): number {
    const { occurredAt, utcOffsetSeconds } = this.#fact.time;
    return new Date(occurredAt.getTime() + utcOffsetSeconds * 1000).getUTCHours();
  }

  get dayOfMonth(): number | undefined {
    return datePartsOf(this.#fact.time.localDate)?.day;
  }

  get month(): number | undefined {
    return datePartsOf(this.#fact.time.localDate)?.month;
  }

  get memberDays(): number {
    const { time } = this.#fact;
    return Math.max(0, daysBetween(enrolledOn(this.#member, time), time.localDate));
  }
}

/** What conditions may ask of a fact. */
export const conditionFacts = (member: Enrolled, fact: AskedFact): ConditionFacts => ({
  numbers: new FactNumbers(member, fact),
  attributes: fact.attributes,
});
