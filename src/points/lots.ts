import type { LotRow } from '../engine/rows.ts';

/** What is left of a lot and not pinned by a hold. */
export const freeOf = (lot: Pick<LotRow, 'remaining' | 'held'>) => lot.remaining - lot.held;

/** True while the lot's points can be spent: [activatesAt, expiresAt), whatever jobs have run (S30). */
export const isSpendable = (lot: LotRow, now: Date): boolean =>
  freeOf(lot) > 0 && isActive(lot, now);

/** True from activation on, and before expiry. */
export const isActive = (life: LotLife, now: Date): boolean =>
  life.activatesAt !== null && life.activatesAt <= now && !isExpired(life, now);

/** True from the instant of expiry on. */
export function isExpired({ expiresAt }: Pick<LotLife, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

export type Allocation = { readonly lot: LotRow; readonly taken: number };

/** How much of `amount` each lot gives, in the order of the lots, and what they lack of it. */
export function allocate(
  lots: readonly LotRow[],
  amount: number,
): { readonly allocations: Allocation[]; readonly missing: number } {
  const allocations: Allocation[] = [];
  let missing = amount;
  for (const lot of lots) {
    if (missing === 0) break;
    const taken = Math.min(freeOf(lot), missing);
    if (taken === 0) continue;
    allocations.push({ lot, taken });
    missing -= taken;
  }
  return { allocations, missing };
}

/** The life of the points an earning makes: [activatesAt, expiresAt); null: once confirmed, never. */
export type LotLife = { readonly activatesAt: Date | null; readonly expiresAt: Date | null };

/** Spending order: soonest to expire first, then oldest (S28). */
export function spentBefore(a: LotRow, b: LotRow): boolean {
  const end = (lot: LotRow) => lot.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (end(a) !== end(b)) return end(a) < end(b);
  const start = (lot: LotRow) => lot.activatesAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (start(a) !== start(b)) return start(a) < start(b);
  return a.seq < b.seq;
}
