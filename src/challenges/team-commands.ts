/** What the captain of a team does besides playing. */
import { z } from 'zod';
import type { Facts } from '../engine/facts.ts';
import { idempotencyKey, memberRef, positivePoints } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import {
  ChallengeCancelled,
  ChallengeNotFound,
  ChallengeOver,
  NotCaptain,
  NotInChallenge,
} from './challenges.refusals.ts';
import { type ChallengeOutcome, requireOpen, requireParticipant, unchanged } from './roster.ts';

const input = z.object({ member: memberRef, challengeId: positivePoints, idempotencyKey });
const transferInput = input.extend({ to: positivePoints });

export type RenewInviteCodeInput = z.infer<typeof input>;
export type TransferCaptainInput = z.infer<typeof transferInput>;

export const renewInviteCodeRefusals = [
  ...[MemberNotFound, ChallengeNotFound, ChallengeCancelled, ChallengeOver],
  ...[NotInChallenge, NotCaptain],
];
export const transferCaptainRefusals = renewInviteCodeRefusals;

/** The captain a command is of, with their team. */
function requireCaptain(facts: Facts) {
  const { member, challenge } = requireOpen(facts);
  const team = facts.challenges.teamOf(requireParticipant(facts));
  if (team === undefined) throw new NotInChallenge();
  if (team.captainId !== member.memberId) throw new NotCaptain();
  return { member, challenge, team };
}

/** Makes another member of the team its captain. */
export const transferCaptain: Operation<TransferCaptainInput, ChallengeOutcome> = {
  name: 'transferCaptain',
  input: transferInput,
  touches: ({ member, challengeId }) => ({
    member,
    challenge: { id: challengeId, changes: 'ROSTER' },
  }),
  decide(facts, { to }, now) {
    const { member, challenge, team } = requireCaptain(facts);
    if (to === team.captainId) return unchanged(member, challenge);
    const isIn = facts.challenges.roster(team).some(({ memberId }) => memberId === to);
    if (!isIn) throw new NotInChallenge();
    facts.changes.update('teams', team, { captainId: to });
    const { memberId } = member;
    const told = { challengeId: challenge.id, teamId: team.id, captainId: to };
    const position = facts.emit(member, 'challenge.captainChanged', now, told);
    return { memberId, challengeId: challenge.id, position };
  },
};

/** Gives the team another invite code: the old one is nobody's. */
export const renewInviteCode: Operation<RenewInviteCodeInput, ChallengeOutcome> = {
  name: 'renewInviteCode',
  input,
  touches: ({ member, challengeId }) => ({
    member,
    challenge: { id: challengeId, changes: 'ROSTER', renewsCode: true },
  }),
  decide(facts, _input, now) {
    const { member, challenge, team } = requireCaptain(facts);
    facts.changes.update('teams', team, { inviteCode: facts.challenges.newInviteCode() });
    const { memberId } = member;
    const told = { challengeId: challenge.id, teamId: team.id };
    const position = facts.emit(member, 'challenge.inviteCodeRenewed', now, told);
    return { memberId, challengeId: challenge.id, position };
  },
};
