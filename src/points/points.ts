import type { MemberState } from '../engine/rows.ts';
import type { PointsByState } from './points.sql.ts';

/** Whether some of the balance may be pending, expired, held or owed; most members need no look at their lots. */
export function hasDormantPoints(
  {
    nextExpiryAt,
    pendingUntil,
    debt,
    held,
  }: Pick<MemberState, 'nextExpiryAt' | 'pendingUntil' | 'debt' | 'held'>,
  now: Date,
): boolean {
  return (
    debt > 0 ||
    held > 0 ||
    (nextExpiryAt !== null && nextExpiryAt <= now) ||
    (pendingUntil !== null && pendingUntil > now)
  );
}

/** What can be spent now: neither pending, held nor owed. Most members need no look at their lots. */
export async function availablePoints(
  loader: { load(memberId: number): Promise<PointsByState> },
  member: MemberState,
  now: Date,
): Promise<number> {
  if (!hasDormantPoints(member, now)) return Math.max(0, member.balance);
  const { spendable } = await loader.load(member.memberId);
  return Math.max(0, spendable - member.debt);
}
