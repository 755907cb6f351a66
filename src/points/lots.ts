import type { FactTime, LotRow } from '../engine/rows.ts';
import { addDays, earlier, startOfLocalDate } from '../platform/calendar.ts';

/** True while the lot's points can be spent: [activatesAt, expiresAt), whatever jobs have run (S30). */
export function isSpendable(lot: LotRow, now: Date): boolean {
  return lot.remaining > 0 && lot.activatesAt <= now && !isExpired(lot, now);
}

/** True from the instant of expiry on. */
export function isExpired(lot: LotRow, now: Date): boolean {
  return lot.expiresAt !== null && lot.expiresAt <= now;
}

/** How much of `amount` each lot gives, in the order of the lots; undefined when they hold too little. */
export function allocate(
  lots: readonly LotRow[],
  amount: number,
): { lot: LotRow; taken: number }[] | undefined {
  const allocations: { lot: LotRow; taken: number }[] = [];
  let missing = amount;
  for (const lot of lots) {
    if (missing === 0) break;
    const taken = Math.min(lot.remaining, missing);
    allocations.push({ lot, taken });
    missing -= taken;
  }
  return missing === 0 ? allocations : undefined;
}

/** The life of the points an earning makes: [activatesAt, expiresAt). */
export type LotLife = { readonly activatesAt: Date; readonly expiresAt: Date | null };

/**
 * Points earned on a local date are active at once, or from the start of the day `pendingDays`
 * later; they expire at the end of the day `pointsDays` later (null: never). Days are local days
 * of the program.
 */
export function lotLife(
  time: FactTime,
  now: Date,
  rule: { readonly pendingDays?: number; readonly pointsDays: number | null },
): LotLife {
  const startOf = (days: number) =>
    startOfLocalDate(addDays(time.localDate, days), time.zone, time.dayStartMinutes);
  const { pendingDays = 0, pointsDays } = rule;
  return {
    activatesAt: pendingDays > 0 ? startOf(pendingDays) : earlier(time.occurredAt, now),
    expiresAt: pointsDays === null ? null : startOf(pointsDays + 1),
  };
}
