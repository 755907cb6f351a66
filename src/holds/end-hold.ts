import { z } from 'zod';
import type { Facts } from '../engine/facts.ts';
import { idempotencyKey, memberRef, positivePoints } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { HoldRow, MemberState } from '../engine/rows.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { appendEntry, settleDebts, summarise, takeFrom } from '../points/ledger.ts';
import { factTime } from '../programs/fact-time.ts';
import type { HoldOutcome } from './hold-points.ts';
import { expireHolds, isOpen, unpinPoints } from './hold-steps.ts';
import { HoldNotFound, HoldNotOpen, HoldTooSmall } from './holds.refusals.ts';

const captureInput = z.object({
  member: memberRef,
  holdId: positivePoints,
  /** What to take; all of it when absent. The rest is released. */
  points: positivePoints.optional(),
  idempotencyKey,
});
const releaseInput = captureInput.omit({ points: true });
const expireInput = z.object({ member: memberRef, idempotencyKey: z.undefined().optional() });

export type CaptureHoldInput = z.infer<typeof captureInput>;
export type ReleaseHoldInput = z.infer<typeof releaseInput>;
export type ExpireHoldsInput = z.infer<typeof expireInput>;

export const captureHoldRefusals = [MemberNotFound, HoldNotFound, HoldNotOpen, HoldTooSmall];
export const releaseHoldRefusals = [MemberNotFound, HoldNotFound, HoldNotOpen];

/** Spends what a hold set aside, or part of it; the rest is free again. A repeat changes nothing. */
export const captureHold: Operation<CaptureHoldInput, HoldOutcome> = {
  name: 'captureHold',
  input: captureInput,
  touches: ({ member, holdId }) => ({ member, hold: holdId, lots: true }),
  decide(facts, { points }, now) {
    const member = requireMember(facts);
    const { memberId } = member;
    const hold = requireHold(facts);
    const captured = points ?? hold.points;
    const isRepeat = hold.state === 'CAPTURED' && hold.captured === captured;
    if (isRepeat) return { memberId, holdId: hold.id, position: member.eventPosition };
    if (!isOpen(hold, now)) throw new HoldNotOpen(stateOf(hold));
    if (captured > hold.points) throw new HoldTooSmall(hold.points, captured);
    const pinned = unpinPoints(facts, member, hold, { state: 'CAPTURED', captured });
    const time = factTime(facts.program, now);
    const source = {
      sourceType: 'HOLD' as const,
      sourceId: String(hold.id),
      purpose: 'CAPTURE',
      ruleVersion: null,
      explanation: { hold: hold.id, held: hold.points, reason: hold.reason },
    };
    const entry = appendEntry(facts, member, 'SPEND', -captured, time, source, null);
    let missing = captured;
    for (const { lot, amount } of pinned) {
      const taken = Math.min(amount, missing);
      if (taken > 0) takeFrom(facts, lot, entry.seq, taken);
      missing -= taken;
    }
    const left = repaid(facts, member); // From what it did not take.
    const payload = { holdId: hold.id, entries: summarise([entry]), ...left };
    const position = facts.emit(member, 'hold.captured', now, payload);
    return { memberId, holdId: hold.id, position };
  },
};

/** Gives back what a hold set aside. A repeat changes nothing. */
export const releaseHold: Operation<ReleaseHoldInput, HoldOutcome> = {
  name: 'releaseHold',
  input: releaseInput,
  touches: ({ member, holdId }) => ({ member, hold: holdId, lots: true }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const { memberId } = member;
    const hold = requireHold(facts);
    if (hold.state === 'RELEASED') {
      return { memberId, holdId: hold.id, position: member.eventPosition };
    }
    if (!isOpen(hold, now)) throw new HoldNotOpen(stateOf(hold));
    unpinPoints(facts, member, hold, { state: 'RELEASED' });
    const payload = { holdId: hold.id, ...repaid(facts, member) };
    const position = facts.emit(member, 'hold.released', now, payload);
    return { memberId, holdId: hold.id, position };
  },
};

/** Ends holds whose time is over. Safe to run late or twice: nobody waits for it. */
export const expireMemberHolds: Operation<ExpireHoldsInput, { readonly memberId: number }> = {
  name: 'expireHolds',
  input: expireInput,
  touches: ({ member }) => ({ member, lots: true }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const ended = expireHolds(facts, member);
    if (ended.length > 0) {
      facts.emit(member, 'hold.expired', now, { holdIds: ended.map(({ id }) => id) });
    }
    return { memberId: member.memberId };
  },
};

/** Repays what is owed from points that are free again; as events tell it. */
function repaid(facts: Facts, member: MemberState): { readonly debtRepaid?: number } {
  const owed = member.debt;
  settleDebts(facts, member);
  const debtRepaid = owed - member.debt;
  return debtRepaid > 0 ? { debtRepaid } : {};
}

function requireHold(facts: Facts): HoldRow {
  const { named: hold } = facts.holds;
  if (hold === undefined) throw new HoldNotFound();
  return hold;
}

/** A hold whose time is over shows as such before its job has run. */
const stateOf = (hold: HoldRow) => (hold.state === 'HELD' ? 'EXPIRED' : hold.state);
