/** What watchers of a board are told, from one version to another. Pure. */
import type { ChallengeShape } from '../challenges/challenge-reads.sql.ts';
import type { TeamStanding } from '../challenges/roster-reads.sql.ts';
import type { BoardRow, SeasonRow } from '../leaderboards/seasons.sql.ts';
import type { Standing } from '../leaderboards/standings.ts';

/** A challenge, followed by the board that ranks it. */
export type WatchedChallenge = Pick<BoardRow, 'id' | 'programId'> & {
  readonly challengeId: number;
};

/** What is followed: a leaderboard, or a challenge. */
export type WatchedBoard = BoardRow | WatchedChallenge;

/** What subscribers of a challenge are shown besides its members' standings. */
export type Contest = {
  readonly challenge: ChallengeShape;
  /** The top of its teams; none of an INDIVIDUAL challenge. */
  readonly teams: readonly TeamStanding[];
  /** When to look at it again though nobody told of a change; null: never again. */
  readonly changesAt: Date | null;
};

/** A board as it stood at one version of its current season. Never changed, only replaced. */
export type BoardSnapshot = {
  readonly season: SeasonRow;
  /** The season's; of a challenge, what also grows with its settings and phases. */
  readonly version: number;
  readonly standings: readonly Standing[];
  /** Of a challenge's board. */
  readonly contest?: Contest;
};

/** A version of a season: what a subscriber saw last. */
export type BoardPlace = { readonly seasonId: number; readonly version: number };

/** Where a subscriber wants to go on; without a season it is one of the present one. */
export type ResumePlace = {
  readonly seasonId: number | undefined;
  readonly version: number;
};

/** What a subscriber receives. */
export type BoardChange = {
  readonly kind: 'SNAPSHOT' | 'DELTA';
  readonly season: SeasonRow;
  readonly version: number;
  readonly standings: readonly Standing[];
  readonly changes: readonly Standing[];
  /** Members whose row is in the window no more. */
  readonly removed: readonly number[];
  /** Of a challenge. */
  readonly contest?: ContestChange;
};

/** A challenge at a new version, with what differs of its teams. */
export type ContestChange = Contest & {
  readonly teamChanges: readonly TeamStanding[];
  /** Teams whose row is in the window no more. */
  readonly teamsRemoved: readonly number[];
};

/** Whether `next` is the version right after the one that was seen. */
export const isNext = (seen: BoardPlace | undefined, next: BoardSnapshot): boolean =>
  seen !== undefined && seen.seasonId === next.season.id && seen.version + 1 === next.version;

/** Whether `next` is what was seen, or older. */
export const isOld = (seen: BoardPlace | undefined, next: BoardSnapshot): boolean =>
  seen !== undefined && seen.seasonId === next.season.id && seen.version >= next.version;

export const placeOf = ({ season, version }: BoardSnapshot): BoardPlace => ({
  seasonId: season.id,
  version,
});

/**
 * What a subscriber who saw `seen` must hear of `snapshot`: the rows that differ and who left when
 * it is the very next version, all rows otherwise; nothing when it is the same one.
 */
export function changeBetween(
  seen: BoardSnapshot | undefined,
  snapshot: BoardSnapshot,
  first: number,
): BoardChange | undefined {
  const { season, version, contest } = snapshot;
  const place = seen && placeOf(seen);
  if (isOld(place, snapshot)) return undefined;
  const before = isNext(place, snapshot) ? seen : undefined;
  const kind = before === undefined ? 'SNAPSHOT' : 'DELTA';
  const rows = windowOf(snapshot.standings, before?.standings, first, memberOf, isSame);
  const { all: standings, changes, removed } = rows;
  const change = { kind, season, version, standings, changes, removed } as const;
  if (contest === undefined) return change;
  const teams = windowOf(contest.teams, before?.contest?.teams, first, teamOf, isSamePlace);
  const told = { teams: teams.all, teamChanges: teams.changes, teamsRemoved: teams.removed };
  return { ...change, contest: { ...contest, ...told } };
}

/** The first rows, those that differ from what was there before, and who is gone. */
function windowOf<Row>(
  now: readonly Row[],
  before: readonly Row[] | undefined,
  first: number,
  nameOf: (row: Row) => number,
  same: (a: Row, b: Row) => boolean,
) {
  const all = now.slice(0, first);
  if (before === undefined) return { all, changes: all, removed: [] };
  const known = new Map(before.slice(0, first).map((row) => [nameOf(row), row]));
  const changes = all.filter((row) => {
    const old = known.get(nameOf(row));
    return old === undefined || !same(old, row);
  });
  for (const row of all) known.delete(nameOf(row));
  return { all, changes, removed: [...known.keys()] };
}

const memberOf = ({ member }: Standing) => member.memberId;
const teamOf = ({ teamId }: TeamStanding) => teamId;

type Place = Pick<Standing, 'rank' | 'score' | 'reachedAt'>;
const isSamePlace = (a: Place, b: Place) =>
  a.rank === b.rank && a.score === b.score && a.reachedAt.getTime() === b.reachedAt.getTime();

const isSame = (a: Standing, b: Standing) =>
  isSamePlace(a, b) &&
  a.member.externalId === b.member.externalId &&
  a.member.displayName === b.member.displayName &&
  a.member.nickname === b.member.nickname &&
  a.member.avatarUrl === b.member.avatarUrl &&
  a.member.tierKey === b.member.tierKey &&
  a.member.streakCurrent === b.member.streakCurrent &&
  a.member.streakLongest === b.member.streakLongest &&
  a.member.streakTotalDays === b.member.streakTotalDays;
