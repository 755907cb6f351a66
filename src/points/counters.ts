/**
 * What counts towards caps and tiers, kept on the account as a cache of the ledger: sums of the
 * points earned by day, week and month. What it does not hold, the ledger is asked for.
 */
import type { EntryRow } from '../engine/rows.ts';
import { type LocalDate, monthOf, periodOf } from '../platform/calendar.ts';

export type CapPeriod = 'DAY' | 'WEEK' | 'MONTH';

/** Points in the day of `date`, and in the week and the month that hold it. */
export type Windows = {
  readonly date: LocalDate;
  readonly DAY: number;
  readonly WEEK: number;
  readonly MONTH: number;
};

/** The account's column: absent parts were not needed so far. */
export type Counters = {
  /** By name: `*` for all that is earned, `earning:purchase` for one rule. */
  readonly caps?: Readonly<Record<string, Windows>>;
  /** Net points earned by month (`YYYY-MM`) of the fact, the newest 30 months that had any. */
  readonly months?: Readonly<Record<string, number>>;
};

/** Points that one rule paid (or `*`: all of them) for facts of one date. */
export type EarnedDay = {
  readonly name: string;
  readonly date: LocalDate;
  /** What counts towards caps, and what counts as earned. */
  readonly capped: number;
  readonly net: number;
};

/** Counter of everything earned. */
export const allEarned = '*';

/** Two years and the months that a late evaluation may need besides. */
const monthsMax = 30;
const periods = { DAY: 'DAILY', WEEK: 'WEEKLY', MONTH: 'MONTHLY' } as const;

/** Whether two dates lie in the same day, week (from Monday) or month. */
export function shares(period: CapPeriod, a: LocalDate, b: LocalDate): boolean {
  if (a === b) return true;
  if (period === 'DAY') return false;
  if (period === 'MONTH') return monthOf(a) === monthOf(b);
  return periodOf('WEEKLY', a).from === periodOf('WEEKLY', b).from;
}

/** What the windows that hold `date` contain; undefined when the counter cannot say. */
export function usedIn(
  windows: Windows | undefined,
  period: CapPeriod,
  date: LocalDate,
): number | undefined {
  if (windows === undefined) return undefined;
  if (shares(period, windows.date, date)) return windows[period];
  return date > windows.date ? 0 : undefined;
}

/** The windows after `points` more for a fact of `date` (negative: given back). */
export function addToWindows(
  windows: Windows | undefined,
  date: LocalDate,
  points: number,
): Windows {
  const newest = windows === undefined || date > windows.date ? date : windows.date;
  const count = (period: CapPeriod) => {
    const before = usedIn(windows, period, newest) ?? 0;
    return Math.max(0, before + (shares(period, newest, date) ? points : 0));
  };
  return { date: newest, DAY: count('DAY'), WEEK: count('WEEK'), MONTH: count('MONTH') };
}

/** What the ledger's days say of the windows that hold `date`. */
export function windowsOf(days: readonly EarnedDay[], name: string, date: LocalDate): Windows {
  if (days.length === 0) return { date, DAY: 0, WEEK: 0, MONTH: 0 };
  const sum = (period: CapPeriod) => {
    const { from, until } = periodOf(periods[period], date);
    let points = 0;
    for (const day of days) {
      if (name !== allEarned && day.name !== name) continue;
      if (from !== null && until !== null && day.date >= from && day.date < until) {
        points += day.capped;
      }
    }
    return Math.max(0, points);
  };
  return { date, DAY: sum('DAY'), WEEK: sum('WEEK'), MONTH: sum('MONTH') };
}

/** An entry as the ledger's sums by day count it; see loadEarnedDays. */
export function earnedDayOf({
  kind,
  amount,
  ruleVersion,
  localDate,
  explanation,
}: Pick<EntryRow, 'kind' | 'amount' | 'ruleVersion' | 'localDate' | 'explanation'>): EarnedDay[] {
  const name = ruleVersion?.split('@', 1)[0] ?? '';
  if (kind === 'EARN') return [{ name, date: localDate, capped: amount, net: amount }];
  if (kind !== 'REVERSAL') return [];
  const reversed = Number(explanation.reversed);
  const capped = explanation.freesCaps === true ? -reversed : 0;
  return [{ name, date: localDate, capped, net: -reversed }];
}

/** Net points earned by month, as the ledger's days give them. */
export function monthsOf(days: readonly EarnedDay[]): Record<string, number> {
  const months: Record<string, number> = {};
  for (const { date, net } of days) {
    const month = monthOf(date);
    months[month] = (months[month] ?? 0) + net;
  }
  return newest(months);
}

export function addToMonths(
  months: Readonly<Record<string, number>>,
  date: LocalDate,
  points: number,
): Record<string, number> {
  const month = monthOf(date);
  return newest({ ...months, [month]: (months[month] ?? 0) + points });
}

/** The counters after one more day's points of a rule; only what is counted already changes. */
export function countersAfter(
  counters: Counters,
  { name, date, capped, net }: EarnedDay,
): Counters {
  const caps = { ...counters.caps };
  for (const counted of [name, allEarned]) {
    const known = caps[counted];
    if (known !== undefined) caps[counted] = addToWindows(known, date, capped);
  }
  const { months } = counters;
  return months === undefined ? { caps } : { caps, months: addToMonths(months, date, net) };
}

/** Keeps the column small: tiers look back a year, and evaluations may come late. */
function newest(months: Record<string, number>): Record<string, number> {
  const keys = Object.keys(months).sort().slice(-monthsMax);
  return Object.fromEntries(keys.map((key) => [key, months[key] ?? 0]));
}
