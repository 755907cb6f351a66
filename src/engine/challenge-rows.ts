/** The rows of challenges that the engine holds and writes. */
import type {
  ChallengeKind,
  LeaderboardMetric,
  ParticipantState,
  TeamScoring,
} from '../generated/prisma/enums.ts';
import type { Audience } from '../rules/definition.ts';

/** A challenge as commands are judged by it. */
export type ChallengeRow = {
  readonly id: number;
  readonly programId: number;
  readonly kind: ChallengeKind;
  readonly metric: LeaderboardMetric;
  readonly title: string;
  /** Who may join (null: everybody). */
  readonly audience: Audience | null;
  /** Joining is open in [joinFrom, joinUntil). */
  readonly joinFrom: Date;
  readonly joinUntil: Date;
  /** It is played in [startsAt, endsAt). */
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly capacity: number | null;
  readonly entryFee: number;
  readonly attemptsMax: number | null;
  readonly teamSizeMax: number | null;
  readonly teamScoring: TeamScoring | null;
  readonly cancelledAt: Date | null;
  /** When its standings became final. */
  readonly frozenAt: Date | null;
  participants: number;
  teams: number;
};

export type TeamRow = {
  readonly id: number;
  readonly challengeId: number;
  readonly programId: number;
  readonly name: string;
  captainId: number;
  inviteCode: string;
  size: number;
  readonly createdAt: Date;
  disbandedAt: Date | null;
};

/** A member who has joined a challenge. */
export type ParticipantRow = {
  readonly challengeId: number;
  readonly memberId: number;
  readonly programId: number;
  teamId: number | null;
  state: ParticipantState;
  joinedAt: Date;
  /** Facts count that happened in [countsFrom, countsUntil). */
  countsFrom: Date;
  countsUntil: Date | null;
  joins: number;
  fee: number;
  feeSeq: number | null;
  attempts: number;
  reason: string | null;
  updatedAt: Date;
};

export type AttemptRow = {
  readonly challengeId: number;
  readonly memberId: number;
  readonly number: number;
  readonly score: number;
  readonly reference: string | null;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
};
