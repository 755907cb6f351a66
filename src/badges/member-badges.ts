/** What a member sees of badges. Pure: rows and rules in, badges out. */
import { viewStreak } from '../checkin/streak.ts';
import { isFor } from '../earning/audience.ts';
import type { MemberState } from '../engine/rows.ts';
import { addDays, localDateOf } from '../platform/calendar.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { factTime } from '../programs/fact-time.ts';
import { badgeTarget } from '../rules/badge-definition.ts';
import { inForce } from '../rules/versioned.ts';
import { type BadgeVersion, kindOf } from './badge-book.ts';
import type { CountAsked, StoredAward } from './badge-reads.sql.ts';
import { askedOf } from './reached.ts';

/** A badge as its member sees it. */
export type MemberBadge = {
  readonly badge: BadgeVersion;
  /** What was awarded; undefined: not yet. */
  readonly award: StoredAward | undefined;
  /** The member has it: it was awarded, and is not revoked. */
  readonly isEarned: boolean;
};

export type Audience = {
  readonly member: MemberState;
  /** Key of the member's tier now. */
  readonly tierKey: string | null;
  readonly now: Date;
};

/** Badges in force that can still be earned and are for a member. */
export function openBadges(
  program: ProgramConfig,
  { member, tierKey, now }: Audience,
): BadgeVersion[] {
  const time = factTime(program, now);
  return inForce(program.badges, now).filter(
    ({ definition: { audience, lastDate } }) =>
      time.localDate <= (lastDate ?? time.localDate) && isFor(audience, member, { tierKey, time }),
  );
}

/** Those, and all that the member was ever awarded, in the order in which badges were made. */
export function memberBadges(
  program: ProgramConfig,
  asked: Audience,
  awards: readonly StoredAward[],
): MemberBadge[] {
  const current = inForce(program.badges, asked.now);
  const awarded = awards.flatMap((award): MemberBadge[] => {
    const { ruleId, version, revokedAt } = award;
    const badge =
      current.find((one) => one.ruleId === ruleId) ??
      program.badges.find((one) => one.ruleId === ruleId && one.version === version);
    return badge === undefined ? [] : [{ badge, award, isEarned: revokedAt === null }];
  });
  const known = new Set(awards.map(({ ruleId }) => ruleId));
  const open = openBadges(program, asked)
    .filter(({ ruleId }) => !known.has(ruleId))
    .map((badge) => ({ badge, award: undefined, isEarned: false }));
  return [...awarded, ...open].sort((a, b) => a.badge.ruleId - b.badge.ruleId);
}

/** How far a member is: a number, or what has to be counted. */
export function progressOf(
  program: ProgramConfig,
  member: MemberState,
  badge: BadgeVersion,
  now: Date,
): number | CountAsked {
  const { criterion, countsPast, firstDate, lastDate } = badge.definition;
  const kind = kindOf(badge);
  const isWhole = countsPast && firstDate === undefined && lastDate === undefined;
  const asked = askedOf(program, badge, member.memberId);
  if (kind === 'points') return member.lifetimeEarned;
  if (kind === 'checkIns') return isWhole ? member.streakTotalDays : { kind, asked };
  if (kind === 'activities' || kind === 'task') return { kind, asked };
  if (!('streak' in criterion)) return 0;
  const { zone, dayStartMinutes } = program;
  const { lastCheckInDate: lastOf, streakCurrent } = member;
  const streak = { current: streakCurrent, lastDate: lastOf };
  const today = localDateOf(now, zone, dayStartMinutes);
  const { current } = viewStreak(streak, today, zone, dayStartMinutes);
  if (current === 0 || lastOf === null || isWhole) return current;
  const began = addDays(lastOf, 1 - current);
  const from = firstDate === undefined || began > firstDate ? began : firstDate;
  return { kind: 'checkIns', asked: { ...asked, firstDate: from } };
}

/** What is shown: never more than the target, and all of it once it is earned. */
export const shownProgress = ({ badge, isEarned }: MemberBadge, progress: number) => {
  const target = badgeTarget(badge.definition.criterion);
  return isEarned ? target : Math.max(0, Math.min(progress, target));
};
