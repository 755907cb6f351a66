/** Steps on the working copy of who takes part in a challenge, each behind its lock. */
import type { ChallengeRow, ParticipantRow, TeamRow } from '../engine/challenge-rows.ts';
import type { Facts } from '../engine/facts.ts';
import type { EntryRow, MemberState } from '../engine/rows.ts';
import type { ParticipantState } from '../generated/prisma/enums.ts';
import { expireHolds } from '../holds/hold-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { assert } from '../platform/assert.ts';
import { later } from '../platform/calendar.ts';
import { debitPoints } from '../points/ledger.ts';
import { refundPoints, toGiveBack } from '../points/refund.ts';
import { factTime } from '../programs/fact-time.ts';
import {
  ChallengeCancelled,
  ChallengeNotFound,
  ChallengeOver,
  NotInChallenge,
} from './challenges.refusals.ts';

/** What every command about a challenge answers. */
export type ChallengeOutcome = {
  readonly memberId: number;
  readonly challengeId: number;
  readonly position: number;
};

/** The member and the challenge of a command, which is under way or ahead; or why there is none. */
export function requireOpen(facts: Facts) {
  const { member } = facts;
  const { challenge } = facts.challenges;
  if (member === undefined) throw new MemberNotFound();
  if (challenge === undefined) throw new ChallengeNotFound();
  if (challenge.cancelledAt !== null) throw new ChallengeCancelled(challenge.cancelledAt);
  if (challenge.frozenAt !== null) throw new ChallengeOver(challenge.endsAt);
  return { member, challenge };
}

/** The part that the member of a command takes now. */
export function requireParticipant(facts: Facts): ParticipantRow {
  const { participant } = facts.challenges;
  if (participant?.state !== 'JOINED') throw new NotInChallenge();
  return participant;
}

/** What a command answers that finds nothing left to do. */
export const unchanged = (
  { memberId, eventPosition: position }: MemberState,
  { id: challengeId }: ChallengeRow,
): ChallengeOutcome => ({ memberId, challengeId, position });

/**
 * Facts of the present millisecond may have been counted, or passed, already: who comes or goes
 * now does so from the next one on.
 */
export const nextInstant = (now: Date) => new Date(now.getTime() + 1);

/** What lines of entry fees are about. */
const sourceOf = ({ id }: ChallengeRow, memberId: number) => ({
  sourceType: 'CHALLENGE' as const,
  sourceId: `${id}:${memberId}`,
  ruleVersion: null,
});

/** Takes the entry fee, once for each time of joining; undefined when there is none. */
export function takeFee(
  facts: Facts,
  member: MemberState,
  challenge: ChallengeRow,
  joins: number,
): EntryRow | undefined {
  const { id, entryFee, title } = challenge;
  if (entryFee === 0) return undefined;
  expireHolds(facts, member);
  return debitPoints(facts, member, 'SPEND', entryFee, factTime(facts.program, facts.now), {
    purpose: `FEE:${joins}`,
    explanation: { challenge: id, title },
    ...sourceOf(challenge, member.memberId),
  });
}

/** Gives the entry fee back to the lots that paid it, once (S35, S81); the lines that come of it. */
export function giveBackFee(
  facts: Facts,
  member: MemberState,
  challenge: ChallengeRow,
  participant: ParticipantRow,
): EntryRow[] {
  const { fee, feeSeq, joins } = participant;
  if (feeSeq === null) return [];
  const parts = toGiveBack(facts.challenges.spent(member, participant), 0, fee);
  expireHolds(facts, member);
  const { id, title } = challenge;
  const entries = refundPoints(facts, member, parts, {
    purpose: `REFUND:${joins}`,
    explanation: { of: feeSeq, challenge: id, title },
    ...sourceOf(challenge, member.memberId),
  });
  facts.changes.update('participants', participant, { fee: 0, feeSeq: null });
  return entries;
}

/**
 * Ends somebody's part in a challenge and frees the place. Before the start nothing of theirs
 * counts; afterwards what happened until now does, for the team they leave (S84).
 */
export function endPart(
  facts: Facts,
  challenge: ChallengeRow,
  participant: ParticipantRow,
  end: { readonly state: ParticipantState; readonly reason?: string },
): void {
  const { now, changes } = facts;
  const { countsFrom } = participant;
  const hasBegun = challenge.startsAt <= now;
  changes.update('participants', participant, {
    state: end.state,
    reason: end.reason ?? null,
    countsUntil: hasBegun ? later(countsFrom, nextInstant(now)) : countsFrom,
    updatedAt: now,
  });
  changes.update('challenges', challenge, { participants: challenge.participants - 1 });
  const team = facts.challenges.teamOf(participant);
  if (team !== undefined) leaveTeam(facts, challenge, team, participant);
}

/** The longest-standing member succeeds a captain; without its last member a team is no more. */
function leaveTeam(
  facts: Facts,
  challenge: ChallengeRow,
  team: TeamRow,
  { memberId }: ParticipantRow,
): void {
  const { changes, now } = facts;
  if (team.size === 1) {
    changes.update('teams', team, { size: 0, disbandedAt: now });
    changes.update('challenges', challenge, { teams: challenge.teams - 1 });
    return;
  }
  const [successor] = facts.challenges.roster(team).sort(byStanding);
  const isCaptain = team.captainId === memberId;
  assert(!isCaptain || successor !== undefined, 'a team’s size counts its members');
  const captainId = isCaptain ? successor?.memberId : team.captainId;
  changes.update('teams', team, { size: team.size - 1, ...(captainId && { captainId }) });
}

const byStanding = (a: ParticipantRow, b: ParticipantRow) =>
  a.joinedAt.getTime() - b.joinedAt.getTime() || a.memberId - b.memberId;
