/** How a team's prize is split among its members: exactly (S85). Pure. */
import type { TeamPrizeSplit } from '../generated/prisma/enums.ts';
import { shareOf } from './awards.ts';

/** A member of a team at the end, in the order of joining it. */
export type TeamMember = {
  readonly memberId: number;
  /** Of their own standing; what is not above 0 contributes nothing. */
  readonly score: number;
  readonly isCaptain: boolean;
};

export type Part = { readonly memberId: number; readonly points: number };

/**
 * Splits a prize; whoever gets nothing is left out. EQUAL: evenly, the remainder one point each to
 * those who joined first. BY_CONTRIBUTION: by scores, the remainder one point each to the largest
 * fractions, of equal ones to who joined first; when nobody has a score, EQUAL. CAPTAIN: all of it
 * (if that one is gone, to who joined first).
 */
export function splitPrize(
  points: number,
  split: TeamPrizeSplit,
  members: readonly TeamMember[],
): Part[] {
  return partsOf(points, split, members).filter((part) => part.points > 0);
}

function partsOf(points: number, split: TeamPrizeSplit, members: readonly TeamMember[]): Part[] {
  if (split === 'CAPTAIN') {
    const captain = members.find(({ isCaptain }) => isCaptain) ?? members[0];
    return captain === undefined ? [] : [{ memberId: captain.memberId, points }];
  }
  const scorers = members.filter(({ score }) => score > 0);
  if (split === 'BY_CONTRIBUTION' && scorers.length > 0) return byScore(points, scorers);
  return members.map(({ memberId }, index) => ({
    ...{ memberId, points: shareOf(points, members.length, index) },
  }));
}

function byScore(points: number, scorers: readonly TeamMember[]): Part[] {
  const whole = scorers.reduce((sum, { score }) => sum + BigInt(score), 0n);
  const exact = scorers.map(({ score }) => BigInt(points) * BigInt(score));
  const floors = exact.map((part) => Number(part / whole));
  const rest = points - floors.reduce((sum, part) => sum + part, 0);
  const largest = exact
    .map((part, index) => ({ fraction: part % whole, index }))
    .sort((a, b) => Number(b.fraction > a.fraction) - Number(b.fraction < a.fraction))
    .slice(0, rest); // A stable sort: of equal fractions those who joined first.
  const more = new Set(largest.map(({ index }) => index));
  return scorers.map(({ memberId }, index) => ({
    ...{ memberId, points: (floors[index] ?? 0) + (more.has(index) ? 1 : 0) },
  }));
}
