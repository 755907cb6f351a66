/** Checks at publishing that several kinds of rules share. Messages name no field. */
import type { LocalDate } from '../platform/calendar.ts';
import { type Comparison, type Condition, comparisonsOf, type NumberFact } from './condition.ts';
import { impossiblePart } from './condition-range.ts';
import type { Audience, Cap, TaskTrigger, Tiers, Trigger } from './definition.ts';
import type { Problem } from './shapes.ts';

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

/** A condition that no fact fulfils, or on what none of the triggers has (none given: any). */
export function conditionProblems(
  condition: Condition | undefined,
  triggers: readonly (Trigger | TaskTrigger)[],
): Problem[] {
  if (condition === undefined) return [];
  const problems = comparisonsOf(condition).flatMap(({ path, comparison }) => {
    const isMissing = triggers.length > 0 && !triggers.some(({ on }) => has(on, comparison));
    if (!isMissing) return [];
    const name = 'fact' in comparison ? comparison.fact : `attribute ${comparison.attribute}`;
    const kinds = [...new Set(triggers.map(({ on }) => on))].join(' and ');
    const message = `${kinds} facts have no ${name}: compare something else`;
    return [{ field: `condition${path}`, message }];
  });
  const part = impossiblePart(condition);
  if (part !== undefined) {
    const message = 'this can never be true, so the rule would never apply';
    problems.push({ field: `condition${part}`, message });
  }
  return problems;
}

const ofActivities: readonly NumberFact[] = ['value', 'units'];
const ofCheckIns: readonly NumberFact[] = ['streakDay', 'totalDays'];

/** Whether facts of a trigger have what is compared. */
function has(on: (Trigger | TaskTrigger)['on'], comparison: Comparison) {
  if ('attribute' in comparison) return on === 'ACTIVITY';
  if (ofActivities.includes(comparison.fact)) return on === 'ACTIVITY' || on === 'REDEMPTION';
  return ofCheckIns.includes(comparison.fact) ? on === 'CHECK_IN' : true;
}

/** Dates in the wrong order, or gone by. `prefix` leads to them: 'when.'. */
export function dateProblems(
  prefix: string,
  dates: { readonly firstDate?: LocalDate | undefined; readonly lastDate?: LocalDate | undefined },
  today: LocalDate,
): Problem[] {
  const { firstDate, lastDate } = dates;
  const field = `${prefix}lastDate`;
  if (lastDate === undefined) return [];
  if (firstDate !== undefined && firstDate > lastDate) {
    return [{ field, message: `${lastDate} is before the first date, ${firstDate}` }];
  }
  if (lastDate >= today) return [];
  return [{ field, message: `${lastDate} is over: today is ${today}` }];
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
