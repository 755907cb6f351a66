import { z } from 'zod';
import { ActivityNotFound } from '../activities/activities.refusals.ts';
import { requireActivity } from '../activities/activity-steps.ts';
import { share } from '../earning/amount.ts';
import type { Facts } from '../engine/facts.ts';
import type { OriginRow } from '../engine/history.sql.ts';
import { idempotencyKey, keyText, memberRef, positivePoints, shortText } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { EntryRow, MemberState } from '../engine/rows.ts';
import { expireHolds } from '../holds/hold-steps.ts';
import { requireMember } from '../members/member-steps.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { instantText } from '../platform/calendar.ts';
import { factTime } from '../programs/fact-time.ts';
import { oneInForce } from '../rules/versioned.ts';
import { holdDueTiers, reviewAfterReversal, type TierStep } from '../tiers/member-tier.ts';
import { type EntrySummary, expireLots, summarise } from './ledger.ts';
import { AlreadyReversed, EntryNotFound, TooManyUnits } from './points.refusals.ts';
import { type CameBack, pointsPolicyDefaults, reverseEarning } from './reverse.ts';

const activityInput = z.object({
  member: memberRef,
  type: keyText,
  reference: shortText,
  /** How many of its items came back; all that are left when absent. */
  units: positivePoints.optional(),
  idempotencyKey,
});
const entryInput = z.object({ member: memberRef, seq: positivePoints, idempotencyKey });

export type ReverseActivityInput = z.infer<typeof activityInput>;
export type ReverseEntryInput = z.infer<typeof entryInput>;
export type ReversalOutcome = {
  readonly memberId: number;
  readonly entries: EntrySummary[];
  /** What was due of the tier and was held first, and what the reversal made of it. */
  readonly evaluated?: TierStep[];
  readonly tier?: TierStep;
  readonly position: number;
};

export const reverseActivityRefusals = [
  MemberNotFound,
  ActivityNotFound,
  AlreadyReversed,
  TooManyUnits,
];
export const reverseEntryRefusals = [MemberNotFound, EntryNotFound, AlreadyReversed];

/** Takes back what an activity earned, whole or item by item (S33, S34, S36). */
export const reverseActivity: Operation<ReverseActivityInput, ReversalOutcome> = {
  name: 'reverseActivity',
  input: activityInput,
  touches: ({ member, type, reference }) => ({
    member,
    lots: true,
    activity: { type, reference },
    origin: { activity: { type, reference } },
    earnsBy: null,
  }),
  decide(facts, { units }) {
    const member = requireMember(facts);
    const activity = requireActivity(facts, member);
    const left = activity.units - activity.returnedUnits;
    if (left === 0) throw new AlreadyReversed();
    const back = units ?? left;
    if (back > left) throw new TooManyUnits(left, back);
    const origins = facts.origins(member);
    if (origins.length > 0 && origins.every(isReversed)) throw new AlreadyReversed();
    const evaluated = holdDueTiers(facts, member);
    const before = activity.returnedUnits;
    const { type, reference } = activity;
    facts.changes.update('activities', activity, { returnedUnits: before + back });
    const about = { activity: type, reference, units: back, unitsTotal: activity.units };
    // The share of all items returned so far, less what earlier returns took: no rest is lost.
    const pointsOf = ({ amount, lot }: OriginRow) =>
      Math.max(0, share(amount, before + back, activity.units) - lot.reversed);
    const entries = reverseEach(facts, member, origins, pointsOf, about);
    return tell(
      facts,
      member,
      { entries, evaluated },
      {
        ...{ unitsLeft: left - back, happenedAt: instantText(activity.occurredAt) },
        ...(activity.value !== null && { value: activity.value }),
        ...about,
      },
    );
  },
};

/** Takes back one earning: a check-in's, a milestone's, or an activity's line. */
export const reverseEntry: Operation<ReverseEntryInput, ReversalOutcome> = {
  name: 'reverseEntry',
  input: entryInput,
  touches: ({ member, seq }) => ({ member, lots: true, origin: { seq }, earnsBy: null }),
  decide(facts, { seq }) {
    const member = requireMember(facts);
    const origins = facts.origins(member);
    if (origins.length === 0) throw new EntryNotFound();
    if (origins.every(isReversed)) throw new AlreadyReversed();
    const evaluated = holdDueTiers(facts, member);
    const entries = reverseEach(facts, member, origins, ({ lot }) => lot.amount - lot.reversed);
    return tell(facts, member, { entries, evaluated }, { seq });
  },
};

const isReversed = ({ lot }: OriginRow) => lot.reversed === lot.amount;

/** Takes points of earnings back by the policy, after booking what has expired. */
export function reverseEach(
  facts: Facts,
  member: MemberState,
  origins: readonly OriginRow[],
  pointsOf: (origin: OriginRow) => number,
  about?: CameBack,
): EntryRow[] {
  expireHolds(facts, member);
  const expiries = expireLots(facts, member, (at) => factTime(facts.program, at));
  const policy = oneInForce(facts.program.policies, facts.now)?.definition ?? pointsPolicyDefaults;
  const reversals = origins.flatMap((origin) => {
    const points = pointsOf(origin);
    return points > 0 ? [reverseEarning(facts, member, origin, points, policy, about)] : [];
  });
  return [...expiries, ...reversals];
}

/** What reversals came to, once the tier has heeded them (S47). */
export function reviewed(
  facts: Facts,
  member: MemberState,
  { entries, evaluated }: { readonly entries: EntryRow[]; readonly evaluated: TierStep[] },
): Omit<ReversalOutcome, 'memberId' | 'position'> {
  const tier = reviewAfterReversal(facts, member);
  return {
    entries: summarise(entries),
    ...(evaluated.length > 0 && { evaluated }),
    ...(tier && { tier }),
  };
}

function tell(
  facts: Facts,
  member: MemberState,
  reversals: { readonly entries: EntryRow[]; readonly evaluated: TierStep[] },
  about: Record<string, string | number>,
): ReversalOutcome {
  const told = reviewed(facts, member, reversals);
  const position = facts.emit(member, 'points.reversed', facts.now, { ...about, ...told });
  return { memberId: member.memberId, position, ...told };
}
