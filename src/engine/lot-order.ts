/** The order in which lots are spent. */
import { spentBefore } from '../points/lots.ts';
import type { LotRow } from './rows.ts';

/** Puts a lot in its place among others that are in spending order. */
export function placeLot(lots: LotRow[] | undefined, lot: LotRow): void {
  const at = lots?.findIndex((other) => spentBefore(lot, other)) ?? -1;
  lots?.splice(at === -1 ? lots.length : at, 0, lot);
}
