import { toGlobalId } from '../../src/graphql/ids.ts';
import { badBoardMutations } from './bad-board-mutations.ts';
import { badChallengeMutations } from './bad-challenge-mutations.ts';
import { badRewardMutations, type Good, type Mutation } from './bad-reward-mutations.ts';
import {
  badAddresses,
  badAmounts,
  badBirthdays,
  badExternalIds,
  badIdempotencyKeys,
  badIds,
  badInstants,
  badInts,
  badKeys,
  badNicknames,
  badPositives,
  badQuantities,
  badShortTexts,
  badTags,
} from './bad-values.ts';
import { badBadgeMutations } from './badge-fields.ts';
import { badKeyMutations } from './key-fields.ts';

const soon = new Date(Date.now() + 3_600_000).toISOString();
const definition = { earning: { trigger: { on: 'ENROLMENT' }, points: { fixed: 1 } } };

/** Every mutation: an input that is right, and wrong values of each of its fields. */
export const badMutations = (good: Good): Record<string, Mutation> => ({
  ...badRewardMutations(good),
  ...badBoardMutations(),
  ...badChallengeMutations(good),
  ...badBadgeMutations(good),
  ...badKeyMutations(),
  pushOperations: {
    input: () => ({ client: 'app', manifest: '{"hi":"{ program { key } }"}' }),
    bad: {
      client: [...badKeys, null],
      manifest: [
        ...['', 'x', '[]', '{}', 'null', '{"a":1}', '{"a":""}', '{"a":"{ nope }"}'],
        null,
        1,
      ],
    },
  },
  retireOperations: {
    input: () => ({ client: 'app', documentIds: ['hi'] }),
    bad: {
      client: [...badKeys, null],
      documentIds: [[], [''], [null], ['nope'], Array(501).fill('hi'), 1, null],
      at: [...badInstants, '2000-01-01T00:00:00Z'],
    },
  },
  setClientMode: {
    input: () => ({ client: 'app', mode: 'LOG' }),
    bad: {
      client: [...badKeys, 'nothing', null],
      mode: ['NOPE', '', 1, null, []],
      costMax: [...badInts, 0, -1, 10_001],
    },
  },
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
  eraseMember: {
    input: () => ({ member: { externalId: 'nobody-there' } }),
    bad: { idempotencyKey: badIdempotencyKeys },
  },
  updateMember: {
    input: () => ({ member: { id: good.member } }),
    bad: {
      displayName: badShortTexts,
      birthday: badBirthdays,
      tags: badTags,
      nickname: badNicknames,
      avatarUrl: badAddresses,
      leaderboardOptOut: ['true', 1, {}],
      idempotencyKey: badIdempotencyKeys,
    },
  },
  updateProfile: {
    input: () => ({ member: { id: good.member } }),
    bad: {
      nickname: badNicknames,
      avatarUrl: badAddresses,
      leaderboardOptOut: ['true', 1, {}],
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
      publish: [1, [], 'now', { startsAt: '2000-01-01T00:00:00Z' }, { endsAt: 'never' }],
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
      version: [...badInts, 0, -1],
      startsAt: [...badInstants, '2000-01-01T00:00:00Z'],
      endsAt: [...badInstants, '2000-01-01T00:00:00Z'],
    },
  },
  withdrawRuleVersion: {
    input: () => ({ kind: 'TIERS', key: 'default', version: 1 }),
    bad: {
      kind: ['NOPE', '', 1, null, []],
      key: [...badKeys, 'other', null],
      version: [...badInts, 0, -1, null],
    },
  },
  discardDraft: {
    input: () => ({ kind: 'TIERS', key: 'default' }),
    bad: { kind: ['NOPE', '', 1, null, []], key: [...badKeys, 'other', null] },
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
