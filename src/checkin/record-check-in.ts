import { type EarnedWithTier, toldOf } from '../earning/earn.ts';
import type { Facts } from '../engine/facts.ts';
import type { MemberState } from '../engine/rows.ts';
import { instantText } from '../platform/calendar.ts';
import { factTime } from '../programs/fact-time.ts';
import { payDay } from './pay-day.ts';
import { placeDay } from './place-day.ts';

/** A record as outcomes carry it: plain JSON. */
export type CheckInRecord = {
  readonly localDate: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly zone: string;
  readonly streakDay: number;
  readonly points: number;
};

/** What a check-in came to. */
export type CheckInOutcome = EarnedWithTier & {
  readonly memberId: number;
  readonly planId: number;
  readonly localDate: string;
  readonly alreadyCheckedIn: boolean;
  /** The record this command made; absent when the day had one. */
  readonly record?: CheckInRecord;
  /** The event's position (of the member's newest event when nothing was done). */
  readonly position: number;
};

/**
 * Records that the member was there at an instant: the record, its points and its event, or
 * nothing when the local date has a record already (S8, S9). A date before the last one is
 * judged as if it had come in order.
 */
export function recordCheckIn(facts: Facts, member: MemberState, at: Date): CheckInOutcome {
  const { planId, id: programId } = facts.program;
  const { memberId } = member;
  const time = factTime(facts.program, at);
  const { localDate } = time;
  const placed = placeDay(facts, member, time);
  if (placed === undefined) {
    const position = member.eventPosition;
    const nothing = { alreadyCheckedIn: true, entries: [], withheld: [], position };
    return { memberId, planId, localDate, ...nothing };
  }
  const { streak, streakDay, following } = placed;
  const paid = payDay(facts, member, time, placed);
  const points = paid.entries.reduce((sum, entry) => sum + entry.amount, 0);
  const recordedAt = facts.now;
  facts.changes.insert('checkIns', {
    memberId,
    planId,
    programId,
    recordedAt,
    streakDay,
    points,
    ...time,
  });
  facts.addCheckInDate(member, localDate);
  facts.changes.update('members', member, {
    streakCurrent: streak.current,
    streakLongest: streak.longest,
    streakTotalDays: streak.totalDays,
    streakWeekDays: placed.weekDays,
    streakMonthDays: placed.monthDays,
    lastCheckInDate: streak.lastDate,
  });
  const position = facts.emit(member, 'checkIn.recorded', at, {
    planId,
    localDate,
    streakDay,
    totalDays: streak.totalDays,
    // Days whose place in their run is another since: boards of streaks look at them.
    ...(following.length > 0 && { following: following.length }),
    ...toldOf(paid),
  });
  const record = {
    localDate,
    occurredAt: instantText(at),
    recordedAt: instantText(recordedAt),
    zone: time.zone,
    streakDay,
    points,
  };
  return { memberId, planId, localDate, alreadyCheckedIn: false, record, position, ...paid };
}
