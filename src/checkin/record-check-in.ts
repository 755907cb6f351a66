import type { Facts } from '../engine/facts.ts';
import type { EntryRow, FactTime, MemberState } from '../engine/rows.ts';
import { startOfLocalDate } from '../platform/calendar.ts';
import { creditPoints, type EntrySummary, summarise } from '../points/ledger.ts';
import { lotLife } from '../points/lots.ts';
import { factTime } from '../programs/fact-time.ts';
import { ladderPoints } from './ladder.ts';
import { extendStreak, placeOf, type Streak, streakOf } from './streak.ts';

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
export type CheckInOutcome = {
  readonly memberId: number;
  readonly planId: number;
  readonly localDate: string;
  readonly alreadyCheckedIn: boolean;
  /** The record this command made; absent when the day had one. */
  readonly record?: CheckInRecord;
  readonly entries: EntrySummary[];
  /** The event's position (of the member's newest event when nothing was done). */
  readonly position: number;
};

/**
 * Records that the member was there at an instant: the record, its points and its event, or
 * nothing when the local date has a record already (S8, S9). A date before the last one is
 * judged as if it had come in order: the days that follow it in its run are paid the difference,
 * once each (S6).
 */
export function recordCheckIn(facts: Facts, member: MemberState, at: Date): CheckInOutcome {
  const { program } = facts;
  const time = factTime(program, at);
  const outcome = { memberId: member.memberId, planId: program.plan.id, localDate: time.localDate };
  const last = member.lastCheckInDate;
  const inOrder = last === null || time.localDate > last;
  if (last === time.localDate || (!inOrder && isRecorded(facts, member, time.localDate))) {
    return { alreadyCheckedIn: true, entries: [], position: member.eventPosition, ...outcome };
  }
  const { streak, streakDay, following } = inOrder
    ? placeLast(member, time)
    : placeEarlier(facts, member, time);
  const entries = payFor(facts, member, time, streakDay, following);
  const points = entries.reduce((sum, entry) => sum + entry.amount, 0);
  facts.changes.insert('checkIns', {
    memberId: member.memberId,
    planId: program.plan.id,
    programId: program.id,
    recordedAt: facts.now,
    streakDay,
    points,
    ...time,
  });
  facts.addCheckInDate(member, time.localDate);
  facts.changes.update('members', member, {
    streakCurrent: streak.current,
    streakLongest: streak.longest,
    streakTotalDays: streak.totalDays,
    lastCheckInDate: streak.lastDate,
  });
  const summaries = summarise(entries);
  const position = facts.emit(member, 'checkIn.recorded', at, {
    planId: program.plan.id,
    localDate: time.localDate,
    streakDay,
    entries: summaries,
  });
  const record = {
    localDate: time.localDate,
    occurredAt: at.toISOString(),
    recordedAt: facts.now.toISOString(),
    zone: time.zone,
    streakDay,
    points,
  };
  return { alreadyCheckedIn: false, record, entries: summaries, position, ...outcome };
}

const isRecorded = (facts: Facts, member: MemberState, date: string) =>
  facts.checkInDates(member).includes(date);

type Placed = { streak: Streak; streakDay: number; following: readonly string[] };

const storedStreak = (member: MemberState): Streak => ({
  current: member.streakCurrent,
  longest: member.streakLongest,
  totalDays: member.streakTotalDays,
  lastDate: member.lastCheckInDate,
});

function placeLast(member: MemberState, time: FactTime): Placed {
  const streak = extendStreak(storedStreak(member), time.localDate, time.zone);
  return { streak, streakDay: streak.current, following: [] };
}

function placeEarlier(facts: Facts, member: MemberState, time: FactTime): Placed {
  const dates = facts.checkInDates(member);
  const place = placeOf(dates, time.localDate, time.zone);
  const streak = streakOf([...dates, time.localDate].sort(), time.zone);
  return { streak, ...place };
}

/** Pays the day itself, and to each following day of the run what its new place adds. */
function payFor(
  facts: Facts,
  member: MemberState,
  time: FactTime,
  streakDay: number,
  following: readonly string[],
): EntryRow[] {
  const { program } = facts;
  const { plan } = program;
  const sourceId = `${member.memberId}:${plan.id}:${time.localDate}`;
  const entries: EntryRow[] = [];
  const pay = (
    points: number,
    paidTime: FactTime,
    purpose: string,
    day: number,
    was: number | null,
  ) => {
    if (points <= 0) return;
    const source = {
      sourceType: 'CHECK_IN' as const,
      sourceId,
      purpose,
      ruleVersion: `plan:${plan.key}@${plan.version}`,
      explanation: { plan: plan.key, version: plan.version, streakDay: day, was },
    };
    const life = lotLife(paidTime, facts.now, plan);
    entries.push(creditPoints(facts, member, 'EARN', points, paidTime, source, life));
  };
  pay(ladderPoints(plan, streakDay), time, 'BASE', streakDay, null);
  for (const [index, date] of following.entries()) {
    const was = index + 1;
    const is = streakDay + was;
    const difference = ladderPoints(plan, is) - ladderPoints(plan, was);
    // It belongs to the following day, and so to the seasons that hold that day.
    const start = startOfLocalDate(date, program.zone, program.dayStartMinutes);
    pay(difference, factTime(program, start), `LADDER:${date}`, is, was);
  }
  return entries;
}
