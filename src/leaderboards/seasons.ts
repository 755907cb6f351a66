import { assert } from '../platform/assert.ts';
import { type Cadence, localDateOf, periodOf, startOfLocalDate } from '../platform/calendar.ts';

/** The days of a program, by which its seasons are cut. */
export type ProgramDays = { readonly zone: string; readonly dayStartMinutes: number };

/** A season's interval, half-open. All time: from 1970-01-01 on, without end. */
export type SeasonInterval = { readonly startsAt: Date; readonly endsAt: Date | null };

export const ALL_TIME: SeasonInterval = { startsAt: new Date(0), endsAt: null };

/** The season of a cadence that holds an instant: seasons touch, without gap or overlap (S68). */
export function seasonAt(cadence: Cadence, days: ProgramDays, at: Date): SeasonInterval {
  if (cadence === 'ALL_TIME') return ALL_TIME;
  const { zone, dayStartMinutes } = days;
  const date = localDateOf(at, zone, dayStartMinutes);
  const key = `${cadence}/${zone}/${dayStartMinutes}/${date}`;
  const known = recent.get(key);
  if (known !== undefined) return known;
  const { from, until } = periodOf(cadence, date);
  assert(from !== null && until !== null, 'only all time has no bounds');
  const interval = {
    startsAt: startOfLocalDate(from, zone, dayStartMinutes),
    endsAt: startOfLocalDate(until, zone, dayStartMinutes),
  };
  if (recent.size >= RECENT_MAX) recent.clear();
  recent.set(key, interval);
  return interval;
}

/** Events of one time fall into few seasons: what was worked out for a date is kept. */
const recent = new Map<string, SeasonInterval>();
const RECENT_MAX = 20_000;

export type SeasonState = 'SCHEDULED' | 'ACTIVE' | 'CLOSING' | 'FROZEN';

/** Whether a season's standings are final at an instant. */
export const isFrozen = ({ frozenAt }: { readonly frozenAt: Date | null }, now: Date): boolean =>
  frozenAt !== null && frozenAt <= now;

/** Where a season stands at an instant. Ended seasons stay open to late facts until frozen. */
export function seasonState(
  season: SeasonInterval & { readonly frozenAt: Date | null },
  now: Date,
): SeasonState {
  if (isFrozen(season, now)) return 'FROZEN';
  if (now < season.startsAt) return 'SCHEDULED';
  return season.endsAt !== null && now >= season.endsAt ? 'CLOSING' : 'ACTIVE';
}
