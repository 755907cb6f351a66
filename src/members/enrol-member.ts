import { z } from 'zod';
import { externalId, idempotencyKey, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { addMember } from './member-steps.ts';
import { MemberAlreadyEnrolled } from './members.refusals.ts';

const input = z.object({
  externalId,
  /** Shown on boards; the external id when absent. */
  displayName: shortText.optional(),
  idempotencyKey,
});

export type EnrolMemberInput = z.infer<typeof input>;
export type EnrolMemberOutcome = { readonly memberId: number; readonly position: number };

export const enrolMemberRefusals = [MemberAlreadyEnrolled];

/** Makes somebody a member of the program, with an empty account. */
export const enrolMember: Operation<EnrolMemberInput, EnrolMemberOutcome> = {
  name: 'enrolMember',
  input,
  touches: ({ externalId }) => ({ member: { externalId }, enrols: true }),
  decide(facts, { externalId, displayName = externalId }, now) {
    if (facts.member !== undefined) throw new MemberAlreadyEnrolled(facts.member.memberId);
    const member = addMember(facts, externalId, displayName);
    const position = facts.emit(member, 'member.enrolled', now, { entries: [] });
    return { memberId: member.memberId, position };
  },
};
