import type { LiveMessage } from '../live/messages.ts';
import type { Clock } from '../platform/clock.ts';
import type { PoolClient } from '../platform/db.ts';
import type { ProgramConfigs } from '../programs/config.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import type { Consumer } from '../projections/projection.ts';
import { applyGains, type Changes, noteChange, type Put, publishSeasons } from './apply-gains.ts';
import { followRosters, followScores } from './contests.ts';
import { countFacts } from './count-facts.ts';
import { loadBoards } from './counting-boards.sql.ts';
import { findShown, setHidden } from './visibility.sql.ts';

/** Board changes per message: keeps every message far below the bus's limit. */
const BOARDS_PER_MESSAGE = 500;

export const STANDINGS = 'standings';

/** Keeps the standings of all boards: each fact in the season that holds it (S67). */
export const standingsConsumer = (clock: Clock, configs: ProgramConfigs): Consumer => ({
  name: STANDINGS,
  what: 'boards',
  async apply(client, events) {
    const now = clock.now();
    const programIds = [...new Set(events.map((event) => event.programId))];
    const boards = await loadBoards(client, programIds, now);
    const tools = { client, configs, now, notes: true };
    const gains = await countFacts(tools, boards, events);
    const { changes, rows }: Put =
      gains.length === 0 ? { changes: new Map(), rows: [] } : await applyGains(client, gains, now);
    await showOrHide(client, events, changes);
    await followRosters(client, events, changes);
    await followScores(client, boards, changes, { rows, gains });
    await showAnew(client, events, changes); // Last: nobody's score is other than before.
    const changed = await publishSeasons(client, changes);
    // What a quiet backfill pays tells no subscriber of the member (S21).
    const told = events.filter(({ payload }) => (payload as { quiet?: boolean }).quiet !== true);
    return messagesFor(changed, [...new Set(told.map((event) => event.memberId))]);
  },
});

/** Heeds members who want to be shown on boards no more, or again (S74). */
async function showOrHide(
  client: PoolClient,
  events: readonly LoggedEvent[],
  changes: Changes,
): Promise<void> {
  const ids = events.flatMap(({ memberId, payload }) => {
    const { leaderboardOptOut } = payload as { leaderboardOptOut?: boolean };
    return leaderboardOptOut === undefined ? [] : [memberId];
  });
  if (ids.length === 0) return;
  for (const row of await setHidden(client, [...new Set(ids)])) {
    noteChange(changes, row, row.hidden ? -1 : 1);
  }
}

/** Boards that show somebody who looks other than before, in name or picture, show it at once. */
async function showAnew(
  client: PoolClient,
  events: readonly LoggedEvent[],
  changes: Changes,
): Promise<void> {
  const ids = events.flatMap(({ memberId, payload }) =>
    (payload as { looksOther?: boolean }).looksOther === true ? [memberId] : [],
  );
  if (ids.length === 0) return;
  for (const row of await findShown(client, [...new Set(ids)])) noteChange(changes, row, 0);
}

/** What subscribers are told: boards that changed, and members. */
export function messagesFor(
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
