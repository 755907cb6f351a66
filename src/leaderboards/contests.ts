/** What the projection of the boards does besides for challenges, in the same transaction. */
import type { PoolClient } from '../platform/db.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import { type Changes, noteChange } from './apply-gains.ts';
import {
  findContests,
  listParticipants,
  loadTargetTeams,
  noteReached,
  recountTeams,
} from './contests.sql.ts';
import type { BoardRow } from './seasons.sql.ts';
import { reachings, teamReaching, type Written } from './targets.ts';

/** Events that change who takes part in a challenge. */
const ROSTER: ReadonlySet<string> = new Set([
  ...['challenge.joined', 'challenge.left', 'challenge.disqualified', 'challenge.captainChanged'],
]);

/** Heeds who came and who went: they are listed or not, and the season has a new version. */
export async function followRosters(
  client: PoolClient,
  events: readonly LoggedEvent[],
  changes: Changes,
): Promise<void> {
  const moves = events.flatMap(({ type, memberId, payload }) => {
    if (!ROSTER.has(type)) return [];
    return [{ challengeId: Number((payload as { challengeId?: number }).challengeId), memberId }];
  });
  if (moves.length === 0) return;
  const standings = await findContests(client, moves);
  if (standings.length === 0) return;
  for (const standing of standings) noteChange(changes, standing, 0);
  for (const row of await listParticipants(client, standings)) {
    noteChange(changes, row, row.hidden ? -1 : 1);
  }
}

/** Counts the teams of changed standings anew, and keeps who has reached a target. */
export async function followScores(
  client: PoolClient,
  boards: readonly BoardRow[],
  changes: Changes,
  written: Written,
): Promise<void> {
  const contests = boards.flatMap(({ challenge }) => challenge ?? []);
  if (contests.length === 0) return;
  const reached = reachings(written);
  const teams = new Map(
    contests.filter(({ kind }) => kind === 'TEAM').map((one) => [one.seasonId, one]),
  );
  const touched = [...changes].flatMap(([seasonId, { memberIds }]) =>
    teams.has(seasonId) ? memberIds.map((memberId) => ({ seasonId, memberId })) : [],
  );
  if (touched.length > 0) {
    const recounts = await recountTeams(client, touched);
    const aiming = recounts.filter(
      ({ seasonId }) => (teams.get(seasonId)?.target ?? null) !== null,
    );
    const ids = aiming.map(({ teamId }) => teamId);
    for (const team of ids.length === 0 ? [] : await loadTargetTeams(client, ids)) {
      const recount = aiming.find(({ teamId }) => teamId === team.teamId);
      const target = teams.get(team.seasonId)?.target ?? null;
      if (recount === undefined || target === null) continue;
      reached.push(teamReaching(team, recount, target, written));
    }
  }
  if (reached.length > 0) await noteReached(client, reached);
}
