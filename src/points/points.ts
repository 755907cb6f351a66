import type { MemberState } from '../engine/rows.ts';

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
