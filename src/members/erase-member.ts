import { z } from 'zod';
import { idempotencyKey, memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { requireMember } from './member-steps.ts';
import { MemberNotFound } from './members.refusals.ts';
import { ERASED_PREFIX } from './profile.ts';

const input = z.object({ member: memberRef, idempotencyKey });

export type EraseMemberInput = z.infer<typeof input>;
export type EraseMemberOutcome = { readonly memberId: number; readonly position: number };

export const eraseMemberRefusals = [MemberNotFound];

/**
 * Forgets who a member is (S44): the external id, the name, the birthday and the tags. The ledger,
 * and with it every total, stays as it is. What callers wrote elsewhere is removed by a job. Whoever
 * was erased already stays so.
 */
export const eraseMember: Operation<EraseMemberInput, EraseMemberOutcome> = {
  name: 'eraseMember',
  input,
  touches: ({ member }) => ({ member }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const { memberId, programId, externalId } = member;
    const pseudonym = `${ERASED_PREFIX}${memberId}`;
    if (externalId === pseudonym) return { memberId, position: member.eventPosition };
    facts.changes.update('profiles', member, {
      externalId: pseudonym,
      displayName: 'Erased member',
      birthday: null,
      tags: [],
      nickname: null,
      avatarUrl: null,
    });
    const position = facts.emit(member, 'member.erased', now, { looksOther: true });
    const row = { memberId, programId, externalId, requestedAt: now, position };
    facts.changes.insert('erasures', row);
    return { memberId, position };
  },
};
