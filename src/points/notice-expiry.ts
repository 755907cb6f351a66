import { z } from 'zod';
import { memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from '../members/member-steps.ts';
import { daysBetween, localDateOf } from '../platform/calendar.ts';
import { oneInForce } from '../rules/versioned.ts';

const input = z.object({ member: memberRef, idempotencyKey: z.undefined().optional() });

export type NoticeExpiryInput = z.infer<typeof input>;
export type NoticeExpiryOutcome = { readonly memberId: number; readonly notices: number };

/**
 * Tells of points that are about to expire: once for each expiry and each number of days of the
 * program's points policy, by its local dates (S3, S32). Of several that come at once, only the nearest is told.
 */
export const noticeExpiry: Operation<NoticeExpiryInput, NoticeExpiryOutcome> = {
  name: 'noticeExpiry',
  input,
  touches: ({ member }) => ({ member, lots: true, notices: true }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const { memberId } = member;
    const days = oneInForce(facts.program.policies, now)?.definition.expiryNoticeDays ?? [];
    const nearestFirst = [...new Set(days)].sort((a, b) => a - b);
    const { zone, dayStartMinutes } = facts.program;
    const dateOf = (at: Date) => localDateOf(at, zone, dayStartMinutes);
    const told: { expiresAt: string; days: number; points: number }[] = [];
    for (const [time, points] of expiring(facts.lots(member), now)) {
      const left = daysBetween(dateOf(now), dateOf(new Date(time)));
      const due = nearestFirst.filter((count) => left <= count);
      const fresh = due.filter((count) => !facts.isNoticed(member, time, count));
      for (const count of fresh) {
        facts.changes.insert('notices', {
          memberId,
          expiresAt: new Date(time),
          days: count,
          points,
          sentAt: now,
        });
      }
      const [nearest] = fresh;
      if (nearest !== undefined && nearest === due[0]) {
        told.push({ expiresAt: new Date(time).toISOString(), days: nearest, points });
      }
    }
    if (told.length > 0) facts.emit(member, 'points.expiring', now, { notices: told });
    return { memberId, notices: told.length };
  },
};

/** Points that are still to expire, by instant. */
function expiring(
  lots: readonly { readonly remaining: number; readonly expiresAt: Date | null }[],
  now: Date,
): Map<number, number> {
  const points = new Map<number, number>();
  for (const { remaining, expiresAt } of lots) {
    if (remaining === 0 || expiresAt === null || expiresAt <= now) continue;
    points.set(expiresAt.getTime(), (points.get(expiresAt.getTime()) ?? 0) + remaining);
  }
  return points;
}
