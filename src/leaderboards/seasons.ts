import { assert } from '../platform/assert.ts';
import {
  type Cadence,
  earlier,
  later,
  localDateOf,
  periodOf,
  startOfLocalDate,
} from '../platform/calendar.ts';

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

/** When a board runs: seasons lie within [startsAt, endsAt), and nothing counts once it is archived. */
export type BoardTimes = ProgramDays & {
  readonly cadence: Cadence;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly archivedAt: Date | null;
};

/** The season of a board that holds an instant; undefined before its start and from its end on. */
export function boardSeasonAt(board: BoardTimes, at: Date): SeasonInterval | undefined {
  const { startsAt, endsAt } = board;
  if ((startsAt !== null && at < startsAt) || (endsAt !== null && at >= endsAt)) return undefined;
  const whole = seasonAt(board.cadence, board, at);
  if (startsAt === null && endsAt === null) return whole;
  return {
    startsAt: startsAt === null ? whole.startsAt : later(whole.startsAt, startsAt),
    endsAt:
      whole.endsAt === null || endsAt === null
        ? (whole.endsAt ?? endsAt)
        : earlier(whole.endsAt, endsAt),
  };
}

/** A board's season to look at: the one that runs, or else the first, or the last. */
export function seasonNow(board: BoardTimes, now: Date): SeasonInterval {
  const { startsAt, endsAt, archivedAt } = board;
  const known = archivedAt === null ? now : earlier(now, archivedAt);
  const begun = startsAt === null ? known : later(known, startsAt);
  const at = endsAt === null ? begun : earlier(begun, new Date(endsAt.getTime() - 1));
  const season = boardSeasonAt(board, at);
  assert(season !== undefined, 'a board has a season at any instant between its start and end');
  return season;
}

/** The season that a fact counts in; undefined when the board does not count it. */
export function seasonOfFact(
  board: BoardTimes & { readonly countsFrom: Date; readonly countsUntil?: Date },
  at: Date,
): SeasonInterval | undefined {
  const { countsFrom, countsUntil, archivedAt } = board;
  if (at < countsFrom || (countsUntil !== undefined && at >= countsUntil)) return undefined;
  if (archivedAt !== null && at >= archivedAt) return undefined;
  return boardSeasonAt(board, at);
}

export type SeasonState = 'SCHEDULED' | 'ACTIVE' | 'CLOSING' | 'FROZEN';

/** Where a season stands at an instant. Ended seasons stay open to late facts until frozen. */
export function seasonState(
  season: SeasonInterval & { readonly frozenAt: Date | null },
  now: Date,
): SeasonState {
  if (season.frozenAt !== null) return 'FROZEN';
  if (now < season.startsAt) return 'SCHEDULED';
  return season.endsAt !== null && now >= season.endsAt ? 'CLOSING' : 'ACTIVE';
}
