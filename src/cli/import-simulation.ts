/** What the engine would decide about a member's check-ins, without writing anything. */
import { ladderPoints } from '../checkin/ladder.ts';
import { emptyStreak, extendStreak, placeOf, type Streak, streakOf } from '../checkin/streak.ts';
import { limits } from '../limits.ts';
import type { LocalDate } from '../platform/calendar.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import type { ProgramConfig } from '../programs/config.ts';

/** A member as far as an import can change them. */
export type SimulatedMember = {
  readonly balance: number;
  readonly lifetimeEarned: number;
  readonly streak: Streak;
  /** Checked-in dates, oldest first. */
  readonly dates: readonly LocalDate[];
};

export const newMember: SimulatedMember = {
  balance: 0,
  lifetimeEarned: 0,
  streak: emptyStreak,
  dates: [],
};

/** What one check-in would come to. */
export type Simulated =
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'accepted'; readonly points: number; readonly member: SimulatedMember }
  | { readonly kind: 'refused'; readonly reason: string };

type Rules = Pick<ProgramConfig, 'zone' | 'plan'>;

/** Follows `recordCheckIn` step by step, so that a dry run says what the run would do. */
export function simulateCheckIn(rules: Rules, member: SimulatedMember, date: LocalDate): Simulated {
  const { zone, plan } = rules;
  const { streak, dates } = member;
  const inOrder = streak.lastDate === null || date > streak.lastDate;
  if (!inOrder && dates.includes(date)) return { kind: 'duplicate' };
  const at = inOrder ? dates.length : dates.findIndex((other) => other > date);
  const newDates = dates.toSpliced(at, 0, date);
  const newStreak = inOrder ? extendStreak(streak, date, zone) : streakOf(newDates, zone);
  const { streakDay, following } = inOrder
    ? { streakDay: newStreak.current, following: [] }
    : placeOf(dates, date, zone);
  const amounts = [ladderPoints(plan, streakDay)];
  for (const index of following.keys()) {
    const was = index + 1;
    amounts.push(ladderPoints(plan, streakDay + was) - ladderPoints(plan, was));
  }
  let { balance, lifetimeEarned } = member;
  for (const amount of amounts.filter((points) => points > 0)) {
    if (Math.max(balance, lifetimeEarned) + amount > limits.pointsMax) {
      return { kind: 'refused', reason: new BalanceOutOfRange(balance, amount).message };
    }
    balance += amount;
    lifetimeEarned += amount;
  }
  const after = { balance, lifetimeEarned, streak: newStreak, dates: newDates };
  return { kind: 'accepted', points: balance - member.balance, member: after };
}
