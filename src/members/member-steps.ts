import type { Facts } from '../engine/facts.ts';
import type { MemberState } from '../engine/rows.ts';
import { assert } from '../platform/assert.ts';
import { MemberNotFound } from './members.refusals.ts';

/** The member a command is about, or the refusal that there is none. */
export function requireMember(facts: Facts): MemberState {
  const { member } = facts;
  if (member === undefined) throw new MemberNotFound();
  return member;
}

type Profile = Pick<MemberState, 'displayName' | 'birthday' | 'tags'>;

/** Adds a member and their empty account to the working copy. */
export function addMember(facts: Facts, externalId: string, profile: Profile): MemberState {
  assert(facts.member === undefined, 'a member is added once');
  const member: MemberState = {
    memberId: facts.newMemberId(),
    programId: facts.program.id,
    externalId,
    enrolledAt: facts.now,
    version: 0,
    balance: 0,
    debt: 0,
    held: 0,
    lifetimeEarned: 0,
    entrySeq: 0,
    headHash: null,
    nextExpiryAt: null,
    pendingUntil: null,
    streakCurrent: 0,
    streakLongest: 0,
    streakTotalDays: 0,
    streakWeekDays: 0,
    streakMonthDays: 0,
    lastCheckInDate: null,
    counters: null,
    tierKey: null,
    tierSince: null,
    tierEvaluatesAt: null,
    tierVersion: null,
    eventPosition: 0,
    nickname: null,
    avatarUrl: null,
    leaderboardOptOut: false,
    ...profile,
  };
  facts.addMember(member);
  return member;
}
