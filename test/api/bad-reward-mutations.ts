import {
  badIdempotencyKeys,
  badIds,
  badInstants,
  badInts,
  badKeys,
  badPositives,
  badQuantities,
  badShortTexts,
  badTexts,
} from './bad-values.ts';

export type Mutation = { input: () => Record<string, unknown>; bad: Record<string, unknown[]> };

/** What right inputs name. */
export type Good = {
  readonly member: string;
  readonly reward: string;
  readonly redemption: string;
  readonly coupon: string;
  readonly challenge: string;
};

const noEnums = ['NOPE', '', 1, {}, []];

/** Wrong values of what both createReward and updateReward take. */
const badTerms = {
  kind: noEnums,
  state: noEnums,
  visibility: noEnums,
  imageUrl: [
    ...badTexts.filter((text) => typeof text === 'string'),
    ...['x', 'http://a.example/b.png', 'https://', 'https:// a', 'https://a b', 'javascript:x'],
    ...[`https://a.example/${'x'.repeat(2_000)}`, 'https://a.example/\n', 1, {}, []],
  ],
  tags: [...badKeys.map((tag) => [tag]), Array(21).fill('a'), [null]],
  tierPrices: [
    ...[[null], [{}], [{ tier: 'gold' }], 'x', 1],
    ...badPositives.map((price) => [{ tier: 'gold', price }]),
    ...badKeys.map((tier) => [{ tier, price: 1 }]),
    [{ tier: 'gold', price: 1 }], // The program has no tiers.
  ],
  cash: [
    ...[{}, [], 'x', 1, { amount: 1 }, { currency: 'EUR' }],
    ...badPositives.map((amount) => ({ amount, currency: 'EUR' })),
    ...['', 'eur', 'EURO', 'EU', 'E R', 1, null].map((currency) => ({ amount: 1, currency })),
  ],
  stock: [...badInts, -1],
  audience: [
    ...[{}, [], 'x', 1, { tiers: [] }, { tiers: ['gold'] }, { tags: [] }, { nope: 1 }],
    ...badKeys.map((tag) => ({ tags: [tag] })),
    { memberSinceFrom: '2026-02-30' },
    { memberSinceFrom: '2026-01-02', memberSinceBefore: '2026-01-02' },
  ],
  startsAt: badInstants,
  endsAt: [...badInstants, '2000-01-01T00:00:00Z'],
  limits: [
    ...[[null], [{}], 'x', 1, [{ period: 'YEAR', units: 1 }]],
    ...[...badInts, 0, -1, 1_000_001].map((units) => [{ period: 'DAY', units }]),
    Array(5).fill({ period: 'DAY', units: 1 }),
  ],
  reserveMinutes: [...badInts, 0, -1, 43_201],
  memberCancels: ['true', 1, {}, []],
};

/** Mutations of rewards and their orders. */
export const badRewardMutations = (good: Good): Record<string, Mutation> => ({
  redeemReward: {
    input: () => ({ member: { id: good.member }, rewardId: good.reward }),
    bad: {
      rewardId: [...badIds('Reward'), null],
      quantity: [...badInts, 0, -0, -1, 101, 2 ** 31 - 1],
      expectedPrice: badQuantities,
      idempotencyKey: badIdempotencyKeys,
    },
  },
  confirmRedemption: {
    input: () => ({ redemptionId: good.redemption }),
    bad: {
      redemptionId: [...badIds('Redemption'), null],
      note: badShortTexts,
      idempotencyKey: badIdempotencyKeys,
    },
  },
  cancelRedemption: {
    input: () => ({ redemptionId: good.redemption }),
    bad: {
      redemptionId: [...badIds('Redemption'), null],
      units: badPositives,
      reason: badShortTexts,
      idempotencyKey: badIdempotencyKeys,
    },
  },
  fulfilRedemption: {
    input: () => ({ redemptionId: good.redemption, state: 'ISSUED' }),
    bad: {
      redemptionId: [...badIds('Redemption'), null],
      state: ['RESERVED', 'CANCELLED', 'NOPE', '', 1, null, []],
      note: badShortTexts,
      idempotencyKey: badIdempotencyKeys,
    },
  },
  useRewardCode: {
    input: () => ({ rewardId: good.coupon, code: 'good' }),
    bad: {
      rewardId: [...badIds('Reward'), null],
      code: [...badShortTexts, null],
      idempotencyKey: badIdempotencyKeys,
    },
  },
  createReward: {
    input: () => ({ title: 'Mug', price: 1 }),
    bad: {
      ...badTerms,
      title: [...badShortTexts, null],
      // Empty is what it is when absent, and null means the same as leaving it out.
      description: badShortTexts.filter((text) => text !== ''),
      price: [...badPositives, null, 90_071_992_547_410],
    },
  },
  updateReward: {
    input: () => ({ rewardId: good.reward, patch: { price: 2 } }),
    bad: {
      rewardId: [...badIds('Reward'), null],
      expectedUpdatedAt: badInstants,
      patch: [
        ...[null, [], 'x', 1, { nope: 1 }],
        ...Object.entries({ ...badTerms, title: badShortTexts, price: badPositives }).flatMap(
          ([field, values]) => values.map((value) => ({ [field]: value })),
        ),
        ...[
          ...['title', 'description', 'price', 'kind', 'state', 'visibility', 'tags', 'limits'],
          ...['tierPrices', 'memberCancels'],
        ].map((field) => ({ [field]: null })),
      ],
    },
  },
  adjustStock: {
    input: () => ({ rewardId: good.reward, by: 1 }),
    bad: { rewardId: [...badIds('Reward'), null], by: [...badInts, 0, -0, null] },
  },
  importRewardCodes: {
    input: () => ({ rewardId: good.reward, codes: ['abcd'] }),
    bad: {
      rewardId: [...badIds('Reward'), null],
      codes: [[], [null], [1], [{}], null, {}, Array(1_001).fill('abcd')],
      dryRun: ['true', 1, {}, []],
    },
  },
  withdrawRewardCodes: {
    input: () => ({ rewardId: good.reward }),
    bad: {
      rewardId: [...badIds('Reward'), null],
      codes: [[], [null], [1], [{}], null, {}, Array(1_001).fill('abcd')],
      all: ['true', 1, {}, []],
    },
  },
});
