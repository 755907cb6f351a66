import { z } from 'zod';
import { idempotencyKey, memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from './member-steps.ts';
import { MemberNotFound } from './members.refusals.ts';
import { profileInput } from './profile.ts';

const input = z.object({ member: memberRef, ...profileInput, idempotencyKey });

export type UpdateMemberInput = z.infer<typeof input>;
export type UpdateMemberOutcome = { readonly memberId: number; readonly position: number };

export const updateMemberRefusals = [MemberNotFound];

/** Changes what the program knows of a member; what is left out stays. */
export const updateMember: Operation<UpdateMemberInput, UpdateMemberOutcome> = {
  name: 'updateMember',
  input,
  touches: ({ member }) => ({ member }),
  decide(facts, { displayName, birthday, tags }, now) {
    const member = requireMember(facts);
    facts.changes.update('profiles', member, {
      displayName: displayName ?? member.displayName,
      birthday: birthday === undefined ? member.birthday : birthday,
      tags: tags ?? member.tags,
    });
    // What changed is not repeated in the log: it is personal.
    const position = facts.emit(member, 'member.updated', now, {});
    return { memberId: member.memberId, position };
  },
};
