import { toGlobalId } from '../../src/graphql/ids.ts';
import {
  badAmounts,
  badBirthdays,
  badExternalIds,
  badIdempotencyKeys,
  badIds,
  badInstants,
  badInts,
  badKeys,
  badPositives,
  badQuantities,
  badShortTexts,
  badTags,
  badTexts,
} from './bad-values.ts';

type Mutation = { input: () => Record<string, unknown>; bad: Record<string, unknown[]> };

const soon = new Date(Date.now() + 3_600_000).toISOString();
const definition = { earning: { trigger: { on: 'ENROLMENT' }, points: { fixed: 1 } } };

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

/** Every mutation: an input that is right, and wrong values of each of its fields. */
export const badMutations = (good: {
  member: string;
  reward: string;
  redemption: string;
  coupon: string;
}): Record<string, Mutation> => ({
  enrolMember: {
    input: () => ({ externalId: 'new' }),
    bad: {
      externalId: [...badExternalIds, null],
      displayName: badShortTexts,
      birthday: badBirthdays,
      tags: badTags,
      idempotencyKey: badIdempotencyKeys,
    },
  },
  checkIn: {
    input: () => ({ member: { id: good.member } }),
    bad: { occurredAt: badInstants, idempotencyKey: badIdempotencyKeys },
  },
  recordActivity: {
    input: () => ({ member: { id: good.member }, type: 'purchase', reference: 'order-1' }),
    bad: {
      type: [...badKeys, null],
      reference: badShortTexts,
      value: badQuantities,
      units: badPositives,
      attributes: [
        ...badKeys.map((key) => [{ key, value: 'x' }]),
        ...badShortTexts.map((value) => [{ key: 'a', value }]),
        Array.from({ length: 21 }, (_, index) => ({ key: `a${index}`, value: 'x' })),
      ],
      occurredAt: badInstants,
      idempotencyKey: badIdempotencyKeys,
    },
  },
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
  adjustPoints: {
    input: () => ({ member: { id: good.member }, amount: 1, reason: 'test' }),
    bad: {
      amount: [...badAmounts, null],
      reason: [...badKeys, null],
      note: badShortTexts,
      expiresAt: badInstants,
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
  updateMember: {
    input: () => ({ member: { id: good.member } }),
    bad: {
      displayName: badShortTexts,
      birthday: badBirthdays,
      tags: badTags,
      idempotencyKey: badIdempotencyKeys,
    },
  },
  holdPoints: {
    input: () => ({ member: { id: good.member }, points: 1, reason: 'x', expiresAt: soon }),
    bad: {
      points: [...badPositives, null],
      reason: [...badShortTexts, null],
      expiresAt: [...badInstants, null, '2000-01-01T00:00:00Z', '2099-01-01T00:00:00Z'],
      idempotencyKey: badIdempotencyKeys,
    },
  },
  captureHold: {
    input: () => ({ member: { id: good.member }, holdId: toGlobalId('Hold', 1) }),
    bad: {
      holdId: [...badIds('Hold'), null],
      points: badPositives,
      idempotencyKey: badIdempotencyKeys,
    },
  },
  releaseHold: {
    input: () => ({ member: { id: good.member }, holdId: toGlobalId('Hold', 1) }),
    bad: { holdId: [...badIds('Hold'), null], idempotencyKey: badIdempotencyKeys },
  },
  reverseActivity: {
    input: () => ({ member: { id: good.member }, type: 'purchase', reference: 'order-1' }),
    bad: {
      type: [...badKeys, null],
      reference: [...badShortTexts, null],
      units: badPositives,
      idempotencyKey: badIdempotencyKeys,
    },
  },
  reverseEntry: {
    input: () => ({ member: { id: good.member }, seq: 1 }),
    bad: { seq: [...badPositives, null], idempotencyKey: badIdempotencyKeys },
  },
  confirmPoints: {
    input: () => ({ member: { id: good.member }, type: 'purchase', reference: 'order-1' }),
    bad: {
      type: [...badKeys, null],
      reference: [...badShortTexts, null],
      idempotencyKey: badIdempotencyKeys,
    },
  },
  decideAdjustment: {
    input: () => ({
      member: { id: good.member },
      adjustmentId: toGlobalId('Adjustment', 1),
      approve: true,
    }),
    bad: {
      adjustmentId: [...badIds('Adjustment'), null],
      approve: ['true', 1, null, {}],
      idempotencyKey: badIdempotencyKeys,
    },
  },
  claimTask: {
    input: () => ({ member: { id: good.member }, key: 'share' }),
    bad: {
      key: [...badKeys, null],
      periodStart: ['2026-02-30', '2026-1-1', '', 'x', 1, {}],
      idempotencyKey: badIdempotencyKeys,
    },
  },
  backfillTask: {
    input: () => ({ key: 'share', from: '2026-01-01T00:00:00Z', dryRun: true, mode: 'QUIET' }),
    bad: {
      key: [...badKeys, null],
      from: [...badInstants, null, '2099-01-01T00:00:00Z'],
      dryRun: ['true', 1, null],
      mode: ['NOPE', '', 1, null],
    },
  },
  draftRule: {
    input: () => ({ key: 'purchase', definition }),
    bad: {
      key: [...badKeys, null],
      definition: [
        ...[null, {}, [], 'x', 1, { earning: null }, { nope: {} }],
        ...[{ earning: definition.earning, tiers: { basis: 'LIFETIME', levels: [] } }],
        ...[...badPositives, null].map((fixed) => ({
          earning: { ...definition.earning, points: { fixed } },
        })),
        ...badKeys.map((type) => ({
          earning: { ...definition.earning, trigger: { on: 'ACTIVITY', type } },
        })),
        ...[...badInts, 0, 3651].map((days) => ({
          earning: { ...definition.earning, activation: { mode: 'AFTER_DAYS', days } },
        })),
      ],
    },
  },
  publishRule: {
    input: () => ({ kind: 'TIERS', key: 'default' }),
    bad: {
      kind: ['NOPE', '', 1, null, []],
      key: [...badKeys, 'other', null],
      startsAt: [...badInstants, '2000-01-01T00:00:00Z'],
      endsAt: [...badInstants, '2000-01-01T00:00:00Z'],
    },
  },
  retireRule: {
    input: () => ({ kind: 'TIERS', key: 'default' }),
    bad: {
      kind: ['NOPE', '', 1, null, []],
      key: [...badKeys, 'other', null],
      at: [...badInstants, '2000-01-01T00:00:00Z'],
    },
  },
});
