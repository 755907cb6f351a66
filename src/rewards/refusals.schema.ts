import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import type { Problem } from '../rules/shapes.ts';
import {
  CodesReserved,
  RewardChanged,
  RewardHasNoCodes,
  RewardNotValid,
  StockNotCounted,
  StockTooSmall,
} from './rewards.refusals.ts';

const RewardProblemType = builder.objectRef<Problem>('RewardProblem').implement({
  description: 'What is wrong with the terms of a reward.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Where: limits.1.units, tierPrices.gold.' }),
    message: t.exposeString('message', { description: 'Why, for operators (English).' }),
  }),
});

builder.objectType(RewardNotValid, {
  name: 'RewardNotValid',
  description: 'The terms have mistakes.',
  interfaces,
  fields: (t) => ({
    problems: t.field({
      type: [RewardProblemType],
      description: 'All of them.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});

builder.objectType(RewardChanged, {
  name: 'RewardChanged',
  description: 'The reward is not as expected: somebody else changed it.',
  interfaces,
  fields: (t) => ({
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was changed.' }),
  }),
});

builder.objectType(StockNotCounted, {
  name: 'StockNotCounted',
  description: 'The stock is unlimited, or counted by the codes of a COUPON.',
  interfaces,
});

const left = 'Units left, less those that orders have reserved.';

builder.objectType(StockTooSmall, {
  name: 'StockTooSmall',
  description: 'There are fewer units than are to be taken.',
  interfaces,
  fields: (t) => ({ stock: t.exposeInt('stock', { description: left }) }),
});

builder.objectType(RewardHasNoCodes, {
  name: 'RewardHasNoCodes',
  description: 'The reward is no COUPON.',
  interfaces,
});

builder.objectType(CodesReserved, {
  name: 'CodesReserved',
  description: 'Orders that wait for their confirmation need some of the codes.',
  interfaces,
  fields: (t) => ({ stock: t.exposeInt('stock', { description: left }) }),
});
