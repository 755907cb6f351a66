import type { LiveMessage } from '../live/messages.ts';
import type { Clock } from '../platform/clock.ts';
import type { PoolClient } from '../platform/db.ts';
import type { EntrySummary } from '../points/ledger.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import type { Consumer } from '../projections/projection.ts';
import {
  addScores,
  type BoardRow,
  bumpVersions,
  ensureSeasons,
  loadBoards,
  noteLateFacts,
  type SeasonRow,
} from './seasons.sql.ts';
import { isFrozen, seasonAt } from './seasons.ts';

/** Points that a fact adds to one season's standing of one member. */
type Gain = {
  readonly leaderboardId: number;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly memberId: number;
  readonly position: number;
  amount: number;
  reachedAt: Date;
};

/** An entry as events tell of it: awards without their reasons. */
type EntryTold = Pick<EntrySummary, 'kind' | 'amount' | 'occurredAt'> &
  Partial<Pick<EntrySummary, 'explanation'>>;

/** Board changes per message: keeps every message far below the bus's limit. */
const BOARDS_PER_MESSAGE = 500;

/** Keeps the standings of all boards: points earned, in the season that holds the fact (S67). */
export const standingsConsumer = (clock: Clock): Consumer => ({
  name: 'standings',
  what: 'boards',
  async apply(client, events) {
    const programIds = [...new Set(events.map((event) => event.programId))];
    const boards = new Map<number, BoardRow[]>(programIds.map((id) => [id, []]));
    for (const board of await loadBoards(client, programIds))
      boards.get(board.programId)?.push(board);
    const gains = gainsOf(events, boards);
    const changed = gains.length === 0 ? [] : await applyGains(client, clock, gains);
    // What a quiet backfill pays tells no subscriber of the member (S21).
    const told = events.filter(({ payload }) => (payload as { quiet?: boolean }).quiet !== true);
    return messagesFor(changed, [...new Set(told.map((event) => event.memberId))]);
  },
});

function gainsOf(events: readonly LoggedEvent[], boards: Map<number, BoardRow[]>): Gain[] {
  const gains: Gain[] = [];
  for (const { programId, memberId, position, payload, occurredAt: toldAt } of events) {
    const { entries = [] } = payload as { entries?: EntryTold[] };
    for (const { kind, amount: points, occurredAt, explanation } of entries) {
      // Boards count points earned, not net of spending; what is reversed counts no more (S66).
      if (kind !== 'EARN' && kind !== 'REVERSAL') continue;
      const amount = kind === 'EARN' ? points : -Number(explanation?.reversed);
      const factAt = new Date(occurredAt);
      // A score that was lowered was reached when that happened (S65).
      const reachedAt = kind === 'EARN' ? factAt : toldAt;
      for (const board of boards.get(programId) ?? []) {
        const interval = seasonAt(board.cadence, board, factAt);
        gains.push({ leaderboardId: board.id, ...interval, memberId, position, amount, reachedAt });
      }
    }
  }
  return gains;
}

const seasonKey = (leaderboardId: number, startsAt: Date) =>
  `${leaderboardId}/${startsAt.getTime()}`;

async function applyGains(client: PoolClient, clock: Clock, gains: readonly Gain[]) {
  const wanted = new Map(gains.map((gain) => [seasonKey(gain.leaderboardId, gain.startsAt), gain]));
  const seasons = new Map<string, SeasonRow>();
  for (const season of await ensureSeasons(client, [...wanted.values()])) {
    seasons.set(seasonKey(season.leaderboardId, season.startsAt), season);
  }
  const someFreeze = [...seasons.values()].some(({ frozenAt }) => frozenAt !== null);
  const now = someFreeze ? await clock.databaseNow(client) : null;
  const open = new Map<string, Gain & { seasonId: number }>();
  const late = new Map<string, Gain & { seasonId: number }>();
  for (const gain of gains) {
    const season = seasons.get(seasonKey(gain.leaderboardId, gain.startsAt));
    if (season === undefined) continue;
    const isOpen = now === null || !isFrozen(season, now);
    if (isOpen) sumUp(open, `${season.id}/${gain.memberId}`, gain, season.id);
    else sumUp(late, `${season.id}/${gain.memberId}/${gain.position}`, gain, season.id);
  }
  if (late.size > 0) await noteLateFacts(client, [...late.values()]);
  if (open.size === 0) return [];
  const standings = await addScores(client, [...open.values()]);
  const newcomers = new Map<number, number>();
  for (const { seasonId, created } of standings) {
    newcomers.set(seasonId, (newcomers.get(seasonId) ?? 0) + (created ? 1 : 0));
  }
  return bumpVersions(client, [...newcomers.keys()], [...newcomers.values()], standings);
}

/** One row per key: a statement may touch a standing only once. */
function sumUp(
  rows: Map<string, Gain & { seasonId: number }>,
  key: string,
  gain: Gain,
  seasonId: number,
): void {
  const row = rows.get(key);
  if (row === undefined) rows.set(key, { ...gain, seasonId });
  else {
    row.amount += gain.amount;
    if (gain.reachedAt > row.reachedAt) row.reachedAt = gain.reachedAt;
  }
}

function messagesFor(
  changed: readonly { id: number; leaderboardId: number; version: number }[],
  members: number[],
): LiveMessage[] {
  const boards = changed.map((row) => ({
    leaderboardId: row.leaderboardId,
    seasonId: row.id,
    version: row.version,
  }));
  const messages: LiveMessage[] = [];
  for (let at = 0; at < boards.length; at += BOARDS_PER_MESSAGE) {
    messages.push({ boards: boards.slice(at, at + BOARDS_PER_MESSAGE), members: [] });
  }
  const [first = { boards: [], members }] = messages;
  return [{ ...first, members }, ...messages.slice(1)];
}
