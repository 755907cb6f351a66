/** From a frozen ranking to who wins how much: pure, place by place (S80). */
import type { ChallengeGoal, RankMode } from '../generated/prisma/enums.ts';
import type { PrizeBand, Prizes } from './prizes.ts';

/** By what a season is settled. */
export type AwardTerms = {
  readonly prizes: Prizes;
  readonly goal: ChallengeGoal;
  readonly rankMode: RankMode;
};

/** Somebody in the order of the ranking. */
export type Ranked = {
  /** The member, or the team. */
  readonly participantId: number;
  readonly score: number;
  readonly reachedAt: Date;
  /** How many are ranked equal, in the whole ranking, this one included. */
  readonly equals: number;
};

export type Winner = {
  /** 1, 2, 3 … as they are listed. */
  readonly place: number;
  readonly rank: number;
  readonly participantId: number;
  readonly score: number;
  readonly reachedAt: Date;
  readonly points: number;
};

/** How far a ranking was gone through: it may be done in parts. */
export type Progress = {
  readonly place: number;
  readonly rank: number;
  readonly score: number;
  /** First place of those who are ranked equal with the last one … */
  readonly from: number;
  /** … what was given to those before them … */
  readonly spentBefore: number;
  /** … and in all. */
  readonly spent: number;
};

export const atStart: Progress = {
  ...{ place: 0, rank: 0, score: Number.NaN },
  ...{ from: 1, spentBefore: 0, spent: 0 },
};

/**
 * The next winners of a ranking, until nobody wins any more (`done`). Those ranked equal, of one
 * place on, win together what their places say, as far as the budget goes; they share it evenly, the
 * remainder one point each in the order of the list. So nobody wins less than who is placed worse.
 */
export function award(
  terms: AwardTerms,
  rows: readonly Ranked[],
  before: Progress,
): { readonly winners: Winner[]; readonly progress: Progress; readonly done: boolean } {
  const { budget } = terms.prizes;
  const winners: Winner[] = [];
  let { place, rank, score, from, spentBefore, spent } = before;
  for (const { equals, ...row } of rows) {
    const next = place + 1;
    const isEqual = place > 0 && tied(terms, score, row.score);
    if (!isEqual) [from, spentBefore] = [next, spent];
    const size = isAlone(terms) ? 1 : equals;
    const together = groupPrize(terms.prizes, from, size, budget - spentBefore);
    const points = shareOf(together, size, next - from);
    if (points === 0) {
      return { winners, progress: { place, rank, score, from, spentBefore, spent }, done: true };
    }
    rank = rankOf(terms, { rank, score }, row.score, next);
    [place, score, spent] = [next, row.score, spent + points];
    winners.push({ place, rank, points, ...row });
  }
  return { winners, progress: { place, rank, score, from, spentBefore, spent }, done: false };
}

/** Whether prizes know no equals: by the order of the list, or of reaching the target. */
export const isAlone = ({ prizes, goal, rankMode }: AwardTerms): boolean =>
  goal === 'FIRST_TO_TARGET' ||
  (goal === 'RANKING' && (prizes.ties === 'FIRST' || rankMode === 'UNIQUE'));

const tied = (terms: AwardTerms, a: number, b: number) =>
  !isAlone(terms) && (terms.goal === 'EVERYONE_AT_TARGET' || a === b);

/** The rank that is shown; prizes go by places. */
function rankOf(
  { goal, rankMode }: AwardTerms,
  last: { readonly rank: number; readonly score: number },
  score: number,
  place: number,
): number {
  if (goal === 'EVERYONE_AT_TARGET') return 1;
  if (goal === 'FIRST_TO_TARGET' || rankMode === 'UNIQUE') return place;
  if (score === last.score) return last.rank;
  return rankMode === 'DENSE' ? last.rank + 1 : place;
}

/** What `size` of them, ranked equal from a place on, win together; at most what is left. */
function groupPrize({ bands, ties, each }: Prizes, from: number, size: number, left: number) {
  const wanted =
    each !== null
      ? BigInt(each) * BigInt(size)
      : ties === 'ALL'
        ? BigInt(size) * worth(bands, from, from)
        : worth(bands, from, from + size - 1);
  return Number(wanted < BigInt(left) ? wanted : BigInt(left));
}

/** What places win, the first and the last included. */
const worth = (bands: readonly PrizeBand[], first: number, last: number): bigint =>
  bands.reduce((sum, { from, to, points }) => {
    const places = Math.min(to, last) - Math.max(from, first) + 1;
    return places <= 0 ? sum : sum + BigInt(places) * BigInt(points);
  }, 0n);

/** An even share of a whole; who comes first has one more until all of it is given. */
export const shareOf = (whole: number, size: number, index: number): number =>
  Math.floor(whole / size) + (index < whole % size ? 1 : 0);
