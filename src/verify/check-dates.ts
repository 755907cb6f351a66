import type { FactTime } from '../engine/rows.ts';
import { localDateOf } from '../platform/calendar.ts';
import { compare, type Finding } from './difference.ts';

/** What of a fact tells the day it belongs to. */
export type DatedFact = Pick<FactTime, 'occurredAt' | 'localDate' | 'zone' | 'dayStartMinutes'>;

/** A fact's local date must be that of its instant, by the zone and day start kept with it (S2). */
export function* checkLocalDate(
  name: string,
  { occurredAt, localDate, zone, dayStartMinutes }: DatedFact,
  entrySeq?: number,
): Generator<Finding> {
  const expected = dateOrNone(occurredAt, zone, dayStartMinutes);
  yield* compare(`${name}: local date`, expected, localDate, entrySeq);
}

/** The date, or none where the row names no zone that there is. */
function dateOrNone(at: Date, zone: string, dayStartMinutes: number): string | null {
  try {
    return localDateOf(at, zone, dayStartMinutes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
