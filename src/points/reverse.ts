import type { Facts } from '../engine/facts.ts';
import type { OriginRow } from '../engine/history.sql.ts';
import type { EntryRow, MemberState } from '../engine/rows.ts';
import { type PointsPolicy, pointsPolicy } from '../rules/definition.ts';
import { countersAfter, earnedDayOf } from './counters.ts';
import { appendEntry, spendableLots, takeFrom } from './ledger.ts';
import { allocate, freeOf } from './lots.ts';

/** What holds for a program without a points policy. */
export const pointsPolicyDefaults: PointsPolicy = pointsPolicy.parse({});

/** Items of an activity that came back, of all that it had. */
export type CameBack = {
  readonly activity: string;
  readonly reference: string;
  readonly units: number;
  readonly unitsTotal: number;
};

/**
 * Takes back `points` of what an entry earned: first what is left of its own lot, then by policy
 * what else can be spent, and the rest as a debt (S33). What is neither is told in the line. The
 * line points at its origin and carries its date, so that it lowers the boards that counted it.
 */
export function reverseEarning(
  facts: Facts,
  member: MemberState,
  origin: OriginRow,
  points: number,
  policy: Pick<PointsPolicy, 'reversal' | 'reversalFreesCaps'>,
  about: CameBack | undefined,
): EntryRow {
  const { lot } = origin;
  const own = Math.min(freeOf(lot), points);
  const elsewhere =
    policy.reversal === 'ONLY_LOT'
      ? []
      : spendableLots(facts, member).filter((other) => other.seq !== lot.seq);
  // What expired unspent is gone already: it is neither taken again nor owed.
  const { expired, lapsed: lapsedBefore } = facts.expiredOf(origin);
  const lapsed = Math.min(points - own, Math.max(0, expired - lapsedBefore));
  const { allocations, missing } = allocate(elsewhere, points - own - lapsed);
  const debt = policy.reversal === 'ALLOW_DEBT' ? missing : 0;
  const taken = points - lapsed - missing + debt;
  const { occurredAt, localDate, zone, utcOffsetSeconds, dayStartMinutes } = origin;
  const time = { occurredAt, localDate, zone, utcOffsetSeconds, dayStartMinutes };
  if (debt > 0) facts.changeDebt(member, { seq: member.entrySeq + 1, open: 0 }, debt);
  const entry = appendEntry(
    facts,
    member,
    'REVERSAL',
    0 - taken,
    time,
    {
      sourceType: 'ENTRY',
      sourceId: `${member.memberId}:${origin.seq}`,
      purpose: `REVERSAL:${lot.reversed}`,
      ruleVersion: origin.ruleVersion,
      explanation: {
        of: origin.seq,
        reversed: points,
        debt,
        unrecovered: missing - debt,
        ...(lapsed > 0 && { lapsed }),
        freesCaps: policy.reversalFreesCaps,
        ...about,
      },
    },
    null,
    0 - points,
  );
  if (own > 0) takeFrom(facts, lot, entry.seq, own);
  for (const one of allocations) takeFrom(facts, one.lot, entry.seq, one.taken);
  facts.changes.update('lots', lot, { reversed: lot.reversed + points });
  for (const day of member.counters === null ? [] : earnedDayOf(entry)) {
    const counters = countersAfter(member.counters ?? {}, day);
    facts.changes.update('members', member, { counters });
  }
  return entry;
}
