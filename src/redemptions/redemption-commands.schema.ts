import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { fromGlobalId } from '../graphql/ids.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { MemberByInput } from '../graphql/refs.ts';
import { memberRefFor } from '../members/member-access.ts';
import { cancelRedemption, cancelRedemptionRefusals } from './cancel-redemption.ts';
import { confirmRedemption, confirmRedemptionRefusals } from './confirm-redemption.ts';
import { fulfilRedemption, fulfilRedemptionRefusals } from './fulfil-redemption.ts';
import { codeNamed, orderNamed } from './order-lookup.ts';
import type { OrderOutcome } from './order-steps.ts';
import { redeemReward, redeemRewardRefusals } from './redeem-reward.ts';
import { FulfilmentEnum } from './redemption-enums.schema.ts';
import { useRewardCode, useRewardCodeRefusals } from './use-reward-code.ts';

const orderPayload = (name: string, description: string) =>
  builder.objectRef<Payload<OrderOutcome>>(name).implement({
    description,
    interfaces: payloadInterfaces,
    fields: (t) => ({
      redemption: t.prismaField({
        type: 'Redemption',
        description: 'The order as it stands now.',
        resolve: (query, { redemptionId }, _args, { app }) =>
          app.db.redemption.findUniqueOrThrow({ ...query, where: { id: BigInt(redemptionId) } }),
      }),
    }),
  });

const payloads = {
  redeem: orderPayload('RedeemRewardPayload', 'The reward was bought.'),
  confirm: orderPayload('ConfirmRedemptionPayload', 'The order is confirmed.'),
  cancel: orderPayload('CancelRedemptionPayload', 'The order, or some of its units, came back.'),
  fulfil: orderPayload('FulfilRedemptionPayload', 'Fulfilment went on.'),
  use: orderPayload('UseRewardCodePayload', 'The code was good, and is used now.'),
};

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

const orderField = 'Global id of the order; members name their own only.';

const ConfirmRedemptionInput = builder.inputType('ConfirmRedemptionInput', {
  description: 'Input of confirmRedemption.',
  fields: (t) => ({
    redemptionId: t.id({ required: true, description: orderField }),
    note: t.string({
      description: 'Such as the payment’s reference, up to 500 characters; the member sees it.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const CancelRedemptionInput = builder.inputType('CancelRedemptionInput', {
  description: 'Input of cancelRedemption.',
  fields: (t) => ({
    redemptionId: t.id({ required: true, description: orderField }),
    units: t.field({
      type: 'SafeInt',
      description: 'How many units to give back, 1 or more; all that are left when absent.',
    }),
    reason: t.string({ description: 'Why, up to 500 characters; the member sees it.' }),
    idempotencyKey: t.string({
      description: `${idempotencyKeyText} Send one with units: without it a repeat gives back more.`,
    }),
  }),
});

const FulfilRedemptionInput = builder.inputType('FulfilRedemptionInput', {
  description: 'Input of fulfilRedemption.',
  fields: (t) => ({
    redemptionId: t.id({ required: true, description: 'Global id of the order.' }),
    state: t.field({ type: FulfilmentEnum, required: true, description: 'Where it is now.' }),
    note: t.string({
      description: 'Such as the parcel’s number, up to 500 characters; the member sees it.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const UseRewardCodeInput = builder.inputType('UseRewardCodeInput', {
  description: 'Input of useRewardCode.',
  fields: (t) => ({
    rewardId: t.id({ required: true, description: 'Global id of the coupon.' }),
    code: t.string({ required: true, description: 'The code as it was shown, case and all.' }),
    idempotencyKey: t.string({
      description: `${idempotencyKeyText} Send one: without it a repeat after a lost answer is refused.`,
    }),
  }),
});

/** The command of an input about an order; whose it is and of which reward is looked up. */
async function aboutOrder<Input extends { redemptionId: string | number }>(
  { app, viewer }: Context,
  input: Input,
) {
  const redemptionId = fromGlobalId('input.redemptionId', 'Redemption', String(input.redemptionId));
  return { ...withoutNulls(input), ...(await orderNamed(app.pool, known(viewer), redemptionId)) };
}

builder.mutationFields((t) => ({
  redeemReward: t.field({
    type: payloads.redeem,
    nullable: true,
    description:
      'Buys a reward with points: whether it is on sale and for the member, price, limits, stock ' +
      'and balance are judged in the transaction that takes the points.',
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
  confirmRedemption: t.field({
    type: payloads.confirm,
    nullable: true,
    description:
      'Confirms a reservation, so that it does not end by itself; a coupon gets its codes. ' +
      'Repeating it on an order that was just confirmed changes nothing. For OPERATOR and SERVICE ' +
      'keys; members confirm their own where no money is paid.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: ConfirmRedemptionInput, required: true, description: 'Which order.' }),
    },
    errors: {
      types: confirmRedemptionRefusals,
      union: { name: 'ConfirmRedemptionResult', description: 'What confirmRedemption answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const command = await aboutOrder(context, input);
      const { engine } = context.app;
      return toPayload(await engine.run(confirmRedemption, known(context.viewer), command));
    },
  }),
  cancelRedemption: t.field({
    type: payloads.cancel,
    nullable: true,
    description:
      'Gives back an order or some of its units: points to the lots that paid, stock, and room in ' +
      'limits. Members cancel their own reservations, and confirmed orders where the reward ' +
      'allows it.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: CancelRedemptionInput, required: true, description: 'What to cancel.' }),
    },
    errors: {
      types: cancelRedemptionRefusals,
      union: { name: 'CancelRedemptionResult', description: 'What cancelRedemption answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const command = await aboutOrder(context, input);
      const { engine } = context.app;
      return toPayload(await engine.run(cancelRedemption, known(context.viewer), command));
    },
  }),
  fulfilRedemption: t.field({
    type: payloads.fulfil,
    nullable: true,
    description:
      'Tells how the fulfilment of an order goes; what failed is given back in full. ' +
      'For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: FulfilRedemptionInput, required: true, description: 'Which, where.' }),
    },
    errors: {
      types: fulfilRedemptionRefusals,
      union: { name: 'FulfilRedemptionResult', description: 'What fulfilRedemption answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const command = await aboutOrder(context, input);
      const { engine } = context.app;
      return toPayload(await engine.run(fulfilRedemption, known(context.viewer), command));
    },
  }),
  useRewardCode: t.field({
    type: payloads.use,
    nullable: true,
    description:
      'Marks a code of a coupon as used, once: what a point of sale sends when it scans one. ' +
      'For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: UseRewardCodeInput, required: true, description: 'Which code.' }),
    },
    errors: {
      types: useRewardCodeRefusals,
      union: { name: 'UseRewardCodeResult', description: 'What useRewardCode answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => {
      const { code, idempotencyKey, rewardId } = withoutNulls(input);
      const reward = fromGlobalId('input.rewardId', 'Reward', rewardId);
      const found = await codeNamed(app.pool, known(viewer), reward, code);
      const command = { ...found, idempotencyKey };
      return toPayload(await app.engine.run(useRewardCode, known(viewer), command));
    },
  }),
}));
