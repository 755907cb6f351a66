/** Checks at publishing that several kinds of rules share. Messages name no field. */
import type { LocalDate } from '../platform/calendar.ts';
import {
  type Comparison,
  type Condition,
  comparisonsOf,
  factName,
  type NumberFact,
} from './condition.ts';
import { canMatch, impossiblePart } from './condition-range.ts';
import type { Audience, Cap, TaskTrigger, Tiers, Trigger } from './definition.ts';
import type { Problem } from './shapes.ts';
import { type Days, worldOf } from './worlds.ts';

/** A number as people write it: 1,000. */
export const count = (value: number) => value.toLocaleString('en-US');

/** Items whose `keyOf` an earlier item has, with the index of that `first` one. */
export function repeated<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): { item: Item; index: number; first: number }[] {
  const keys = items.map(keyOf);
  return items
    .map((item, index) => ({ item, index, first: keys.indexOf(keyOf(item)) }))
    .filter(({ index, first }) => first < index);
}

type AnyTrigger = Trigger | TaskTrigger;

const triggerKinds: readonly Trigger['on'][] = ['ACTIVITY', 'CHECK_IN', 'ENROLMENT'];

/** What sets a rule off, without types; none given: anything does. */
export const kindsOf = (triggers: readonly AnyTrigger[]): readonly AnyTrigger['on'][] =>
  triggers.length === 0 ? triggerKinds : [...new Set(triggers.map(({ on }) => on))];

/** A condition that no fact fulfils, or on what none of the triggers has (none given: any). */
export function conditionProblems(
  condition: Condition | undefined,
  triggers: readonly AnyTrigger[],
  days: Days,
): Problem[] {
  if (condition === undefined) return [];
  const problems = comparisonsOf(condition).flatMap(({ path, comparison }) => {
    const isMissing = triggers.length > 0 && !triggers.some(({ on }) => has(on, comparison));
    if (!isMissing) return [];
    const name =
      'fact' in comparison ? factName(comparison.fact) : `attribute ${comparison.attribute}`;
    const message = `${kindsOf(triggers).join(' and ')} facts have no ${name}: compare something else`;
    return [{ field: `condition${path}`, message }];
  });
  return problems.length > 0 ? problems : neverTrue(condition, kindsOf(triggers), days);
}

/** What no fact of any of the triggers fulfils, on the dates that the rule is for. */
function neverTrue(
  condition: Condition,
  kinds: readonly AnyTrigger['on'][],
  days: Days,
): Problem[] {
  const worlds = kinds.map((on) => worldOf(on, days));
  if (worlds.some((world) => canMatch(condition, world))) return [];
  const [world] = worlds;
  const shared = impossiblePart(condition);
  const part = shared ?? (worlds.length === 1 ? impossiblePart(condition, world) : '') ?? '';
  const undated = kinds.find((on) => canMatch(condition, { ...worldOf(on, days), dates: null }));
  const why =
    undated !== undefined
      ? `this is never true from ${days.first} to ${days.last}`
      : shared === undefined && kinds.length > 1
        ? `this can never be true of one fact of ${kinds.join(', ')}`
        : 'this can never be true';
  return [{ field: `condition${part}`, message: `${why}, so the rule would never apply` }];
}

const ofActivities: readonly NumberFact[] = ['value', 'units'];
const ofCheckIns: readonly NumberFact[] = ['streakDay', 'totalDays'];

/** Whether facts of a trigger have what is compared. */
function has(on: AnyTrigger['on'], comparison: Comparison) {
  if ('attribute' in comparison) return on === 'ACTIVITY';
  if (ofActivities.includes(comparison.fact)) return on === 'ACTIVITY' || on === 'REDEMPTION';
  return ofCheckIns.includes(comparison.fact) ? on === 'CHECK_IN' : true;
}

/** When a rule is asked: the dates of its publication, and of the program. */
type Calendar = { readonly today: LocalDate; readonly days: Days };

/** Dates in the wrong order, gone by, or outside of what is published. `prefix`: 'when.'. */
export function dateProblems(
  prefix: string,
  dates: { readonly firstDate?: LocalDate | undefined; readonly lastDate?: LocalDate | undefined },
  { today, days }: Calendar,
): Problem[] {
  const { firstDate, lastDate } = dates;
  if (firstDate !== undefined && lastDate !== undefined && firstDate > lastDate) {
    const message = `${lastDate} is before the first date, ${firstDate}`;
    return [{ field: `${prefix}lastDate`, message }];
  }
  if (lastDate !== undefined && lastDate < today) {
    return [{ field: `${prefix}lastDate`, message: `${lastDate} is over: today is ${today}` }];
  }
  if (lastDate !== undefined && days.first !== null && lastDate < days.first) {
    const message = `${lastDate} is over when the rule starts, on ${days.first}`;
    return [{ field: `${prefix}lastDate`, message }];
  }
  if (firstDate !== undefined && days.last !== null && firstDate > days.last) {
    const message = `${firstDate} is after the rule ends, on ${days.last}`;
    return [{ field: `${prefix}firstDate`, message }];
  }
  return [];
}

/** Tiers that there are at first and no longer while the rule still applies. */
export function laterTierProblems(
  audience: Audience | undefined,
  changes: readonly { readonly from: LocalDate; readonly keys: readonly string[] }[],
  { last }: Days,
): Problem[] {
  return (audience?.tiers ?? []).flatMap((tier, index) => {
    const gone = changes.find(
      ({ from, keys }) => !keys.includes(tier) && (last === null || from <= last),
    );
    if (gone === undefined) return [];
    const message = `there is no tier ${tier} from ${gone.from} on: end the rule by then`;
    return [{ field: `audience.tiers.${index}`, message }];
  });
}

/** An audience that nobody is in on the day of their enrolment, when that sets the rule off. */
export function newcomerProblems(
  audience: Audience | undefined,
  triggers: readonly Trigger[],
  tiers: Tiers | null,
  days: Days,
): Problem[] {
  if (audience === undefined || kindsOf(triggers).some((on) => on !== 'ENROLMENT')) return [];
  const problems: Problem[] = [];
  const first = tiers?.levels[0]?.key;
  if (audience.tiers !== undefined && first !== undefined && !audience.tiers.includes(first)) {
    const message = `who enrols is ${first}: nobody has another tier then`;
    problems.push({ field: 'audience.tiers', message });
  }
  const { memberSinceFrom: from, memberSinceBefore: before } = audience;
  if (before !== undefined && days.first !== null && before <= days.first) {
    const message = `nobody who enrols from ${days.first} on enrolled before ${before}`;
    problems.push({ field: 'audience.memberSinceBefore', message });
  }
  if (from !== undefined && days.last !== null && from > days.last) {
    const message = `nobody who enrols until ${days.last} enrolled from ${from} on`;
    problems.push({ field: 'audience.memberSinceFrom', message });
  }
  return problems;
}

/** Tiers that there are not, and dates between which nobody can have enrolled. */
export function audienceProblems(audience: Audience | undefined, tiers: Tiers | null): Problem[] {
  if (audience === undefined) return [];
  const keys = (tiers?.levels ?? []).map(({ key }) => key);
  const known = keys.length === 0 ? 'the program has no tiers' : `there are ${keys.join(', ')}`;
  const problems = (audience.tiers ?? []).flatMap((tier, index) =>
    keys.includes(tier)
      ? []
      : [{ field: `audience.tiers.${index}`, message: `there is no tier ${tier}: ${known}` }],
  );
  const { memberSinceFrom: from, memberSinceBefore: before } = audience;
  if (from !== undefined && before !== undefined && from >= before) {
    const message = `nobody enrolled from ${from} on and before ${before}`;
    problems.push({ field: 'audience.memberSinceFrom', message });
  }
  return problems;
}

const periods = ['DAY', 'WEEK', 'MONTH', 'EVER'] as const;
type Limit = { readonly period: (typeof periods)[number]; readonly most: number };

/** Two caps of a period, and caps above the one of a longer period. */
export const capProblems = (caps: readonly Cap[]): Problem[] =>
  limitProblems(
    { list: 'caps', amount: 'points', noun: 'cap' },
    caps.map(({ period, points }) => ({ period, most: points })),
  );

/** Two limits of a period, and limits above the one of a longer period. */
export function limitProblems(
  { list, amount, noun }: Readonly<Record<'list' | 'amount' | 'noun', string>>,
  limits: readonly Limit[],
): Problem[] {
  const each = ({ period }: Limit) => (period === 'EVER' ? 'all' : period.toLowerCase());
  const word = (limit: Limit) =>
    `${count(limit.most)} ${limit.period === 'EVER' ? 'in' : 'a'} ${each(limit)}`;
  const twice = repeated(limits, ({ period }) => period).map(({ item, index }) => ({
    field: `${list}.${index}.period`,
    message: `there is a ${noun} for ${item.period === 'EVER' ? '' : 'each '}${each(item)} already`,
  }));
  const pointless = limits.flatMap((limit, index) => {
    const isLonger = ({ period }: Limit) => periods.indexOf(period) > periods.indexOf(limit.period);
    const smaller = limits.find((other) => isLonger(other) && other.most < limit.most);
    if (smaller === undefined) return [];
    const message = `${word(limit)} is more than the ${noun} of ${word(smaller)} allows`;
    return [{ field: `${list}.${index}.${amount}`, message }];
  });
  return [...twice, ...pointless];
}
