import { z } from 'zod';
import type { ChallengeRow, ParticipantRow } from '../engine/challenge-rows.ts';
import type { Facts } from '../engine/facts.ts';
import { idempotencyKey, memberRef, positivePoints, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { MemberState } from '../engine/rows.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { instantText } from '../platform/calendar.ts';
import { summarise } from '../points/ledger.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import { boardKey } from './challenge-rows.ts';
import {
  ChallengeCancelled,
  ChallengeHasBegun,
  ChallengeNotFound,
  ChallengeOver,
  NotCaptain,
  NotInChallenge,
} from './challenges.refusals.ts';
import {
  type ChallengeOutcome,
  endPart,
  giveBackFee,
  requireOpen,
  requireParticipant,
  unchanged,
} from './roster.ts';

const input = z.object({ member: memberRef, challengeId: positivePoints, idempotencyKey });
const removeInput = input.extend({
  /** The member who asks; null: an API key does, which may remove anybody. */
  by: positivePoints.nullable(),
});
const disqualifyInput = input.extend({ reason: shortText });

export type LeaveChallengeInput = z.infer<typeof input>;
export type RemoveFromTeamInput = z.infer<typeof removeInput>;
export type DisqualifyInput = z.infer<typeof disqualifyInput>;

const refusals = [MemberNotFound, ChallengeNotFound, ChallengeCancelled, ChallengeOver];
export const leaveChallengeRefusals = [...refusals, NotInChallenge, BalanceOutOfRange];
export const removeFromTeamRefusals = [
  ...refusals,
  ChallengeHasBegun,
  NotInChallenge,
  NotCaptain,
  BalanceOutOfRange,
];
export const disqualifyParticipantRefusals = [...refusals, NotInChallenge];

const touches = ({ member, challengeId }: LeaveChallengeInput) => ({
  member,
  lots: true,
  challenge: { id: challengeId, changes: 'ROSTER' as const, refunds: true },
});

/**
 * Takes a member out. Before the start the place is free again and the fee comes back; afterwards
 * nothing does: the member is listed no more, and a team keeps what they brought it (S84).
 */
export const leaveChallenge: Operation<LeaveChallengeInput, ChallengeOutcome> = {
  name: 'leaveChallenge',
  input,
  touches,
  decide(facts) {
    const { member, challenge } = requireOpen(facts);
    if (facts.challenges.participant?.state === 'LEFT') return unchanged(member, challenge);
    const participant = requireParticipant(facts);
    if (challenge.endsAt <= facts.now) throw new ChallengeOver(challenge.endsAt);
    return leave(facts, member, challenge, participant);
  },
};

/** Takes a member out of a team before the start, as leaving would: the captain does. */
export const removeFromTeam: Operation<RemoveFromTeamInput, ChallengeOutcome> = {
  name: 'removeFromTeam',
  input: removeInput,
  touches,
  decide(facts, { by }) {
    const { member, challenge } = requireOpen(facts);
    const participant = requireParticipant(facts);
    const team = facts.challenges.teamOf(participant);
    if (team === undefined) throw new NotInChallenge();
    if (by !== null && team.captainId !== by) throw new NotCaptain();
    if (challenge.startsAt <= facts.now) throw new ChallengeHasBegun(challenge.startsAt);
    return leave(facts, member, challenge, participant);
  },
};

function leave(
  facts: Facts,
  member: MemberState,
  challenge: ChallengeRow,
  participant: ParticipantRow,
): ChallengeOutcome {
  const { now } = facts;
  const { joinedAt, teamId } = participant;
  const isEarly = challenge.startsAt > now;
  const entries = isEarly ? giveBackFee(facts, member, challenge, participant) : [];
  endPart(facts, challenge, participant, { state: 'LEFT' });
  const position = facts.emit(member, 'challenge.left', now, {
    challengeId: challenge.id,
    ...(teamId !== null && { teamId }),
    ...(entries.length > 0 && { entries: summarise(entries), orderedAt: instantText(joinedAt) }),
  });
  return { memberId: member.memberId, challengeId: challenge.id, position };
}

/**
 * Shuts a member out, with an audit row: listed no more, nothing of theirs counts, not for their team
 * either, and the fee stays paid. Who has left is, too: what they brought must not stay with a team.
 * Until the standings are final.
 */
export const disqualifyParticipant: Operation<DisqualifyInput, ChallengeOutcome> = {
  name: 'disqualifyParticipant',
  input: disqualifyInput,
  touches,
  decide(facts, { reason }) {
    const { now, caller } = facts;
    const { member, challenge } = requireOpen(facts);
    const { participant } = facts.challenges;
    if (participant?.state === 'DISQUALIFIED') return unchanged(member, challenge);
    if (participant === undefined) throw new NotInChallenge();
    const { teamId } = participant;
    const { memberId } = member;
    const state = 'DISQUALIFIED';
    if (participant.state === 'JOINED') endPart(facts, challenge, participant, { state, reason });
    else facts.changes.update('participants', participant, { state, reason, updatedAt: now });
    facts.changes.insert('audits', {
      programId: member.programId,
      actor: caller.actor,
      action: 'disqualifyParticipant',
      target: boardKey(challenge.id),
      before: null,
      after: { memberId, reason },
      at: now,
    });
    const position = facts.emit(member, 'challenge.disqualified', now, {
      challengeId: challenge.id,
      ...(teamId !== null && { teamId }),
    });
    return { memberId, challengeId: challenge.id, position };
  },
};

const refundInput = input.extend({ idempotencyKey: z.undefined().optional() });

/** Gives the entry fee of a cancelled challenge back, once: safe to run late or twice (S81). */
export const refundEntryFee: Operation<z.infer<typeof refundInput>, ChallengeOutcome> = {
  name: 'refundEntryFee',
  input: refundInput,
  touches,
  decide(facts) {
    const { member } = facts;
    const { challenge, participant } = facts.challenges;
    if (member === undefined || challenge === undefined) throw new ChallengeNotFound();
    const isDue = challenge.cancelledAt !== null && (participant?.feeSeq ?? null) !== null;
    if (!isDue || participant === undefined) return unchanged(member, challenge);
    const entries = giveBackFee(facts, member, challenge, participant);
    const position = facts.emit(member, 'challenge.refunded', facts.now, {
      challengeId: challenge.id,
      entries: summarise(entries),
      orderedAt: instantText(participant.joinedAt),
    });
    return { memberId: member.memberId, challengeId: challenge.id, position };
  },
};
