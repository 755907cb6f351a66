/** A member as the catalogue sees them: what decides whom a reward is for, and at which price. */
import { enrolledOn } from '../earning/audience.ts';
import type { FactTime, MemberState } from '../engine/rows.ts';
import type { LocalDate } from '../platform/calendar.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { PointsByState } from '../points/points.sql.ts';
import { hasDormantPoints } from '../points/points.ts';
import { factTime } from '../programs/fact-time.ts';
import type { RuleReader } from '../programs/rule-reader.ts';
import { effectiveTierKey } from '../tiers/member-tier.ts';

export type Shopper = {
  readonly member: MemberState;
  /** Key of the tier that counts now; null: the program has no tiers. */
  readonly tierKey: string | null;
  /** Points that can be spent now, as `Points.available` has them. */
  readonly available: number;
  /** Now, in the program's zone. */
  readonly time: FactTime;
  /** Local date of enrolment. */
  readonly enrolledOn: LocalDate;
};

export type ShopperTools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly rules: RuleReader;
};

/** Sums of a member's lots, read by whoever batches such reads. */
export type LoadPoints = (memberId: number) => Promise<PointsByState>;

export async function readShopper(
  { clock, rules }: Pick<ShopperTools, 'clock' | 'rules'>,
  loadPoints: LoadPoints,
  member: MemberState,
): Promise<Shopper> {
  const program = await rules.find(member.programId);
  const now = clock.now();
  const time = factTime(program, now);
  return {
    member,
    tierKey: effectiveTierKey({ program }, member.tierKey, now),
    available: await availablePoints(loadPoints, member, now),
    time,
    enrolledOn: enrolledOn(member, time),
  };
}

/** What is owed is paid first; most members need no look at their lots. */
async function availablePoints(loadPoints: LoadPoints, member: MemberState, now: Date) {
  if (!hasDormantPoints(member, now)) return Math.max(0, member.balance);
  const { spendable } = await loadPoints(member.memberId);
  return Math.max(0, spendable - member.debt);
}
