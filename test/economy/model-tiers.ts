/** Tiers as plain arithmetic: points by month in, levels out. Written from S45–S49 and ADR 9. */
import { addDays } from '../../src/platform/calendar.ts';
import { levels, type Settings } from './settings.ts';

/** 'YYYY-MM' → net points earned for facts of that month. */
export type Months = ReadonlyMap<string, number>;

/** The highest level reached: at exactly the threshold it is (S45). */
export const levelFor = (basis: number) =>
  Math.max(
    0,
    levels.findLastIndex(({ threshold }) => basis >= threshold),
  );

/** The points that count as of a month. */
export function basisOf({ basis }: Settings, months: Months, month: string): number {
  let sum = 0;
  for (const [one, points] of months) {
    const counts =
      basis === 'LIFETIME' ||
      (one <= month && (basis === 'CALENDAR_YEAR' ? sameYear(one, month) : one > back(month, 12)));
    if (counts) sum += points;
  }
  return sum;
}

type Evaluation = { readonly closes: string; readonly date: string };

/** The evaluations held on local dates in (after, until]; each `graceDays` after its period. */
export function evaluations(settings: Settings, after: string, until: string): Evaluation[] {
  const yearly = settings.evaluation === 'YEARLY' || settings.basis === 'CALENDAR_YEAR';
  const found: Evaluation[] = [];
  for (
    let closes = back(after.slice(0, 7), 15);
    closes <= until.slice(0, 7);
    closes = next(closes)
  ) {
    if (yearly && !closes.endsWith('-12')) continue;
    const date = addDays(`${next(closes)}-01`, settings.graceDays);
    if (date > after && date <= until) found.push({ closes, date });
  }
  return found;
}

/** The first evaluation after a local date. */
export function nextEvaluation(settings: Settings, date: string): Evaluation {
  const [first] = evaluations(settings, date, addDays(date, 500));
  if (first === undefined) throw new Error('there is always another evaluation');
  return first;
}

/**
 * What an evaluation makes of a level: it keeps what any month from the closed one to the one it
 * is held in reaches, and lowers by policy what none does (S46).
 */
export function judge(settings: Settings, level: number, months: Months, one: Evaluation): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let month = one.closes; month <= one.date.slice(0, 7); month = next(month)) {
    best = Math.max(best, basisOf(settings, months, month));
  }
  const reached = levelFor(best);
  if (reached >= level || settings.downgrade === 'BALANCE_BASED') return reached;
  return settings.downgrade === 'NEVER' ? level : level - 1;
}

const sameYear = (a: string, b: string) => a.slice(0, 4) === b.slice(0, 4);
const next = (month: string) => back(month, -1);

/** The month so many months before. */
function back(month: string, months: number): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.toISOString().slice(0, 7);
}
