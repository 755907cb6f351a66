/**
 * The machinery under calendar.ts, which says what a local day is: which instants each local date
 * covers in a zone, and which offset is in force, worked out by Temporal and remembered. All
 * instants are milliseconds since 1970 UTC. Use calendar.ts instead of this.
 */
import { Temporal } from 'temporal-polyfill';
import { assert } from './assert.ts';
import { dateOfDayNumber, dayNumberOf } from './civil-date.ts';

/** One local day: the instants [from, until). */
type DaySpan = { readonly date: string; readonly from: number; readonly until: number };

/** A stretch [from, until) with one offset in force. */
type OffsetSpan = { readonly from: number; readonly until: number; readonly seconds: number };

/** What has been worked out for one zone and one day start. */
type DayTable = {
  readonly zone: string;
  readonly dayStartMinutes: number;
  readonly spans: Array<DaySpan | undefined>;
  readonly starts: Map<string, number>;
  readonly following: Map<string, string>;
  readonly preceding: Map<string, string>;
};

// Shorter than any local day, so that two days never share a slot and drive each other out.
const SLOT_MS = 2 ** 26;
const SLOTS_MAX = 4_096;
const DAY_TABLES_MAX = 128;
const DATES_PER_TABLE_MAX = 4_096;
const OFFSET_ZONES_MAX = 1_024;
const OFFSET_SPANS_PER_ZONE_MAX = 8;

const dayTablesByZone = new Map<string, Map<number, DayTable>>();
const offsetsByZone = new Map<string, OffsetSpan[]>();
let dayTables = 0;

/** The local date that the instant `ms` belongs to. */
export function dateAt(ms: number, zone: string, dayStartMinutes: number): string {
  const table = dayTableOf(zone, dayStartMinutes);
  // The day that holds `ms` began in the same slot or at most two slots earlier.
  const slot = Math.floor(ms / SLOT_MS);
  for (let back = 0; back <= 2; back += 1) {
    const span = table.spans[(slot - back) & (SLOTS_MAX - 1)];
    if (span !== undefined && ms >= span.from && ms < span.until) return span.date;
  }
  const span = daySpanAt(ms, table);
  table.spans[Math.floor(span.from / SLOT_MS) & (SLOTS_MAX - 1)] = span;
  return span.date;
}

/** The instant at which `date` begins; for one that never existed, at which the next one does. */
export function startOf(date: string, zone: string, dayStartMinutes: number): number {
  return startIn(dayTableOf(zone, dayStartMinutes), date);
}

/** The nearest date after (`step` 1) or before (`step` −1) `date` that existed in `zone`. */
export function neighbourOf(date: string, zone: string, step: 1 | -1): string {
  const table = dayTableOf(zone, 0);
  const known = step === 1 ? table.following : table.preceding;
  const before = known.get(date);
  if (before !== undefined) return before;
  let found = stepFrom(date, step);
  // A date without an instant to its name begins when the next one does.
  while (startIn(table, found) === startIn(table, stepFrom(found, 1))) {
    found = stepFrom(found, step);
  }
  return remember(known, date, found);
}

/** Seconds ahead of UTC at the instant `ms`. */
export function offsetSecondsAt(ms: number, zone: string): number {
  const known = offsetsByZone.get(zone);
  if (known !== undefined) {
    for (const span of known) if (ms >= span.from && ms < span.until) return span.seconds;
  }
  const span = offsetSpanAt(ms, zone);
  const spans = known ?? [];
  if (known === undefined) {
    if (offsetsByZone.size >= OFFSET_ZONES_MAX) offsetsByZone.clear();
    offsetsByZone.set(zone, spans);
  }
  spans.unshift(span);
  if (spans.length > OFFSET_SPANS_PER_ZONE_MAX) spans.pop();
  return span.seconds;
}

function dayTableOf(zone: string, dayStartMinutes: number): DayTable {
  const found = dayTablesByZone.get(zone)?.get(dayStartMinutes);
  if (found !== undefined) return found;
  assert(
    Number.isInteger(dayStartMinutes) && dayStartMinutes >= 0 && dayStartMinutes < 24 * 60,
    'a day starts 0 to 1439 minutes after midnight',
  );
  // RangeError for an unknown zone, before anything is remembered of it.
  Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
  if (dayTables >= DAY_TABLES_MAX) {
    dayTablesByZone.clear();
    dayTables = 0;
  }
  const table: DayTable = {
    zone,
    dayStartMinutes,
    spans: Array.from({ length: SLOTS_MAX }, () => undefined),
    starts: new Map(),
    following: new Map(),
    preceding: new Map(),
  };
  const ofZone = dayTablesByZone.get(zone) ?? new Map<number, DayTable>();
  ofZone.set(dayStartMinutes, table);
  dayTablesByZone.set(zone, ofZone);
  dayTables += 1;
  return table;
}

function daySpanAt(ms: number, table: DayTable): DaySpan {
  const wallClock = Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(table.zone)
    .toPlainDateTime();
  let date = wallClock.subtract({ minutes: table.dayStartMinutes }).toPlainDate().toString();
  // The wall clock may be a day off where a clock change hits the day start: the starts decide.
  while (startIn(table, date) > ms) date = stepFrom(date, -1);
  let until = startIn(table, stepFrom(date, 1));
  while (until <= ms) {
    date = stepFrom(date, 1);
    until = startIn(table, stepFrom(date, 1));
  }
  return { date, from: startIn(table, date), until };
}

function startIn(table: DayTable, date: string): number {
  const known = table.starts.get(date);
  if (known !== undefined) return known;
  // Checked first, because Temporal would also take '20260329' and '2026-03-29T10:00'.
  const checked = stepFrom(date, 0);
  const { epochMilliseconds } = Temporal.PlainDate.from(checked)
    .toPlainDateTime()
    .add({ minutes: table.dayStartMinutes })
    .toZonedDateTime(table.zone, { disambiguation: 'compatible' });
  return remember(table.starts, date, epochMilliseconds);
}

function stepFrom(date: string, days: number): string {
  return dateOfDayNumber(dayNumberOf(date) + days);
}

function offsetSpanAt(ms: number, zone: string): OffsetSpan {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  // 'previous' looks strictly before, and a change counts from its own instant on.
  const from = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const until = at.getTimeZoneTransition('next');
  return {
    from: from?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: until?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    seconds: Math.round(at.offsetNanoseconds / 1e9),
  };
}

function remember<V>(known: Map<string, V>, date: string, value: V): V {
  if (known.size >= DATES_PER_TABLE_MAX) known.clear();
  known.set(date, value);
  return value;
}
