import type { MemberState } from '../engine/rows.ts';

/** A member's place in a season. */
export type Standing = {
  /** 1, 2, 2, 4: equal scores share the better rank (COMPETITION, S64). */
  readonly rank: number;
  readonly score: number;
  /** When the present score was reached; who reached it first is listed first. */
  readonly reachedAt: Date;
  /** The member as they were when the standing was read. */
  readonly member: MemberState;
};

/** Standings as they were at one version of their season. */
export type StandingsView = {
  readonly version: number;
  readonly participants: number;
  readonly standings: readonly Standing[];
};

/** The last standing of a page: where the next one goes on. */
export type StandingPlace = {
  readonly score: number;
  readonly reachedAt: Date;
  readonly memberId: number;
};

/**
 * Rankings of seasons. Order is total: score, highest first; then who reached it first; then
 * member id. One answer is of one version.
 */
export type Standings = {
  /** The first `first` standings, or those behind `after`. */
  page(seasonId: number, first: number, after?: StandingPlace): Promise<StandingsView>;
  /** The member with up to `radius` above and below; nothing when they have no standing. */
  around(seasonId: number, memberId: number, radius: number): Promise<StandingsView>;
};

/** A standing before its rank is known. */
export type Unranked = Omit<Standing, 'rank'>;

/**
 * Ranks a run of neighbours. `above` is how many of the season score more than the first of them,
 * `before` how many stand before it.
 */
export function rankRun(run: readonly Unranked[], above: number, before: number): Standing[] {
  let rank = above + 1;
  let previous = run[0]?.score;
  return run.map((row, index) => {
    if (row.score !== previous) rank = before + index + 1;
    previous = row.score;
    return { ...row, rank };
  });
}
