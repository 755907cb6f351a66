import type { MemberState } from '../engine/rows.ts';

/**
 * How equal scores are numbered (S64): COMPETITION 1, 2, 2, 4; DENSE 1, 2, 2, 3; UNIQUE 1, 2, 3, 4,
 * by who reached the score first, then by member id.
 */
export type RankMode = 'COMPETITION' | 'DENSE' | 'UNIQUE';

/** A season that is read, and how its places are numbered. */
export type RankedSeason = {
  readonly seasonId: number;
  readonly rankMode: RankMode;
  /** The version that the caller has seen: no answer is older. Any version when absent. */
  readonly atLeast?: number;
};

/** A season as callers of Standings name it. */
export const rankedSeason = (season: {
  readonly id: number;
  readonly version: number;
  readonly rankMode: RankMode;
}): RankedSeason => ({
  seasonId: season.id,
  rankMode: season.rankMode,
  atLeast: season.version,
});

/** Where somebody stands in the order of a season; a page goes on behind its last. */
export type StandingPlace = {
  readonly score: number;
  /** When the present score was reached; who reached it first is listed first. */
  readonly reachedAt: Date;
  readonly memberId: number;
};

/** A place with its number, 1 is best. */
export type Placement = StandingPlace & { readonly rank: number };

/** Who stands where, at one version of a season. */
export type PlacementsView = {
  readonly version: number;
  readonly participants: number;
  readonly placements: readonly Placement[];
};

/**
 * Rankings of seasons, without the members. Order is total: score, highest first; then who reached
 * it first; then member id. One answer is of one version.
 */
export type Placements = {
  /** The first `first` places, or those behind `after`. */
  page(season: RankedSeason, first: number, after?: StandingPlace): Promise<PlacementsView>;
  /** The member with up to `radius` above and below; nothing when they have no standing. */
  around(season: RankedSeason, memberId: number, radius: number): Promise<PlacementsView>;
};

/** A member's place in a season. */
export type Standing = {
  /** By the rank mode of the season. */
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

/** As Placements, with the members. */
export type Standings = {
  page(season: RankedSeason, first: number, after?: StandingPlace): Promise<StandingsView>;
  around(season: RankedSeason, memberId: number, radius: number): Promise<StandingsView>;
};

/** The members of these ids, as boards show them. */
export type MemberCards = (ids: number[]) => Promise<Map<number, MemberState>>;

/** Puts members to their places. */
export function withCards(placements: Placements, cards: MemberCards): Standings {
  const dress = async ({ placements: places, ...view }: PlacementsView): Promise<StandingsView> => {
    const members = places.length === 0 ? undefined : await cards(places.map((p) => p.memberId));
    const standings = places.flatMap(({ rank, score, reachedAt, memberId }) => {
      const member = members?.get(memberId);
      return member === undefined ? [] : [{ rank, score, reachedAt, member }];
    });
    return { ...view, standings };
  };
  return {
    page: async (season, first, after) => dress(await placements.page(season, first, after)),
    around: async (season, memberId, radius) =>
      dress(await placements.around(season, memberId, radius)),
  };
}

/** What stands ahead of a run of neighbours; only what the rank mode needs has to be right. */
export type Ahead = {
  /** How many stand before its first row. UNIQUE, and COMPETITION when the run has several rows. */
  readonly before: number;
  /** How many score more than its first row. COMPETITION. */
  readonly above: number;
  /** How many different scores are higher than its first row's. DENSE. */
  readonly scoresAbove: number;
};

/** Numbers a run of neighbours. */
export function rankRun(
  mode: RankMode,
  run: readonly StandingPlace[],
  { before, above, scoresAbove }: Ahead,
): Placement[] {
  let rank = 1 + { COMPETITION: above, DENSE: scoresAbove, UNIQUE: before }[mode];
  let previous = run[0]?.score;
  return run.map(({ score, reachedAt, memberId }, index) => {
    if (mode === 'UNIQUE') rank = before + index + 1;
    else if (score !== previous) rank = mode === 'DENSE' ? rank + 1 : before + index + 1;
    previous = score;
    return { rank, score, reachedAt, memberId };
  });
}
