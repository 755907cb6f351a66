import { z } from 'zod';
import { ActivityNotFound } from '../activities/activities.refusals.ts';
import { requireActivity } from '../activities/activity-steps.ts';
import { idempotencyKey, keyText, memberRef, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import { expireHolds } from '../holds/hold-steps.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { holdDueTiers, upgradeTier } from '../tiers/member-tier.ts';
import { settleDebts } from './ledger.ts';
import { isExpired } from './lots.ts';
import { NothingPending } from './points.refusals.ts';

const input = z.object({
  member: memberRef,
  type: keyText,
  reference: shortText,
  idempotencyKey,
});

export type ConfirmPointsInput = z.infer<typeof input>;
export type ConfirmPointsOutcome = {
  readonly memberId: number;
  readonly points: number;
  /** How many of what can be spent repaid what was owed. */
  readonly debtRepaid?: number;
  readonly position: number;
};

export const confirmPointsRefusals = [MemberNotFound, ActivityNotFound, NothingPending];

/** Makes active what an activity earned and what waits for a confirmation (S27). */
export const confirmPoints: Operation<ConfirmPointsInput, ConfirmPointsOutcome> = {
  name: 'confirmPoints',
  input,
  touches: ({ member, type, reference }) => ({
    member,
    lots: true,
    activity: { type, reference },
    origin: { activity: { type, reference } },
    earnsBy: null,
  }),
  decide(facts, { type, reference }, now) {
    const member = requireMember(facts);
    requireActivity(facts, member);
    const waiting = facts.origins(member).filter(({ lot }) => {
      return lot.activatesAt === null && lot.remaining > 0 && !isExpired(lot, now);
    });
    if (waiting.length === 0) throw new NothingPending();
    const evaluated = holdDueTiers(facts, member);
    let points = 0;
    for (const { lot } of waiting) {
      facts.changes.update('lots', lot, { activatesAt: now });
      points += lot.remaining;
    }
    const open = facts.lots(member).filter(({ remaining }) => remaining > 0);
    const starts = open.map(({ activatesAt }) => activatesAt?.getTime());
    if (starts.every((start) => start !== undefined)) {
      // Nothing waits for a confirmation any more: what is left becomes active at known instants.
      const last = new Date(Math.max(now.getTime(), ...starts));
      facts.changes.update('members', member, { pendingUntil: last });
    }
    const owed = member.debt;
    expireHolds(facts, member);
    settleDebts(facts, member);
    const debtRepaid = owed - member.debt;
    const tier = upgradeTier(facts, member); // They may count only from now on.
    const told = { ...(evaluated.length > 0 && { evaluated }), ...(tier && { tier }) };
    const repaid = debtRepaid > 0 ? { debtRepaid } : {};
    const payload = { activity: type, reference, points, ...repaid, ...told };
    const position = facts.emit(member, 'points.confirmed', now, payload);
    return { memberId: member.memberId, points, debtRepaid, position };
  },
};
