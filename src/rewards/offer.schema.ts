import { builder } from '../graphql/builder.ts';
import { LimitPeriodEnum, MemberByInput } from '../graphql/refs.ts';
import { memberRefFor } from '../members/member-access.ts';
import type { LimitLeft, Offer } from './offer.ts';
import { RewardType } from './rewards.schema.ts';

const OfferReasonEnum = builder.enumType('OfferReason', {
  description:
    'Why a member cannot buy a reward now: the first that holds, in the order NOT_ON_SALE, ' +
    'NOT_ELIGIBLE, LIMIT_REACHED, OUT_OF_STOCK, INSUFFICIENT_POINTS.',
  values: {
    NOT_ON_SALE: { description: 'It is a draft, withdrawn, or not within its time.' },
    NOT_ELIGIBLE: { description: 'It is for others.' },
    LIMIT_REACHED: { description: 'The member has as many as one may have for now.' },
    OUT_OF_STOCK: { description: 'No unit is left.' },
    INSUFFICIENT_POINTS: { description: 'It costs more points than are available.' },
  },
});

const LimitLeftType = builder.objectRef<LimitLeft>('UnitLimitLeft').implement({
  description: 'What is left of a limit.',
  fields: (t) => ({
    period: t.expose('period', { type: LimitPeriodEnum, description: 'In which period.' }),
    units: t.exposeInt('units', { description: 'How many the member may have.' }),
    left: t.exposeInt('left', { description: 'How many more, in the period that runs now.' }),
  }),
});

const RewardOfferType = builder.objectRef<Offer>('RewardOffer').implement({
  description:
    'What a reward is to a member now. It promises nothing: the order checks all of it again, ' +
    'and `expectedPrice` holds the price.',
  fields: (t) => ({
    price: t.expose('price', { type: 'SafeInt', description: 'Points for one unit, for them.' }),
    tier: t.exposeString('tier', {
      nullable: true,
      description: 'Key of the tier whose price this is; null: the usual price.',
    }),
    affordable: t.exposeBoolean('affordable', {
      description: 'Whether one unit costs no more than they have available.',
    }),
    missingPoints: t.expose('missingPoints', {
      type: 'SafeInt',
      description: 'Points they lack for one unit; 0 when it is affordable.',
    }),
    eligible: t.exposeBoolean('eligible', { description: 'Whether it is for them.' }),
    onSale: t.exposeBoolean('onSale', { description: 'Whether it is sold now.' }),
    limitLeft: t.field({
      type: [LimitLeftType],
      description: 'What they may still have by each limit of the reward.',
      resolve: ({ limitLeft }) => [...limitLeft],
    }),
    canRedeem: t.boolean({
      description: 'Whether they can buy one unit now.',
      resolve: ({ reason }) => reason === null,
    }),
    reason: t.expose('reason', {
      type: OfferReasonEnum,
      nullable: true,
      description: 'Why they cannot; null when they can.',
    }),
  }),
});

builder.objectField(RewardType, 'offer', (t) =>
  t.field({
    type: RewardOfferType,
    nullable: true,
    description:
      'What it is to a member now; null when there is no such member. For members themselves and ' +
      'OPERATOR and SERVICE keys.',
    authScopes: { acts: true },
    args: {
      member: t.arg({
        type: MemberByInput,
        description: 'For whom. Required with an API key; a member token means its own member.',
      }),
    },
    resolve: async (reward, { member: by }, context) => {
      const member = await memberRefFor(context, by);
      return context.loaders.offers.load({ reward, member });
    },
  }),
);
