import { queryFromInfo } from '@pothos/plugin-prisma';
import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, rowId } from '../graphql/ids.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, type PageRange, pageOf } from '../graphql/paging.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { MemberByInput, MemberType } from '../graphql/refs.ts';
import { mayReadPrivate, memberRefFor } from '../members/member-access.ts';
import { createReward } from './create-reward.ts';
import { type RedeemRewardOutcome, redeemReward, redeemRewardRefusals } from './redeem-reward.ts';

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

const RedemptionStateEnum = builder.enumType('RedemptionState', {
  description: 'Where an order stands.',
  values: { CONFIRMED: { description: 'Paid; the reward is the member’s.' } },
});

const RedemptionType = builder.prismaObject('Redemption', {
  description: 'A reward bought with points.',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque id of the order.',
      resolve: ({ id }) => Buffer.from(`Redemption:${id}`).toString('base64'),
    }),
    reward: t.relation('reward', { description: 'What was bought.' }),
    quantity: t.exposeInt('quantity', { description: 'How many units.' }),
    points: t.expose('points', { type: 'SafeInt', description: 'Points paid in all.' }),
    state: t.expose('state', { type: RedemptionStateEnum, description: 'Where the order stands.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was bought.' }),
    localDate: t.expose('localDate', {
      type: 'Date',
      description: 'The date of the order in the program’s zone.',
    }),
  }),
});

const rewardCursor = cursorCodec('rewards', z.number().int().positive());
const redemptionCursor = cursorCodec('redemptions', z.number().int().positive());

/** Prisma's conditions for a page over ids, oldest first unless `newestFirst`. */
function byId({ before, after, limit, inverted }: PageRange<number>, newestFirst: boolean) {
  const [ahead, behind] = newestFirst ? (['lt', 'gt'] as const) : (['gt', 'lt'] as const);
  return {
    id: {
      ...(after !== undefined && { [ahead]: BigInt(after) }),
      ...(before !== undefined && { [behind]: BigInt(before) }),
    },
    orderBy: { id: newestFirst === inverted ? ('asc' as const) : ('desc' as const) },
    take: limit,
  };
}

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

builder.objectField(MemberType, 'redemptions', (t) =>
  t.connection(
    {
      type: RedemptionType,
      description:
        'What the member bought, newest first. For the member and for OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: (member, args, context, info) =>
        pageOf(
          args,
          redemptionCursor,
          (range) => {
            const { id, ...page } = byId(range, true);
            const where = { memberId: BigInt(member.memberId), id };
            const query = queryFromInfo({ context, info, path: ['edges', 'node'] });
            return context.app.db.redemption.findMany({ ...(query as object), ...page, where });
          },
          ({ id }) => Number(id),
        ),
    },
    { description: 'A page of orders.' },
    { description: 'An order in a page.' },
  ),
);

const RedeemRewardInput = builder.inputType('RedeemRewardInput', {
  description: 'Input of redeemReward.',
  fields: (t) => ({
    member: t.field({
      type: MemberByInput,
      description: 'Who buys. Required with an API key; a member token means its own member.',
    }),
    rewardId: t.id({ required: true, description: 'Global id of the reward.' }),
    quantity: t.int({ description: 'How many units, 1 to 100; 1 when absent.' }),
    expectedPrice: t.field({
      type: 'SafeInt',
      description: 'Points for one unit as the buyer saw it; another price is refused.',
    }),
    idempotencyKey: t.string({
      description: `${idempotencyKeyText} Send one: without it a repeat after a lost answer buys again.`,
    }),
  }),
});

const RedeemRewardPayload = builder
  .objectRef<Payload<RedeemRewardOutcome>>('RedeemRewardPayload')
  .implement({
    description: 'The reward was bought.',
    interfaces: payloadInterfaces,
    fields: (t) => ({
      redemption: t.prismaField({
        type: 'Redemption',
        description: 'The order.',
        resolve: (query, { redemptionId }, _args, { app }) =>
          app.db.redemption.findUniqueOrThrow({ ...query, where: { id: BigInt(redemptionId) } }),
      }),
    }),
  });

builder.mutationField('redeemReward', (t) =>
  t.field({
    type: RedeemRewardPayload,
    nullable: true,
    description:
      'Buys a reward with points: price, stock and balance are checked in the transaction that ' +
      'takes the points.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: RedeemRewardInput, required: true, description: 'Who buys what.' }),
    },
    errors: {
      types: redeemRewardRefusals,
      union: { name: 'RedeemRewardResult', description: 'What redeemReward answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const rewardId = fromGlobalId('rewardId', 'Reward', input.rewardId);
      const command = { ...withoutNulls(input), member, rewardId };
      return toPayload(await context.app.engine.run(redeemReward, known(context.viewer), command));
    },
  }),
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
