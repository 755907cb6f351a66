/** The order in which lots are spent. */
import type { LotRow } from './rows.ts';

/** Puts a lot in its place among others that are in spending order. */
export function placeLot(lots: LotRow[] | undefined, lot: LotRow): void {
  const at = lots?.findIndex((other) => spentBefore(lot, other)) ?? -1;
  lots?.splice(at === -1 ? lots.length : at, 0, lot);
}

/** Spending order: soonest to expire first, then oldest (S28). */
function spentBefore(a: LotRow, b: LotRow): boolean {
  const end = (lot: LotRow) => lot.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (end(a) !== end(b)) return end(a) < end(b);
  const start = (lot: LotRow) => lot.activatesAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (start(a) !== start(b)) return start(a) < start(b);
  return a.seq < b.seq;
}
