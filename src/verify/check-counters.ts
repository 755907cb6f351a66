/** The account's counters are caches of the ledger: it must give the same. */
import { earnedDayOf, monthsOf, usedIn, windowsOf } from '../points/counters.ts';
import { compare, type Finding } from './difference.ts';
import type { MemberRows } from './member-rows.ts';
import type { AccountRow } from './verify.sql.ts';

export function* checkCounters(
  { chain }: MemberRows,
  { counters }: AccountRow,
): Generator<Finding> {
  if (counters === null) return;
  const days = chain.entries.flatMap(earnedDayOf);
  for (const [name, windows] of Object.entries(counters.caps ?? {})) {
    const expected = windowsOf(days, name, windows.date);
    for (const period of ['DAY', 'WEEK', 'MONTH'] as const) {
      const found = usedIn(windows, period, windows.date);
      yield* compare(`counter of ${name}: ${period}`, expected[period], found);
    }
  }
  if (counters.months === undefined) return;
  const expected = monthsOf(days);
  for (const [month, points] of Object.entries(counters.months)) {
    yield* compare(`points earned in ${month}`, expected[month] ?? 0, points);
  }
}
