import type { Reward } from '../generated/prisma/client.ts';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId } from '../graphql/ids.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { createReward, createRewardRefusals } from './create-reward.ts';
import { CreateRewardInput, patchOf, RewardPatchInput } from './reward-inputs.schema.ts';
import { RewardType } from './rewards.schema.ts';
import {
  adjustStock,
  adjustStockRefusals,
  updateReward,
  updateRewardRefusals,
} from './update-reward.ts';

const changed = (name: string, description: string) =>
  builder.objectRef<{ readonly reward: Reward }>(name).implement({
    description,
    fields: (t) => ({
      reward: t.expose('reward', { type: RewardType, description: 'The reward as it is now.' }),
    }),
  });

builder.mutationField('createReward', (t) =>
  t.field({
    type: changed('CreateRewardPayload', 'The reward is there.'),
    nullable: true,
    description:
      'Adds a reward to the catalogue; on sale at once unless its state says otherwise. For ' +
      'OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: CreateRewardInput, required: true, description: 'The reward.' }) },
    errors: {
      types: createRewardRefusals,
      union: { name: 'CreateRewardResult', description: 'What createReward answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      reward: await createReward(app, known(viewer), patchOf(withoutNulls(input))),
    }),
  }),
);

const UpdateRewardInput = builder.inputType('UpdateRewardInput', {
  description: 'Input of updateReward.',
  fields: (t) => ({
    rewardId: t.id({ required: true, description: 'Global id of the reward.' }),
    patch: t.field({ type: RewardPatchInput, required: true, description: 'What to change.' }),
    expectedUpdatedAt: t.field({
      type: 'DateTime',
      description: '`updatedAt` as you saw it: when it is another, nothing is changed.',
    }),
  }),
});

builder.mutationField('updateReward', (t) =>
  t.field({
    type: changed('UpdateRewardPayload', 'The reward is changed.'),
    nullable: true,
    description:
      'Changes the terms of a reward. Orders keep the terms they were made on; the kind stays as ' +
      'soon as there are orders or codes. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: UpdateRewardInput, required: true, description: 'Which, and what.' }),
    },
    errors: {
      types: updateRewardRefusals,
      union: { name: 'UpdateRewardResult', description: 'What updateReward answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => {
      const { rewardId, patch, ...expected } = input;
      const which = {
        ...withoutNulls(expected),
        rewardId: fromGlobalId('rewardId', 'Reward', rewardId),
      };
      return { reward: await updateReward(app, known(viewer), which, patchOf(patch)) };
    },
  }),
);

const AdjustStockInput = builder.inputType('AdjustStockInput', {
  description: 'Input of adjustStock.',
  fields: (t) => ({
    rewardId: t.id({ required: true, description: 'Global id of the reward.' }),
    by: t.int({ required: true, description: 'Units to add, or to take when negative; not 0.' }),
  }),
});

builder.mutationField('adjustStock', (t) =>
  t.field({
    type: changed('AdjustStockPayload', 'The stock is adjusted.'),
    nullable: true,
    description:
      'Adds units to the stock of a reward or takes some, while it is being sold: no sale is ' +
      'lost. `updateReward` sets it to a number instead. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: AdjustStockInput, required: true, description: 'Which, and by what.' }),
    },
    errors: {
      types: adjustStockRefusals,
      union: { name: 'AdjustStockResult', description: 'What adjustStock answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      reward: await adjustStock(app, known(viewer), {
        by: input.by,
        rewardId: fromGlobalId('rewardId', 'Reward', input.rewardId),
      }),
    }),
  }),
);
