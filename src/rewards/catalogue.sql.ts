import type { PageRange } from '../graphql/paging.ts';
import { periodOf } from '../platform/calendar.ts';
import { named, type Pool, planned } from '../platform/db.ts';
import type { Reward } from './reward-rows.ts';
import type { Shopper } from './shopper.ts';
import type { RewardTerms, UnitLimit } from './terms.ts';

/** Which rewards of the program; null: whatever it is. */
export type RewardFilter = {
  readonly kinds: readonly RewardTerms['kind'][] | null;
  /** It has any of these. */
  readonly tags: readonly string[] | null;
  /** Its title holds this text, in any letter case. */
  readonly search: string | null;
  readonly ids: readonly number[] | null;
};

/** A row as the pool reads it: whole numbers are numbers. */
type Row = Omit<Reward, 'id' | 'price' | 'cashAmount'> & {
  readonly id: number;
  readonly price: number;
  readonly cashAmount: number | null;
};

const columns = `
  r.id, r.program_id as "programId", r.kind, r.state, r.visibility, r.title, r.description,
  r.image_url as "imageUrl", r.tags, r.price, r.tier_prices as "tierPrices",
  r.cash_amount as "cashAmount", r.cash_currency as "cashCurrency", r.stock, r.audience,
  r.starts_at as "startsAt", r.ends_at as "endsAt", r.limits,
  r.reserve_minutes as "reserveMinutes", r.member_cancels as "memberCancels",
  r.created_at as "createdAt", r.updated_at as "updatedAt"`;

/**
 * $1 to $7; pages go by id, so that what comes or goes meanwhile moves nothing else. Program and id
 * are compared and ordered as a pair, though one program is meant: else the primary key has that
 * order, too, and may be walked through the rewards of all programs.
 */
const filtered = `(r.program_id, r.id) > ($1::int, coalesce($2::bigint, 0))
  and (r.program_id, r.id) < ($1::int, coalesce($3::bigint, 9223372036854775807))
  and ($4::text[] is null or r.kind::text = any($4))
  and ($5::text[] is null or r.tags && $5)
  and ($6::text is null or position(lower($6) in lower(r.title)) > 0)
  and ($7::bigint[] is null or r.id = any($7))`;

const filterValues = (
  programId: number,
  { after, before }: PageRange<number>,
  { kinds, tags, search, ids }: RewardFilter,
) => [programId, after ?? null, before ?? null, kinds, tags, search, ids];

function ordered({ inverted, limit }: PageRange<number>): string {
  const direction = inverted ? 'desc' : 'asc';
  return `order by r.program_id ${direction}, r.id ${direction} limit ${Math.trunc(limit)}`;
}

const toReward = ({ id, price, cashAmount, ...row }: Row): Reward => ({
  ...row,
  id: BigInt(id),
  price: BigInt(price),
  cashAmount: cashAmount === null ? null : BigInt(cashAmount),
});

/** All rewards of a program, whatever their state: for operators. */
export async function loadRewards(
  pool: Pool,
  programId: number,
  filter: RewardFilter & { readonly states: readonly RewardTerms['state'][] | null },
  range: PageRange<number>,
): Promise<Reward[]> {
  const rows = await planned<Row>(
    pool,
    'rewards.load',
    `select ${columns} from reward r where ${filtered}
       and ($8::text[] is null or r.state::text = any($8)) ${ordered(range)}`,
    [...filterValues(programId, range, filter), filter.states],
  );
  return rows.map(toReward);
}

/** As `isFor`: $9 tier, $10 tags, $11 local date of enrolment; all null: somebody unknown. */
const isForShopper = `(
  r.audience is null
  or coalesce(
    (not r.audience ? 'tiers' or r.audience -> 'tiers' ? $9)
    and (not r.audience ? 'tags' or r.audience -> 'tags' ?| $10::text[])
    and (not r.audience ? 'memberSinceFrom'
         or (r.audience ->> 'memberSinceFrom') collate "C" <= $11)
    and (not r.audience ? 'memberSinceBefore'
         or (r.audience ->> 'memberSinceBefore') collate "C" > $11),
    false))`;

/** As `priceFor`. */
const priceForShopper = 'coalesce((r.tier_prices ->> $9)::bigint, r.price)';

/**
 * The catalogue as a member finds it now; without one, as everybody does. `affordable`: only what
 * costs them no more than they have.
 *
 * Reads the index `reward_catalogue` in the order of the page and stops when it is full: by
 * EXPLAIN ANALYZE, with 10,000 rewards in each of three programs, half of them on sale, 0.1 ms to
 * plan and 0.1 ms to run, forwards, backwards and deep down. Where a filter fits next to nothing,
 * all that are on sale are looked at, in 3 ms.
 */
export async function loadCatalogue(
  pool: Pool,
  programId: number,
  filter: RewardFilter & { readonly affordable: boolean },
  { shopper, now }: { readonly shopper: Shopper | undefined; readonly now: Date },
  range: PageRange<number>,
): Promise<Reward[]> {
  const rows = await planned<Row>(
    pool,
    'rewards.loadCatalogue',
    `select ${columns} from reward r where ${filtered}
       and r.state = 'ON_SALE' and r.visibility <> 'UNLISTED'
       and (r.starts_at is null or r.starts_at <= $8) and (r.ends_at is null or r.ends_at > $8)
       and (r.visibility = 'LISTED' or ${isForShopper})
       and ($12::bigint is null or ${priceForShopper} <= $12) ${ordered(range)}`,
    [
      ...filterValues(programId, range, filter),
      now.toISOString(),
      shopper?.tierKey ?? null,
      shopper?.member.tags ?? null,
      shopper?.enrolledOn ?? null,
      filter.affordable ? (shopper?.available ?? 0) : null,
    ],
  );
  return rows.map(toReward);
}

/** Units of live orders, in the periods that hold a date. */
export type UnitsByPeriod = Readonly<Record<UnitLimit['period'], number>>;
export const noUnits: UnitsByPeriod = { DAY: 0, WEEK: 0, MONTH: 0, EVER: 0 };

/**
 * What members have of rewards: units that were not given back, of orders that live (S58). A
 * reservation whose time is over lives no more, whatever jobs have run.
 */
export const loadBoughtUnits = (
  pool: Pool,
  wanted: readonly { readonly rewardId: number; readonly shopper: Shopper }[],
) =>
  named<UnitsByPeriod & { readonly rewardId: number; readonly memberId: number }>(
    pool,
    'rewards.loadBoughtUnits',
    `select d.reward_id as "rewardId", d.member_id as "memberId",
       ${['DAY', 'WEEK', 'MONTH']
         .map(
           (period) => `coalesce(sum(d.quantity - d.cancelled_units) filter (
             where d.local_date >= k.${period}_from and d.local_date < k.${period}_until), 0)::int
             as "${period}"`,
         )
         .join(', ')},
       sum(d.quantity - d.cancelled_units)::int as "EVER"
     from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::date[], $5::date[], $6::date[],
                 $7::date[], $8::date[], $9::date[])
       as k (reward_id, member_id, now, day_from, day_until, week_from, week_until, month_from,
             month_until)
     join redemption d using (reward_id, member_id)
     where d.state not in ('CANCELLED', 'FAILED', 'EXPIRED')
       and not (d.state = 'RESERVED' and d.reserved_until <= k.now)
     group by d.reward_id, d.member_id`,
    [
      wanted.map(({ rewardId }) => rewardId),
      wanted.map(({ shopper }) => shopper.member.memberId),
      wanted.map(({ shopper }) => shopper.time.occurredAt.toISOString()),
      ...(['DAILY', 'WEEKLY', 'MONTHLY'] as const).flatMap((cadence) => {
        const periods = wanted.map(({ shopper }) => periodOf(cadence, shopper.time.localDate));
        return [periods.map(({ from }) => from), periods.map(({ until }) => until)];
      }),
    ],
  );
