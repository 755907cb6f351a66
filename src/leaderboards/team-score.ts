/** What the scores of its members make for a team (S83). Pure. */
import type { TeamScoring } from '../generated/prisma/enums.ts';
import { limits } from '../limits.ts';

export type TeamScored = {
  readonly scoring: TeamScoring;
  /** Of TOP_N. */
  readonly top: number | null;
  /** Of CAPPED_SUM. */
  readonly memberCap: number | null;
  /** Members it had when play began. */
  readonly roster: number;
};

const sum = (scores: readonly number[]) => scores.reduce((all, score) => all + score, 0);
const within = (score: number) => Math.max(-limits.pointsMax, Math.min(limits.pointsMax, score));

/** The score of a team; null: none of its members has one. */
export function teamScore(
  { scoring, top, memberCap, roster }: TeamScored,
  scores: readonly number[],
): number | null {
  if (scores.length === 0) return null;
  switch (scoring) {
    case 'SUM':
      return within(sum(scores));
    case 'AVERAGE':
      return within(Math.floor(sum(scores) / Math.max(1, roster)));
    case 'TOP_N':
      return within(sum([...scores].sort((a, b) => b - a).slice(0, top ?? 0)));
    case 'CAPPED_SUM':
      return within(sum(scores.map((score) => Math.min(score, memberCap ?? score))));
  }
}
