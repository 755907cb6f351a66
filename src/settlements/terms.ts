/** By what a season is settled: written down when it is frozen, and never changed (S69). */
import type {
  ChallengeGoal,
  ChallengeKind,
  LeaderboardMetric,
  RankMode,
  SettlementState,
  TeamPrizeSplit,
} from '../generated/prisma/enums.ts';
import type { Prizes } from './prizes.ts';

export type SettlementTerms = {
  /** Of the leaderboard, or of the challenge. */
  readonly title: string;
  /** Version of the settings of the leaderboard, or of the challenge. */
  readonly version: number;
  readonly metric: LeaderboardMetric;
  readonly rankMode: RankMode;
  /** When the season began, 1970-01-01 of one without beginning, and when it ended. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly prizes: Prizes;
  readonly kind: ChallengeKind;
  readonly goal: ChallengeGoal;
  /** The score that reached the goal; null: of a RANKING. */
  readonly target: number | null;
  /** Null: members win for themselves. */
  readonly teamPrizeSplit: TeamPrizeSplit | null;
};

/** How far the settlement of a season has come. */
export type SettlementRow = {
  readonly id: number;
  readonly programId: number;
  readonly seasonId: number;
  readonly challengeId: number | null;
  readonly state: SettlementState;
  readonly terms: SettlementTerms;
  readonly startedAt: Date;
  readonly publishedAt: Date | null;
  readonly ranked: number;
  readonly planned: number;
  readonly paid: number;
};
