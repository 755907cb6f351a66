import { z } from 'zod';
import { idempotencyKey, memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { MemberState } from '../engine/rows.ts';
import { requireMember } from './member-steps.ts';
import { MemberNotFound } from './members.refusals.ts';
import { type Choices, choicesInput, profileInput } from './profile.ts';

const input = z.object({ member: memberRef, ...profileInput, ...choicesInput, idempotencyKey });
const ownInput = z.object({ member: memberRef, ...choicesInput, idempotencyKey });

export type UpdateMemberInput = z.infer<typeof input>;
export type UpdateProfileInput = z.infer<typeof ownInput>;
export type UpdateMemberOutcome = { readonly memberId: number; readonly position: number };

export const updateMemberRefusals = [MemberNotFound];

/** Changes what the program knows of a member; what is left out stays. */
export const updateMember: Operation<UpdateMemberInput, UpdateMemberOutcome> = {
  name: 'updateMember',
  input,
  touches: ({ member }) => ({ member }),
  decide(facts, { displayName, birthday, tags, ...choices }, now) {
    const member = requireMember(facts);
    const chosen = { displayName: displayName ?? member.displayName, ...chosenBy(member, choices) };
    const payload = toldOf(member, chosen);
    facts.changes.update('profiles', member, {
      birthday: birthday === undefined ? member.birthday : birthday,
      tags: tags ?? member.tags,
      ...chosen,
    });
    const position = facts.emit(member, 'member.updated', now, payload);
    return { memberId: member.memberId, position };
  },
};

/** Changes what members may choose themselves. */
export const updateProfile: Operation<UpdateProfileInput, UpdateMemberOutcome> = {
  name: 'updateProfile',
  input: ownInput,
  touches: ({ member }) => ({ member }),
  decide(facts, choices, now) {
    const member = requireMember(facts);
    const chosen = chosenBy(member, choices);
    const payload = toldOf(member, chosen);
    facts.changes.update('profiles', member, chosen);
    const position = facts.emit(member, 'member.updated', now, payload);
    return { memberId: member.memberId, position };
  },
};

type Chosen = Pick<MemberState, keyof Choices>;

const chosenBy = (
  member: MemberState,
  { nickname, avatarUrl, leaderboardOptOut }: Choices,
): Chosen => ({
  nickname: nickname === undefined ? member.nickname : nickname,
  avatarUrl: avatarUrl === undefined ? member.avatarUrl : avatarUrl,
  leaderboardOptOut: leaderboardOptOut ?? member.leaderboardOptOut,
});

/** What changed is not repeated in the log: it is personal. Boards are told to look (S74). */
function toldOf(member: MemberState, chosen: Chosen & { readonly displayName?: string }) {
  const { leaderboardOptOut, nickname, avatarUrl, displayName = member.displayName } = chosen;
  const looksOther =
    nickname !== member.nickname ||
    avatarUrl !== member.avatarUrl ||
    displayName !== member.displayName;
  return {
    ...(leaderboardOptOut !== member.leaderboardOptOut && { leaderboardOptOut }),
    ...(looksOther && { looksOther }),
  };
}
