import { queryFromInfo } from '@pothos/plugin-prisma';
import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { byId } from '../graphql/by-id.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId } from '../graphql/ids.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { MemberByInput, MemberType } from '../graphql/refs.ts';
import { mayReadPrivate, memberRefFor } from '../members/member-access.ts';
import { type RedeemRewardOutcome, redeemReward, redeemRewardRefusals } from './redeem-reward.ts';

const RedemptionStateEnum = builder.enumType('RedemptionState', {
  description: 'Where an order stands.',
  values: {
    RESERVED: { description: 'Points and stock are set aside until it is confirmed.' },
    CONFIRMED: { description: 'Paid; the reward is the member’s.' },
    PREPARING: { description: 'Goods are being packed.' },
    SHIPPED: { description: 'Goods are on their way.' },
    DELIVERED: { description: 'Goods have arrived.' },
    ISSUED: { description: 'It can be used: its codes are there, or it was issued elsewhere.' },
    USED: { description: 'It was used.' },
    CANCELLED: { description: 'All of it was given back.' },
    FAILED: { description: 'It could not be fulfilled; all of it was given back.' },
    EXPIRED: { description: 'A reservation that was not confirmed in time; all was given back.' },
  },
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

const redemptionCursor = cursorCodec('redemptions', z.number().int().positive());

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
