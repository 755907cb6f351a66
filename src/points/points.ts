import type { MemberState } from '../engine/rows.ts';

/** Whether some of the balance may be pending or expired; most members need no look at their lots. */
export function hasDormantPoints(
  { nextExpiryAt, pendingUntil }: Pick<MemberState, 'nextExpiryAt' | 'pendingUntil'>,
  now: Date,
): boolean {
  return (
    (nextExpiryAt !== null && nextExpiryAt <= now) || (pendingUntil !== null && pendingUntil > now)
  );
}
