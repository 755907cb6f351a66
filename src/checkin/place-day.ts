import type { Facts } from '../engine/facts.ts';
import type { FactTime, MemberState } from '../engine/rows.ts';
import { type LocalDate, monthOf, periodOf } from '../platform/calendar.ts';
import type { Milestone } from '../rules/definition.ts';
import { extendStreak, placeOf, type Streak, streakOf } from './streak.ts';

export type Cycle = Milestone['cycle'];

/** Where a new check-in stands among the member's others. */
export type Placed = {
  /** The streak with it. */
  readonly streak: Streak;
  /** Which day of its run it is: 1, 2, 3 … */
  readonly streakDay: number;
  /** Dates recorded before it that follow it in its run. */
  readonly following: readonly LocalDate[];
  /** Check-ins in the cycles that hold its date, itself included. */
  readonly days: Readonly<Record<Cycle, number>>;
  /** Check-ins in the week and in the month of the newest date. */
  readonly weekDays: number;
  readonly monthDays: number;
};

/** Finds the place of a day's check-in; undefined when the day has one. */
export function placeDay(facts: Facts, member: MemberState, time: FactTime): Placed | undefined {
  const { localDate: date, zone } = time;
  const { lastCheckInDate: last } = member;
  if (last === date) return undefined;
  if (last === null || date > last) {
    const streak = extendStreak(streakOfMember(member), date, zone);
    const weekDays = last !== null && inOne('WEEK', last, date) ? member.streakWeekDays + 1 : 1;
    const monthDays = last !== null && inOne('MONTH', last, date) ? member.streakMonthDays + 1 : 1;
    const days = { WEEK: weekDays, MONTH: monthDays, EVER: streak.totalDays };
    return { streak, streakDay: streak.current, following: [], days, weekDays, monthDays };
  }
  const dates = facts.checkInDates(member);
  if (dates.includes(date)) return undefined;
  const count = (cycle: Cycle) => dates.filter((other) => inOne(cycle, other, date)).length + 1;
  return {
    streak: streakOf([...dates, date].sort(), zone),
    ...placeOf(dates, date, zone),
    days: { WEEK: count('WEEK'), MONTH: count('MONTH'), EVER: count('EVER') },
    weekDays: member.streakWeekDays + (inOne('WEEK', last, date) ? 1 : 0),
    monthDays: member.streakMonthDays + (inOne('MONTH', last, date) ? 1 : 0),
  };
}

/** Name of the cycle that holds a date: its first date, or the whole of time. */
export const cycleOf = (cycle: Cycle, date: LocalDate) =>
  periodOf(cadences[cycle], date).from ?? 'EVER';

const cadences = { WEEK: 'WEEKLY', MONTH: 'MONTHLY', EVER: 'ALL_TIME' } as const;
function inOne(cycle: Cycle, a: LocalDate, b: LocalDate): boolean {
  if (cycle === 'MONTH') return monthOf(a) === monthOf(b);
  return cycleOf(cycle, a) === cycleOf(cycle, b);
}

const streakOfMember = (member: MemberState): Streak => ({
  current: member.streakCurrent,
  longest: member.streakLongest,
  totalDays: member.streakTotalDays,
  lastDate: member.lastCheckInDate,
});
