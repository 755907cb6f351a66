/** Streaks as a pure function of checked-in dates (S10). Dates are local, 'YYYY-MM-DD'. */
import { type LocalDate, nextLocalDate, startOfLocalDate } from '../platform/calendar.ts';

export type Streak = {
  /** Length of the run that ends at `lastDate`. */
  readonly current: number;
  readonly longest: number;
  readonly totalDays: number;
  readonly lastDate: LocalDate | null;
};

export const emptyStreak: Streak = { current: 0, longest: 0, totalDays: 0, lastDate: null };

/** The streak after one more date, which must be later than all before. */
export function extendStreak(streak: Streak, date: LocalDate, zone: string): Streak {
  const follows = streak.lastDate !== null && nextLocalDate(streak.lastDate, zone) === date;
  const current = follows ? streak.current + 1 : 1;
  return {
    current,
    longest: Math.max(streak.longest, current),
    totalDays: streak.totalDays + 1,
    lastDate: date,
  };
}

/** The streak of these dates, oldest first, none twice. */
export function streakOf(dates: readonly LocalDate[], zone: string): Streak {
  return dates.reduce((streak, date) => extendStreak(streak, date, zone), emptyStreak);
}

/** Where a date stands in its run, and the dates that follow it there. */
export type Place = { readonly streakDay: number; readonly following: readonly LocalDate[] };

/** Finds the place that `date` takes among earlier-recorded `dates` (oldest first, without it). */
export function placeOf(dates: readonly LocalDate[], date: LocalDate, zone: string): Place {
  const before = dates.filter((other) => other < date);
  const run = streakOf(before, zone);
  const following: LocalDate[] = [];
  let expected = nextLocalDate(date, zone);
  for (const other of dates) {
    if (other <= date) continue;
    if (other !== expected) break;
    following.push(other);
    expected = nextLocalDate(other, zone);
  }
  return { streakDay: extendStreak(run, date, zone).current, following };
}

export type StreakState = 'NONE' | 'ACTIVE' | 'AT_RISK' | 'BROKEN';

/** A streak as it shows today. */
export type StreakView = {
  /** Days in a row up to today or yesterday; 0 once broken. */
  readonly current: number;
  readonly state: StreakState;
  readonly checkedInToday: boolean;
  /** When it breaks without another check-in; null when there is nothing to break. */
  readonly expiresAt: Date | null;
};

/**
 * Before today's check-in the streak shows yesterday's length, at risk until the day closes;
 * it breaks when the day closes, not at the next check-in (S11).
 */
export function viewStreak(
  streak: Pick<Streak, 'current' | 'lastDate'>,
  today: LocalDate,
  zone: string,
  dayStartMinutes: number,
): StreakView {
  const { lastDate } = streak;
  const view = (state: StreakState, lastDay: LocalDate | null): StreakView => ({
    current: lastDay === null ? 0 : streak.current,
    state,
    checkedInToday: lastDate !== null && lastDate >= today,
    expiresAt:
      lastDay === null
        ? null
        : startOfLocalDate(nextLocalDate(lastDay, zone), zone, dayStartMinutes),
  });
  if (lastDate === null) return view('NONE', null);
  if (lastDate >= today) return view('ACTIVE', nextLocalDate(lastDate, zone));
  if (nextLocalDate(lastDate, zone) === today) return view('AT_RISK', today);
  return view('BROKEN', null);
}
