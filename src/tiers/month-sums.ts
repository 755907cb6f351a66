import type { PendingPoints } from '../engine/history.sql.ts';
import type { MemberState } from '../engine/rows.ts';
import { type EarnedDay, monthsOf } from '../points/counters.ts';
import type { Tiers } from '../rules/definition.ts';
import type { Versioned } from '../rules/versioned.ts';
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

/** How reads ask the ledger; members of a page are asked for together. */
export type EarnedLoaders = {
  readonly earnedDays: { load(memberId: number): Promise<readonly EarnedDay[]> };
  readonly pendingSince: {
    load(key: { memberId: number; since: Date }): Promise<readonly PendingPoints[]>;
  };
};

/** What a member earned: the account's sums, or the ledger's where it has none. */
export async function readEarned(
  loaders: EarnedLoaders,
  { memberId, counters, entrySeq, lifetimeEarned, pendingUntil }: MemberState,
  versions: readonly Versioned<Tiers>[],
  since: Date,
): Promise<EarnedWithPending> {
  const byMonth = versions.some(({ definition }) => definition.basis !== 'LIFETIME');
  const needsLedger = byMonth && counters?.months === undefined && entrySeq > 0;
  const mayPend =
    pendingUntil !== null && versions.some(({ definition }) => !definition.countPending);
  const [months, pending] = await Promise.all([
    needsLedger ? loaders.earnedDays.load(memberId).then(monthsOf) : (counters?.months ?? {}),
    mayPend ? loaders.pendingSince.load({ memberId, since }) : [],
  ]);
  return { months, lifetime: lifetimeEarned, pending };
}
