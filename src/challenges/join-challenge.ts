import { z } from 'zod';
import { isFor } from '../earning/audience.ts';
import type { ChallengeRow, ParticipantRow, TeamRow } from '../engine/challenge-rows.ts';
import type { Facts } from '../engine/facts.ts';
import { idempotencyKey, memberRef, positivePoints, teamName } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { MemberState } from '../engine/rows.ts';
import { limits } from '../limits.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { assert } from '../platform/assert.ts';
import { later } from '../platform/calendar.ts';
import { InputError } from '../platform/refusal.ts';
import { summarise } from '../points/ledger.ts';
import { InsufficientPoints } from '../points/points.refusals.ts';
import { factTime } from '../programs/fact-time.ts';
import { effectiveTierKey, holdDueTiers } from '../tiers/member-tier.ts';
import {
  ChallengeCancelled,
  ChallengeFull,
  ChallengeNotForMember,
  ChallengeNotFound,
  ChallengeNotJoinable,
  ChallengeOver,
  InOtherTeam,
  ParticipationEnded,
  TeamFull,
  TeamNameTaken,
  TeamNotFound,
} from './challenges.refusals.ts';
import { type ChallengeOutcome, nextInstant, requireOpen, takeFee, unchanged } from './roster.ts';

const input = z.object({
  member: memberRef,
  challengeId: positivePoints,
  /** Of a TEAM challenge: a new team, or one whose invite code is known. */
  team: z
    .union([
      z.strictObject({ create: z.object({ name: teamName }) }),
      z.strictObject({ inviteCode: z.string().max(limits.inviteCodeCharactersMax) }),
    ])
    .optional(),
  idempotencyKey,
});

export type JoinChallengeInput = z.infer<typeof input>;
export type JoinChallengeOutcome = ChallengeOutcome & { readonly alreadyJoined: boolean };

export const joinChallengeRefusals = [
  MemberNotFound,
  ChallengeNotFound,
  ChallengeCancelled,
  ChallengeOver,
  ChallengeNotJoinable,
  ChallengeNotForMember,
  ChallengeFull,
  ParticipationEnded,
  TeamNotFound,
  TeamFull,
  TeamNameTaken,
  InOtherTeam,
  InsufficientPoints,
];

/** A code as somebody typed it: letters may be small, and stand in groups. */
const typed = (code: string) => code.replaceAll(/[\s-]/g, '').toUpperCase();

/**
 * Lets a member take part: the time, the audience, the room left and the entry fee are judged in one
 * transaction, behind the challenge's lock (S76). Who takes part already is told so, and pays nothing.
 */
export const joinChallenge: Operation<JoinChallengeInput, JoinChallengeOutcome> = {
  name: 'joinChallenge',
  input,
  touches: ({ member, challengeId, team }) => ({
    member,
    lots: true,
    earnsBy: null, // It earns nothing, but who may join follows the tier of now.
    challenge: {
      id: challengeId,
      changes: 'ROSTER',
      refunds: false,
      ...(team !== undefined && 'create' in team && { teamName: team.create.name }),
      ...(team !== undefined && 'inviteCode' in team && { inviteCode: typed(team.inviteCode) }),
    },
  }),
  decide(facts, { team: wanted }, now) {
    const { member, challenge } = requireOpen(facts);
    const known = facts.challenges.participant;
    checkWanted(challenge, wanted);
    if (known?.state === 'JOINED') {
      const own = facts.challenges.teamOf(known);
      if (wanted !== undefined && !isMeant(own, wanted)) throw new InOtherTeam();
      return { ...unchanged(member, challenge), alreadyJoined: true };
    }
    judge(facts, member, challenge, known);
    const evaluated = holdDueTiers(facts, member);
    requireAudience(facts, member, challenge);
    const joins = (known?.joins ?? 0) + 1;
    const team = wanted && findTeam(facts, challenge, wanted);
    if (team === undefined) requireRoom(challenge);
    const entry = takeFee(facts, member, challenge, joins);
    const teamId =
      wanted === undefined ? null : (team?.id ?? makeTeam(facts, member, challenge, wanted));
    if (team !== undefined) facts.changes.update('teams', team, { size: team.size + 1 });
    facts.changes.update('challenges', challenge, { participants: challenge.participants + 1 });
    putPart(facts, member, challenge, known, {
      ...{ teamId, joins, state: 'JOINED', reason: null },
      ...{ joinedAt: now, countsUntil: null, updatedAt: now },
      countsFrom: later(challenge.startsAt, nextInstant(now)),
      ...{ fee: entry === undefined ? 0 : challenge.entryFee, feeSeq: entry?.seq ?? null },
    });
    const position = facts.emit(member, 'challenge.joined', now, {
      challengeId: challenge.id,
      ...(teamId !== null && { teamId }),
      ...(entry !== undefined && { entries: summarise([entry]) }),
      ...(evaluated.length > 0 && { evaluated }),
    });
    const { memberId } = member;
    return { memberId, challengeId: challenge.id, position, alreadyJoined: false };
  },
};

type Wanted = NonNullable<JoinChallengeInput['team']>;

const isMeant = (team: TeamRow | undefined, wanted: Wanted) =>
  'create' in wanted
    ? team?.name === wanted.create.name
    : team?.inviteCode === typed(wanted.inviteCode);

/** A team goes with challenges for teams, and only with those. */
function checkWanted({ kind }: ChallengeRow, wanted: Wanted | undefined): void {
  if (kind === 'TEAM' && wanted === undefined) {
    throw new InputError('team', 'is required: the challenge is for teams');
  }
  if (kind === 'INDIVIDUAL' && wanted !== undefined) {
    throw new InputError('team', 'leave it out: the challenge is not for teams');
  }
}

/** Refuses who comes too early, too late, or back after the start. */
function judge(
  { now }: Facts,
  _member: MemberState,
  challenge: ChallengeRow,
  known: ParticipantRow | undefined,
): void {
  const { joinFrom, joinUntil, endsAt } = challenge;
  if (endsAt <= now) throw new ChallengeOver(endsAt);
  const { state = 'LEFT', countsFrom, countsUntil = null } = known ?? {};
  const hasPlayed = countsFrom !== undefined && countsUntil !== null && countsUntil > countsFrom;
  if (state === 'DISQUALIFIED' || hasPlayed) throw new ParticipationEnded(state);
  if (now < joinFrom || now >= joinUntil) throw new ChallengeNotJoinable(challenge);
}

function requireAudience(facts: Facts, member: MemberState, { audience }: ChallengeRow): void {
  const tierKey = effectiveTierKey(facts, member.tierKey, facts.now);
  const fact = { tierKey, time: factTime(facts.program, facts.now) };
  if (!isFor(audience ?? undefined, member, fact)) throw new ChallengeNotForMember();
}

/** Room for one more participant, or team. */
function requireRoom({ kind, capacity, participants, teams }: ChallengeRow): void {
  const taken = kind === 'TEAM' ? teams : participants;
  if (capacity !== null && taken >= capacity) throw new ChallengeFull(capacity);
}

/** The team that an invite code is of; undefined when one is to be made. */
function findTeam(facts: Facts, { teamSizeMax }: ChallengeRow, wanted: Wanted) {
  if ('create' in wanted) {
    if (facts.challenges.teamBy({ name: wanted.create.name })) throw new TeamNameTaken();
    return undefined;
  }
  const team = facts.challenges.teamBy({ inviteCode: typed(wanted.inviteCode) });
  if (team === undefined || team.disbandedAt !== null) throw new TeamNotFound();
  if (teamSizeMax !== null && team.size >= teamSizeMax) throw new TeamFull(teamSizeMax);
  return team;
}

/** Makes a team of the member alone, who is its captain. */
function makeTeam(
  facts: Facts,
  { memberId }: MemberState,
  challenge: ChallengeRow,
  wanted: Wanted,
): number {
  assert('create' in wanted, 'a team that is joined is there');
  const { id: challengeId, programId, teams } = challenge;
  const id = facts.challenges.newTeamId();
  facts.challenges.addTeam({
    ...{ id, challengeId, programId, name: wanted.create.name, captainId: memberId },
    ...{ inviteCode: facts.challenges.newInviteCode(), size: 1 },
    ...{ createdAt: facts.now, disbandedAt: null },
  });
  facts.changes.update('challenges', challenge, { teams: teams + 1 });
  return id;
}

/** Writes the member's part; who comes back takes up the row of before. */
function putPart(
  facts: Facts,
  { memberId }: MemberState,
  { id: challengeId, programId }: ChallengeRow,
  known: ParticipantRow | undefined,
  part: Omit<ParticipantRow, 'challengeId' | 'memberId' | 'programId' | 'attempts'>,
): void {
  if (known !== undefined) facts.changes.update('participants', known, part);
  else {
    facts.challenges.addParticipant({ challengeId, memberId, programId, attempts: 0, ...part });
  }
}
