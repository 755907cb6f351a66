import { z } from 'zod';
import { type EarnedWithTier, earn, toldOf } from '../earning/earn.ts';
import { externalId, idempotencyKey } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { BalanceOutOfRange } from '../points/points.refusals.ts';
import { factTime } from '../programs/fact-time.ts';
import { addMember } from './member-steps.ts';
import { MemberAlreadyEnrolled } from './members.refusals.ts';
import { ERASED_PREFIX, profileInput } from './profile.ts';

const input = z.object({
  externalId: externalId.refine((id) => !id.startsWith(ERASED_PREFIX), {
    message: `must not begin with ${ERASED_PREFIX}`,
  }),
  ...profileInput,
  idempotencyKey,
});

export type EnrolMemberInput = z.infer<typeof input>;
export type EnrolMemberOutcome = EarnedWithTier & {
  readonly memberId: number;
  readonly position: number;
};

export const enrolMemberRefusals = [MemberAlreadyEnrolled, BalanceOutOfRange];

/**
 * Makes somebody a member of the program, with an empty account, and pays what rules pay
 * newcomers. Without a display name the external id is shown.
 */
export const enrolMember: Operation<EnrolMemberInput, EnrolMemberOutcome> = {
  name: 'enrolMember',
  input,
  touches: ({ externalId }) => ({ member: { externalId }, enrols: true, earnsBy: 'ENROLMENT' }),
  decide(facts, { externalId, displayName = externalId, birthday = null, tags = [] }, now) {
    if (facts.member !== undefined) throw new MemberAlreadyEnrolled(facts.member.memberId);
    const member = addMember(facts, externalId, { displayName, birthday, tags });
    const fact = {
      trigger: { on: 'ENROLMENT' as const },
      time: factTime(facts.program, now),
      numbers: {},
      attributes: {},
    };
    const source = { sourceType: 'ENROLMENT' as const, sourceId: String(member.memberId) };
    const paid = earn(facts, member, fact, { source, explanation: {} });
    const position = facts.emit(member, 'member.enrolled', now, toldOf(paid));
    return { memberId: member.memberId, position, ...paid };
  },
};
