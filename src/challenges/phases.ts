/** Where a challenge stands: derived from the clock and from what is stored. Pure. */
import { earlier } from '../platform/calendar.ts';

/** In their order: with the settings as they are, a challenge goes forward only. */
export const phases = [
  ...(['SCHEDULED', 'JOINING', 'READY', 'ACTIVE'] as const),
  ...(['CLOSING', 'FROZEN', 'SETTLED', 'CANCELLED'] as const),
] as const;
export type ChallengePhase = (typeof phases)[number];

/** What of a challenge decides its phase. */
export type PhaseFacts = {
  readonly joinFrom: Date;
  readonly joinUntil: Date;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly frozenAt: Date | null;
  readonly settledAt: Date | null;
  readonly cancelledAt: Date | null;
};

export function phaseOf(challenge: PhaseFacts, now: Date): ChallengePhase {
  if (challenge.cancelledAt !== null) return 'CANCELLED';
  if (challenge.settledAt !== null) return 'SETTLED';
  if (challenge.frozenAt !== null) return 'FROZEN';
  if (now >= challenge.endsAt) return 'CLOSING';
  if (now >= challenge.startsAt) return 'ACTIVE';
  if (now < challenge.joinFrom) return 'SCHEDULED';
  return now < challenge.joinUntil ? 'JOINING' : 'READY';
}

/** Whether somebody could join now, for all that is known without them. */
export function isJoinable(
  challenge: PhaseFacts & {
    readonly kind: 'INDIVIDUAL' | 'TEAM';
    readonly capacity: number | null;
    readonly participants: number;
  },
  now: Date,
): boolean {
  const { joinFrom, joinUntil, endsAt, cancelledAt, frozenAt } = challenge;
  if (cancelledAt !== null || frozenAt !== null) return false;
  if (now < joinFrom || now >= joinUntil || now >= endsAt) return false;
  const { kind, capacity, participants } = challenge;
  // When no more teams fit in, those that are there may still have room.
  return kind === 'TEAM' || capacity === null || participants < capacity;
}

/**
 * When to look where it stands, or whether it can be joined, though nobody tells of a change: when
 * time brings one, and from the end on, at any time until it is settled. Null: never again.
 */
export function nextPhaseAt(challenge: PhaseFacts, now: Date): Date | null {
  if (challenge.cancelledAt !== null || challenge.settledAt !== null) return null;
  const { joinFrom, joinUntil, startsAt, endsAt } = challenge;
  const ahead = [joinFrom, joinUntil, startsAt, endsAt].filter((at) => at > now);
  return ahead.reduce(earlier, ahead[0] ?? now);
}
