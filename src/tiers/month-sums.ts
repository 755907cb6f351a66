import { loadEarnedDays, loadPending, type PendingPoints } from '../engine/history.sql.ts';
import type { MemberState } from '../engine/rows.ts';
import type { Pool } from '../platform/db.ts';
import { monthsOf } from '../points/counters.ts';
import type { Tiers } from '../rules/definition.ts';
import type { EarnedSums } from './evaluation.ts';

/** Takes off what is not active yet, in the month in which it was earned. */
export function withoutPending(
  months: Readonly<Record<string, number>>,
  lifetime: number,
  pending: readonly Pick<PendingPoints, 'month' | 'points'>[],
): EarnedSums {
  const sums = new Map(Object.entries(months));
  let active = lifetime;
  for (const { month, points } of pending) {
    const counted = sums.get(month);
    if (counted !== undefined) sums.set(month, counted - points);
    active -= points;
  }
  return { sums, lifetime: active };
}

/** What was earned, and what of it is not active yet and so does not count. */
export type EarnedWithPending = {
  readonly months: Readonly<Record<string, number>>;
  readonly lifetime: number;
  readonly pending: readonly PendingPoints[];
};

/** Points that count at an instant, if nothing else is earned until then. */
export const earnedBy = (at: Date, { months, lifetime, pending }: EarnedWithPending): EarnedSums =>
  withoutPending(
    months,
    lifetime,
    pending.filter(({ activatesAt }) => activatesAt === null || activatesAt > at),
  );

/** What a member earned: the account's sums, or the ledger's where it has none. */
export async function readEarned(
  pool: Pool,
  { memberId, counters, entrySeq, lifetimeEarned, pendingUntil }: MemberState,
  { basis, countPending }: Tiers,
  now: Date,
): Promise<EarnedWithPending> {
  const needsLedger = basis !== 'LIFETIME' && counters?.months === undefined && entrySeq > 0;
  const months = needsLedger
    ? monthsOf(await loadEarnedDays(pool, [memberId]))
    : (counters?.months ?? {});
  const mayPend = !countPending && pendingUntil !== null && pendingUntil > now;
  const pending = mayPend ? await loadPending(pool, [memberId], now) : [];
  return { months, lifetime: lifetimeEarned, pending };
}
