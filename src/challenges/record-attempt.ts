import { z } from 'zod';
import type { AttemptRow } from '../engine/challenge-rows.ts';
import {
  exact,
  idempotencyKey,
  instant,
  memberRef,
  positivePoints,
  shortText,
} from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { earlier } from '../platform/calendar.ts';
import { acceptOccurrence, OccurredInFuture, OccurredTooLongAgo } from '../programs/occurrence.ts';
import {
  AttemptOutsideTime,
  AttemptsNotCounted,
  AttemptsUsedUp,
  ChallengeCancelled,
  ChallengeNotFound,
  ChallengeOver,
  NotInChallenge,
} from './challenges.refusals.ts';
import { type ChallengeOutcome, requireOpen } from './roster.ts';

const input = z.object({
  member: memberRef,
  challengeId: positivePoints,
  score: exact,
  /** When it was made; the moment of recording when absent. */
  occurredAt: instant.optional(),
  /** The caller's name for it: a repeat changes nothing (S24). */
  reference: shortText.optional(),
  idempotencyKey,
});

export type RecordAttemptInput = z.infer<typeof input>;
export type RecordAttemptOutcome = ChallengeOutcome & {
  /** 1, 2, 3 … of the participant. */
  readonly number: number;
  readonly alreadyRecorded: boolean;
  /** Recorded before, with another score or time than this command says. */
  readonly differs: boolean;
};

export const recordAttemptRefusals = [
  ...[MemberNotFound, ChallengeNotFound, ChallengeCancelled, ChallengeOver, NotInChallenge],
  ...[AttemptsNotCounted, AttemptsUsedUp, AttemptOutsideTime, OccurredInFuture, OccurredTooLongAgo],
];

/** Records a score that a participant achieved while their attempts count (S77, S78). */
export const recordAttempt: Operation<RecordAttemptInput, RecordAttemptOutcome> = {
  name: 'recordAttempt',
  input,
  touches: ({ member, challengeId, reference }) => ({
    member,
    challenge: { id: challengeId, changes: 'ATTEMPTS', reference },
  }),
  decide(facts, given, now) {
    const { score, reference = null, occurredAt = now } = given;
    const { member, challenge } = requireOpen(facts);
    if (challenge.metric !== 'ATTEMPTS') throw new AttemptsNotCounted();
    const { participant, attempt } = facts.challenges;
    if (participant === undefined || participant.state === 'DISQUALIFIED') {
      throw new NotInChallenge();
    }
    const ids = { memberId: member.memberId, challengeId: challenge.id };
    if (attempt !== undefined) {
      const { number } = attempt;
      const known = { alreadyRecorded: true, differs: differs(attempt, given) };
      return { position: member.eventPosition, number, ...ids, ...known };
    }
    const at = acceptOccurrence(facts.program, occurredAt, now);
    const { countsFrom } = participant;
    const until = earlier(participant.countsUntil ?? challenge.endsAt, challenge.endsAt);
    if (at < countsFrom || at >= until) throw new AttemptOutsideTime(countsFrom, until);
    const { attemptsMax } = challenge;
    if (attemptsMax !== null && participant.attempts >= attemptsMax) {
      throw new AttemptsUsedUp(attemptsMax);
    }
    const number = participant.attempts + 1;
    facts.changes.update('participants', participant, { attempts: number, updatedAt: now });
    const row = { number, score, reference, occurredAt: at, recordedAt: now };
    facts.challenges.addAttempt({ ...row, ...ids });
    const told = { challengeId: challenge.id, number, score };
    const position = facts.emit(member, 'challenge.attempted', at, told);
    return { position, number, alreadyRecorded: false, differs: false, ...ids };
  },
};

/** Whether a repeat tells something else; what was dated ahead was judged as of its recording. */
function differs(known: AttemptRow, { score, occurredAt }: RecordAttemptInput): boolean {
  if (known.score !== score) return true;
  if (occurredAt === undefined) return false;
  return earlier(occurredAt, known.recordedAt).getTime() !== known.occurredAt.getTime();
}
