/**
 * What the catalogue's statement finds is what the pure rules say: `isOnSale`, `isOffered`,
 * `priceFor`; and an offer of a reward says the same. Random rewards and members.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toGlobalId } from '../../src/graphql/ids.ts';
import { findMember } from '../../src/members/members.sql.ts';
import { loadPointsByState } from '../../src/points/points.sql.ts';
import { termsOf } from '../../src/rewards/reward-rows.ts';
import { readShopper, type Shopper } from '../../src/rewards/shopper.ts';
import { isOffered, isOnSale, priceFor, type RewardTerms } from '../../src/rewards/terms.ts';
import { seedOf } from '../rules/arbitraries.ts';
import { DAY, HOUR, openShops, type Shop, START } from './shop.ts';

const seed = seedOf('catalogue.property');
let shops: Awaited<ReturnType<typeof openShops>>;
let shop: Shop;
const members = Array.from({ length: 12 }, (_, n) => `m${n}`);
const tagSets = [[], ['a'], ['b'], ['a', 'b']];

beforeAll(async () => {
  shops = await openShops();
  // Members enrol around midnight in Rome: the date is not that of UTC.
  shop = await shops.open();
  await shop.send('draftRule', {
    key: 'buy',
    definition: {
      earning: {
        trigger: { on: 'ACTIVITY', type: 'buy' },
        points: { perUnit: { points: 1, unit: 1, rounding: 'DOWN' } },
      },
    },
  });
  shop.clock.set('2026-03-07T22:30:00Z');
  await shop.send('publishRule', { kind: 'EARNING', key: 'buy' });
  for (const [n, externalId] of members.entries()) {
    await shop.enrol(externalId, 0, { tags: tagSets[n % 4] });
    const value = [0, 40, 100, 1_000, 1_200][n % 5];
    if (value !== 0)
      await shop.send('recordActivity', { member: { externalId }, type: 'buy', value });
    shop.clock.advance(HOUR / 2);
  }
  for (const [n, externalId] of members.entries()) {
    const amount = { member: { externalId }, amount: -30, reason: 'less' };
    if (n % 2 === 1) await shop.send('adjustPoints', amount);
  }
  shop.clock.set(START);
  const expiresAt = new Date(Date.parse(START) + DAY).toISOString();
  const hold = { member: { externalId: 'm2' }, points: 60, reason: 'x', expiresAt };
  await shop.ask(
    shop.program.keys.service,
    'mutation ($input: HoldPointsInput!) { holdPoints(input: $input) { __typename } }',
    { input: hold },
  );
});
afterAll(() => shops.close());

const some = <T>(items: readonly T[]) => fc.subarray([...items], { minLength: 1 });
const dates = ['2026-03-07', '2026-03-08', '2026-03-09'];
const audience = fc
  .record(
    {
      tiers: some(['bronze', 'silver', 'gold']),
      tags: some(['a', 'b', 'c']),
      memberSinceFrom: fc.constantFrom(...dates),
      memberSinceBefore: fc.constantFrom(...dates),
    },
    { requiredKeys: [] },
  )
  .map((given) => (Object.keys(given).length === 0 ? null : given));
const instant = fc.option(
  fc.constantFrom(-DAY, -1, 0, 1, DAY).map((ms) => new Date(Date.parse(START) + ms)),
);
const price = fc.constantFrom(1, 10, 40, 70, 100, 101, 970, 1_000);
const reward = fc
  .record({
    state: fc.constantFrom(
      'ON_SALE' as const,
      'ON_SALE' as const,
      'DRAFT' as const,
      'WITHDRAWN' as const,
    ),
    visibility: fc.constantFrom('LISTED' as const, 'AUDIENCE' as const, 'UNLISTED' as const),
    audience,
    startsAt: instant,
    endsAt: instant,
    price,
    tierPrices: fc.dictionary(fc.constantFrom('bronze', 'silver', 'gold', 'gone'), price),
    tags: fc.subarray(['x', 'y']),
  })
  .filter(({ startsAt, endsAt }) => startsAt === null || endsAt === null || startsAt < endsAt);
type Random = Pick<
  RewardTerms,
  'state' | 'visibility' | 'startsAt' | 'endsAt' | 'price' | 'tierPrices' | 'tags'
> & { audience: unknown };

/** Puts the rewards in the place of those there were; rows as updates over the years may leave them. */
async function fill(rewards: readonly Random[]) {
  const { db } = shop.test.app;
  const programId = shop.program.id;
  await db.reward.deleteMany({ where: { programId } });
  for (const { audience: whom, price: points, ...terms } of rewards) {
    await db.reward.create({
      data: {
        ...terms,
        title: 'R',
        programId,
        price: BigInt(points),
        createdAt: shop.clock.now(),
        ...(whom !== null && { audience: whom as never }),
      },
    });
  }
  return db.reward.findMany({ where: { programId }, orderBy: { id: 'asc' } });
}

async function shopperOf(externalId: string): Promise<Shopper> {
  const { app } = shop.test;
  const member = await findMember(app.pool, shop.program.id, externalId);
  if (member === undefined) throw new Error('the member is there');
  const load = async (id: number) => {
    const [row] = await loadPointsByState(app.pool, [id], app.clock.now());
    return row ?? { memberId: id, spendable: 0, pending: 0, held: 0 };
  };
  const none = { load: async () => [] };
  const loaders = { pointsByState: { load }, earnedDays: none, pendingSince: none };
  return readShopper(app, loaders, member);
}

const query = `query ($by: MemberBy, $filter: RewardFilterInput) {
  rewards(first: 100, filter: $filter, member: $by) { edges { node { id
    offer(member: $by) { price eligible onSale affordable missingPoints } } } } }`;

it('the statement agrees with the rules', async () => {
  const available = await shop.ask(
    shop.program.keys.service,
    `{ ${members.map((id) => `${id}: member(by: {externalId: "${id}"}) { points { available } tier { key } }`).join(' ')} }`,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(reward, { minLength: 5, maxLength: 30 }),
      fc.constantFrom(...members),
      fc.boolean(),
      fc.option(some(['x', 'y'])),
      async (rewards, externalId, affordable, tags) => {
        const rows = await fill(rewards as Random[]);
        const shopper = await shopperOf(externalId);
        expect(shopper.available).toBe(available[externalId].points.available);
        expect(shopper.tierKey).toBe(available[externalId].tier.key);
        const { member, tierKey, time } = shopper;
        const wanted = rows.filter((row) => {
          const terms = termsOf(row);
          return (
            isOnSale(terms, time.occurredAt) &&
            (terms.visibility === 'LISTED' ||
              (terms.visibility === 'AUDIENCE' && isOffered(terms, member, tierKey, time))) &&
            (!affordable || priceFor(terms, tierKey) <= shopper.available) &&
            (tags === null || tags.some((tag) => terms.tags.includes(tag)))
          );
        });
        const answer = await shop.ask(shop.program.keys.service, query, {
          by: { externalId },
          filter: { affordable, tags },
        });
        const found = answer.rewards.edges.map(({ node }: { node: object }) => node);
        expect(found).toEqual(
          wanted.map((row) => {
            const terms = termsOf(row);
            const points = priceFor(terms, tierKey);
            return {
              id: toGlobalId('Reward', row.id),
              offer: {
                price: points,
                eligible: isOffered(terms, member, tierKey, time),
                onSale: true,
                affordable: points <= shopper.available,
                missingPoints: Math.max(0, points - shopper.available),
              },
            };
          }),
        );
      },
    ),
    { seed, numRuns: 150 },
  );
}, 120_000);

it('members are as different as they are meant to be', async () => {
  const shoppers = await Promise.all(members.map(shopperOf));
  expect(new Set(shoppers.map(({ tierKey }) => tierKey)).size).toBe(3);
  expect(new Set(shoppers.map(({ enrolledOn }) => enrolledOn)).size).toBe(2);
  expect(new Set(shoppers.map(({ available }) => available)).size).toBeGreaterThan(4);
});
