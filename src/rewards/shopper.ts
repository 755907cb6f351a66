/** A member as the catalogue sees them: what decides whom a reward is for, and at which price. */
import { enrolledOn } from '../earning/audience.ts';
import type { FactTime, MemberState } from '../engine/rows.ts';
import type { LocalDate } from '../platform/calendar.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { PointsByState } from '../points/points.sql.ts';
import { availablePoints } from '../points/points.ts';
import { factTime } from '../programs/fact-time.ts';
import type { RuleReader } from '../programs/rule-reader.ts';
import type { EarnedLoaders } from '../tiers/month-sums.ts';
import { tierKeyNow } from '../tiers/standing-now.ts';

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

/** What of a member is read by whoever batches such reads. */
export type ShopperLoaders = EarnedLoaders & {
  /** Sums of the member's lots. */
  readonly pointsByState: { load(memberId: number): Promise<PointsByState> };
};

export async function readShopper(
  tools: Pick<ShopperTools, 'clock' | 'rules'>,
  loaders: ShopperLoaders,
  member: MemberState,
): Promise<Shopper> {
  const program = await tools.rules.find(member.programId);
  const now = tools.clock.now();
  const time = factTime(program, now);
  return {
    member,
    tierKey: await tierKeyNow(tools, loaders, member),
    available: await availablePoints(loaders.pointsByState, member, now),
    time,
    enrolledOn: enrolledOn(member, time),
  };
}
