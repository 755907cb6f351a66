import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { byId } from '../graphql/by-id.ts';
import { known } from '../graphql/context.ts';
import { rowId } from '../graphql/ids.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { createReward } from './create-reward.ts';

const RewardType = builder.prismaNode('Reward', {
  description: 'Something points buy.',
  id: { field: 'id' },
  findUnique: (id, { viewer }) => ({ id: BigInt(rowId(id)), programId: known(viewer).programId }),
  nullable: true,
  fields: (t) => ({
    title: t.exposeString('title', { description: 'Its name.' }),
    description: t.exposeString('description', { description: 'What it is; may be empty.' }),
    price: t.expose('price', { type: 'SafeInt', description: 'Points for one unit.' }),
    stock: t.exposeInt('stock', { nullable: true, description: 'Units left; null: unlimited.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
  }),
});

const rewardCursor = cursorCodec('rewards', z.number().int().positive());

builder.queryField('rewards', (t) =>
  t.connection(
    {
      type: RewardType,
      description: 'The program’s catalogue, oldest reward first.',
      authScopes: { acts: true },
      resolve: (_root, args, { app, viewer }) =>
        pageOf(
          args,
          rewardCursor,
          (range) => {
            const { id, ...page } = byId(range, false);
            return app.db.reward.findMany({
              ...page,
              where: { programId: known(viewer).programId, id },
            });
          },
          ({ id }) => Number(id),
        ),
    },
    { description: 'A page of rewards.' },
    { description: 'A reward in a page.' },
  ),
);

const CreateRewardInput = builder.inputType('CreateRewardInput', {
  description: 'Input of createReward.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'Its name, 1 to 500 characters.' }),
    description: t.string({ description: 'What it is, up to 500 characters.' }),
    price: t.field({
      type: 'SafeInt',
      required: true,
      description: 'Points for one unit, 1 or more.',
    }),
    stock: t.int({ description: 'Units there are, 0 or more; unlimited when absent.' }),
  }),
});

const CreateRewardPayload = builder
  .objectRef<{ reward: typeof RewardType.$inferType }>('CreateRewardPayload')
  .implement({
    description: 'The reward is in the catalogue.',
    fields: (t) => ({
      reward: t.expose('reward', { type: RewardType, description: 'The new reward.' }),
    }),
  });

builder.mutationField('createReward', (t) =>
  t.field({
    type: CreateRewardPayload,
    nullable: true,
    description: 'Adds a reward to the catalogue. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: CreateRewardInput, required: true, description: 'The reward.' }) },
    resolve: async (_root, { input }, { app, viewer }) => ({
      reward: await createReward(app, known(viewer), withoutNulls(input)),
    }),
  }),
);
