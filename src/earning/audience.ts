import type { FactTime, MemberState } from '../engine/rows.ts';
import { localDateOf } from '../platform/calendar.ts';
import type { Audience } from '../rules/definition.ts';

/** What of a fact decides whether a member is among those something is for. */
export type AudienceFact = { readonly tierKey: string | null; readonly time: FactTime };

/** Whether a member is among those a rule or a reward is for, at the time of a fact. */
export function isFor(
  audience: Audience | undefined,
  member: Pick<MemberState, 'tags' | 'enrolledAt'>,
  { tierKey, time }: AudienceFact,
): boolean {
  if (audience === undefined) return true;
  const { tiers, tags, memberSinceFrom, memberSinceBefore } = audience;
  return (
    (tiers === undefined || (tierKey !== null && tiers.includes(tierKey))) &&
    (tags === undefined || tags.some((tag) => member.tags.includes(tag))) &&
    (memberSinceFrom === undefined || enrolledOn(member, time) >= memberSinceFrom) &&
    (memberSinceBefore === undefined || enrolledOn(member, time) < memberSinceBefore)
  );
}

/** The local date of enrolment, by the zone that judged a fact. */
export const enrolledOn = (
  { enrolledAt }: Pick<MemberState, 'enrolledAt'>,
  { zone, dayStartMinutes }: FactTime,
) => localDateOf(enrolledAt, zone, dayStartMinutes);
