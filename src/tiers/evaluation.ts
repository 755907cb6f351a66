/**
 * When a member's level is judged anew, and what comes of it. Pure: points in, levels out.
 *
 * Upgrades are immediate (`upgraded`); only an evaluation lowers (S46). Each month or year that
 * ends has one, held at the start of the local date `graceDays` after its end, and it judges by
 * the basis of the period that closed. Points earned during the grace days do not count for that
 * period. They do count, as always, for the period then running, and what that has reached is
 * kept: an evaluation never takes a level that any month from the closed one to its own reaches,
 * or a member just promoted would be demoted for the year before.
 *
 * LIFETIME knows no periods: whatever was earned before the evaluation counts.
 */
import { assert } from '../platform/assert.ts';
import { addDays, addMonths, type LocalDate, monthOf } from '../platform/calendar.ts';
import type { Tiers } from '../rules/definition.ts';
import { levelFor, pointsBetween, pointsToNext } from './levels.ts';

/** A month of the program's local dates as 'YYYY-MM'. Compares and sorts as text. */
export type Month = string;

/**
 * Net points earned in each month; a month left out has none. To judge by, they go back eleven
 * months from the month that the next evaluation closes (CALENDAR_YEAR: to January of its year).
 */
export type MonthSums = ReadonlyMap<Month, number>;

/** The evaluation that closes a period. */
export type Evaluation = {
  /** The last month of the period. */
  readonly closes: Month;
  /** The local date at whose start it is held: the first after the period, plus the grace days. */
  readonly date: LocalDate;
};

/** Where a member stands (S48). Points are whole, levels are indexes. */
export type TierStatus = {
  /** The basis as of the current month. */
  readonly basis: number;
  /** Points to the next level; null at the top. */
  readonly pointsToNext: number | null;
  readonly evaluatesOn: LocalDate;
  readonly closes: Month;
  /** The level after the next evaluation if nothing else happens. */
  readonly projectedLevel: number;
  /**
   * Points still to be earned for the next evaluation to keep the level, if earned in the current
   * month; 0 when it keeps it anyway.
   */
  readonly pointsToStay: number;
};

type Basis = Pick<Tiers, 'basis'>;
type Schedule = Pick<Tiers, 'basis' | 'evaluation' | 'graceDays'>;

/** The points that thresholds are compared with, as of `month`. */
export function basisAt(tiers: Basis, sums: MonthSums, lifetime: number, month: Month): number {
  if (tiers.basis === 'LIFETIME') return lifetime;
  const total = monthsCounted(tiers.basis, month).reduce(
    (sum, one) => sum + (sums.get(one) ?? 0),
    0,
  );
  assert(Number.isSafeInteger(total), 'points of a year fit into 2^53 − 1');
  return total;
}

/** The first evaluation after `localDate`: one held on that date itself is over. */
export function nextEvaluation(tiers: Schedule, localDate: LocalDate): Evaluation {
  // The first period to end after this date is the first to be judged after `localDate`.
  const day = addDays(localDate, -tiers.graceDays);
  const yearly = tiers.evaluation === 'YEARLY' || tiers.basis === 'CALENDAR_YEAR';
  const closes = yearly ? `${day.slice(0, 4)}-12` : monthOf(day);
  return { closes, date: evaluationDate(tiers, closes) };
}

/**
 * The level that the evaluation closing `closes` gives a member of `level`. May raise it too: the
 * definition may have changed. One that is held late is followed by `upgraded` with the basis of
 * the day, since points earned in the meantime have had their immediate effect already.
 */
export function evaluate(
  tiers: Tiers,
  level: number,
  sums: MonthSums,
  lifetime: number,
  closes: Month,
): number {
  const bases = monthsJudged(tiers, closes).map((month) => basisAt(tiers, sums, lifetime, month));
  const reached = levelFor(tiers, Math.max(...bases));
  if (reached >= level) return reached;
  switch (tiers.downgrade) {
    case 'NEVER':
      return level;
    case 'ONE_DOWN':
      return level - 1; // At least what is reached, which is lower than `level`.
    case 'BALANCE_BASED':
      return reached;
  }
}

/** What counts for a member's tier: by month, and in all. */
export type EarnedSums = { readonly sums: MonthSums; readonly lifetime: number };

/** Where a member of `level` stands on `localDate`, with what the next evaluation will give. */
export function tierStatus(
  tiers: Tiers,
  level: number,
  sums: MonthSums,
  lifetime: number,
  localDate: LocalDate,
): TierStatus {
  const month = monthOf(localDate);
  const basis = basisAt(tiers, sums, lifetime, month);
  const { closes, date } = nextEvaluation(tiers, localDate);
  const projectedLevel = evaluate(tiers, level, sums, lifetime, closes);
  return {
    basis,
    pointsToNext: pointsToNext(tiers, level, basis),
    evaluatesOn: date,
    closes,
    projectedLevel,
    pointsToStay:
      projectedLevel >= level ? 0 : pointsToStay(tiers, level, sums, lifetime, closes, month),
  };
}

/** What is missing by the nearest way that points of `month` still have to keep the level. */
function pointsToStay(
  tiers: Tiers,
  level: number,
  sums: MonthSums,
  lifetime: number,
  closes: Month,
  month: Month,
): number {
  const threshold = tiers.levels[level]?.threshold ?? 0;
  const open = monthsJudged(tiers, closes).filter(
    (judged) => tiers.basis === 'LIFETIME' || monthsCounted(tiers.basis, judged).includes(month),
  );
  assert(open.length > 0, 'an evaluation to come counts the current month for some period');
  const bases = open.map((judged) => basisAt(tiers, sums, lifetime, judged));
  return pointsBetween(Math.max(...bases), threshold);
}

const evaluationDate = ({ graceDays }: Pick<Tiers, 'graceDays'>, closes: Month) =>
  addDays(`${addMonths(closes, 1)}-01`, graceDays);

/** The months by whose basis an evaluation judges: the one it closes up to the one it is held in. */
function monthsJudged(tiers: Schedule, closes: Month): Month[] {
  const last = monthOf(evaluationDate(tiers, closes));
  const months = [closes];
  for (let month = addMonths(closes, 1); month <= last; month = addMonths(month, 1)) {
    months.push(month);
  }
  return months;
}

/** The months whose points make up the basis as of `month`. */
function monthsCounted(basis: 'ROLLING_12_MONTHS' | 'CALENDAR_YEAR', month: Month): Month[] {
  const first = basis === 'CALENDAR_YEAR' ? `${month.slice(0, 4)}-01` : addMonths(month, -11);
  return Array.from({ length: 12 }, (_, index) => addMonths(first, index));
}
