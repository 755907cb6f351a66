import { builder } from '../graphql/builder.ts';
import { LimitPeriodEnum, RewardCodeStateEnum } from '../graphql/refs.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import { RedemptionStateEnum } from './redemption-enums.schema.ts';
import {
  CodeNotFound,
  CodeNotUsable,
  NotByMember,
  NotEligible,
  OutOfStock,
  PriceChanged,
  RedemptionLimitReached,
  RedemptionMoveRefused,
  RedemptionNotFound,
  RewardNotOnSale,
} from './redemptions.refusals.ts';

builder.objectType(PriceChanged, {
  name: 'PriceChanged',
  description: 'The price is not the one the buyer saw.',
  interfaces,
  fields: (t) => ({
    price: t.expose('price', { type: 'SafeInt', description: 'Points for one unit, now.' }),
  }),
});

builder.objectType(OutOfStock, {
  name: 'OutOfStock',
  description: 'Fewer units are left than were asked for.',
  interfaces,
  fields: (t) => ({ stock: t.exposeInt('stock', { description: 'Units left.' }) }),
});

builder.objectType(RewardNotOnSale, {
  name: 'RewardNotOnSale',
  description: 'The reward was withdrawn, or is outside its time of sale.',
  interfaces,
});

builder.objectType(NotEligible, {
  name: 'NotEligible',
  description: 'The reward is for others: its audience does not include the member.',
  interfaces,
  fields: (t) => ({
    tiers: t.stringList({
      description: 'Keys of the tiers that unlock it for the member; empty: none would.',
      resolve: ({ tiers }) => [...tiers],
    }),
  }),
});

builder.objectType(RedemptionLimitReached, {
  name: 'RedemptionLimitReached',
  description: 'The member would have more units of the reward than it allows in a period.',
  interfaces,
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Units that one member may have.' }),
    period: t.expose('period', { type: LimitPeriodEnum, description: 'In which period.' }),
    left: t.exposeInt('left', { description: 'Units that the member may still have in it.' }),
  }),
});

builder.objectType(RedemptionNotFound, {
  name: 'RedemptionNotFound',
  description: 'There is no such order, or it is another member’s.',
  interfaces,
});

builder.objectType(RedemptionMoveRefused, {
  name: 'RedemptionMoveRefused',
  description: 'An order of this kind cannot go there from where this one stands.',
  interfaces,
  fields: (t) => ({
    from: t.expose('from', { type: RedemptionStateEnum, description: 'Where it stands.' }),
    to: t.expose('to', { type: RedemptionStateEnum, description: 'Where it was to go.' }),
    allowed: t.expose('allowed', {
      type: [RedemptionStateEnum],
      description: 'Where it may go from there; empty when it has ended.',
    }),
  }),
});

builder.objectType(NotByMember, {
  name: 'NotByMember',
  description: 'A member cannot do this to the order, and the message says why; an API key can.',
  interfaces,
});

builder.objectType(CodeNotFound, {
  name: 'CodeNotFound',
  description: 'The reward has no such code.',
  interfaces,
});

builder.objectType(CodeNotUsable, {
  name: 'CodeNotUsable',
  description: 'The code belongs to nobody yet, was used, or is void.',
  interfaces,
  fields: (t) => ({
    state: t.expose('state', { type: RewardCodeStateEnum, description: 'Where it stands.' }),
  }),
});
