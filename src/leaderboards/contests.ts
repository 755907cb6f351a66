/** What the projection of the boards does besides for challenges, in the same transaction. */
import type { PoolClient } from '../platform/db.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import { type Changes, noteChange } from './apply-gains.ts';
import {
  dateTeams,
  findContests,
  listParticipants,
  loadTargetTeams,
  noteReached,
  recountTeams,
  type TargetTeam,
  type TeamRecount,
} from './contests.sql.ts';
import type { BoardRow } from './seasons.sql.ts';
import { reachings, teamReachedAt, teamReaching, type Written } from './targets.ts';

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
  const touched = touchedIn(teams, changes, written);
  if (touched.length > 0) {
    const recounts = await recountTeams(client, touched);
    const targetOf = ({ seasonId }: TeamRecount) => teams.get(seasonId)?.target ?? null;
    const looked = recounts.filter((one) => targetOf(one) !== null || one.facts > 1);
    const byId = new Map(looked.map((one) => [one.teamId, one]));
    const dated: (TargetTeam & { readonly reachedAt: Date })[] = [];
    for (const team of looked.length === 0 ? [] : await loadTargetTeams(client, [...byId.keys()])) {
      const recount = byId.get(team.teamId);
      if (recount === undefined) continue;
      const target = targetOf(recount);
      if (target !== null) reached.push(teamReaching(team, recount, target, written));
      const reachedAt = recount.facts > 1 ? teamReachedAt(team, written) : undefined;
      if (reachedAt !== undefined) dated.push({ ...team, reachedAt });
    }
    if (dated.length > 0) await dateTeams(client, dated);
  }
  if (reached.length > 0) await noteReached(client, reached);
}

/** Standings of members of these contests that changed, each with how many facts changed it. */
function touchedIn(teams: ReadonlyMap<number, unknown>, changes: Changes, { gains }: Written) {
  const facts = new Map<string, number>();
  for (const { board, memberId } of gains) {
    const name = `${board.challenge?.seasonId}/${memberId}`;
    facts.set(name, (facts.get(name) ?? 0) + 1);
  }
  return [...changes].flatMap(([seasonId, { memberIds }]) =>
    (teams.has(seasonId) ? [...new Set(memberIds)] : []).map((memberId) => ({
      ...{ seasonId, memberId, facts: facts.get(`${seasonId}/${memberId}`) ?? 0 },
    })),
  );
}
