import { z } from 'zod';
import type { RewardCode } from '../generated/prisma/client.ts';
import { builder } from '../graphql/builder.ts';
import { byId } from '../graphql/by-id.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId } from '../graphql/ids.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { RewardCodeStateEnum } from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import { type CodeRejection, maskedCode } from './codes.ts';
import {
  type CodesImport,
  type CodesWithdrawal,
  importRewardCodes,
  importRewardCodesRefusals,
  withdrawRewardCodes,
  withdrawRewardCodesRefusals,
} from './import-codes.ts';
import { RewardType } from './rewards.schema.ts';

const SHOWN_REJECTIONS_MAX = 20;

const RewardCodeType = builder.objectRef<RewardCode>('RewardCode').implement({
  description: 'A code of a COUPON as operators see it: never in full.',
  fields: (t) => ({
    masked: t.string({
      description: 'Its last four characters behind an ellipsis; of a short code fewer.',
      resolve: ({ code }) => maskedCode(code),
    }),
    state: t.expose('state', { type: RewardCodeStateEnum, description: 'Where it stands.' }),
    importedAt: t.expose('importedAt', { type: 'DateTime', description: 'When it was imported.' }),
    usedAt: t.expose('usedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was used; null: it was not.',
    }),
    redemption: t.prismaField({
      type: 'Redemption',
      nullable: true,
      description: 'The order that has it; null: none.',
      resolve: (query, { redemptionId }, _args, { app }) =>
        redemptionId === null
          ? null
          : app.db.redemption.findUnique({ ...query, where: { id: redemptionId } }),
    }),
  }),
});

const codeCursor = cursorCodec('rewardCodes', z.number().int().positive());

builder.objectField(RewardType, 'codes', (t) =>
  t.connection(
    {
      type: RewardCodeType,
      description: 'The codes of a COUPON in the order of their import. For OPERATOR keys.',
      authScopes: { operator: true },
      args: { state: t.arg({ type: RewardCodeStateEnum, description: 'Only those.' }) },
      resolve: ({ id: rewardId }, { state, ...args }, { app }) =>
        pageOf(
          args,
          codeCursor,
          (range) => {
            const { id, ...page } = byId(range, false);
            const where = { rewardId, id, ...(state !== null && state !== undefined && { state }) };
            return app.db.rewardCode.findMany({ ...page, where });
          },
          ({ id }) => Number(id),
        ),
    },
    { description: 'A page of codes.' },
    { description: 'A code in a page.' },
  ),
);

const CodeRejectionType = builder.objectRef<CodeRejection>('CodeRejection').implement({
  description: 'A code that was not taken.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Its place among those given, from 1.' }),
    reason: t.exposeString('reason', { description: 'Why (English).' }),
  }),
});

const ImportRewardCodesInput = builder.inputType('ImportRewardCodesInput', {
  description: 'Input of importRewardCodes.',
  fields: (t) => ({
    rewardId: t.id({ required: true, description: 'Global id of the reward, a COUPON.' }),
    codes: t.stringList({
      required: true,
      description:
        `1 to ${limits.rewardCodesMax} codes of 4 to 128 characters, given out in this order. ` +
        'Send them as variables: documents may be kept in memory and in logs of proxies.',
    }),
    dryRun: t.boolean({ description: 'Say what it would do, and do nothing; false when absent.' }),
  }),
});

const ImportRewardCodesPayload = builder
  .objectRef<CodesImport>('ImportRewardCodesPayload')
  .implement({
    description:
      'What became of the codes: accepted + duplicates + known + rejected are as many as given.',
    fields: (t) => ({
      reward: t.expose('reward', { type: RewardType, description: 'The reward, with its stock.' }),
      accepted: t.exposeInt('accepted', { description: 'New codes.' }),
      duplicates: t.exposeInt('duplicates', { description: 'Repeat one further up.' }),
      known: t.exposeInt('known', { description: 'The reward had them already.' }),
      rejected: t.exposeInt('rejected', {
        description: 'Not valid, or of another reward of the program.',
      }),
      rejections: t.field({
        type: [CodeRejectionType],
        description: `The first ${SHOWN_REJECTIONS_MAX} that were rejected.`,
        resolve: ({ rejections }) => rejections.slice(0, SHOWN_REJECTIONS_MAX),
      }),
    }),
  });

builder.mutationField('importRewardCodes', (t) =>
  t.field({
    type: ImportRewardCodesPayload,
    nullable: true,
    description:
      'Adds codes to a COUPON; each is a unit of its stock. A repeat changes nothing. For OPERATOR ' +
      'keys. `npx tallymark import codes` takes files.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: ImportRewardCodesInput, required: true, description: 'The codes.' }),
    },
    errors: {
      types: importRewardCodesRefusals,
      union: { name: 'ImportRewardCodesResult', description: 'What importRewardCodes answers.' },
    },
    resolve: (_root, { input }, { app, viewer }) =>
      importRewardCodes(app, known(viewer), {
        ...withoutNulls(input),
        rewardId: fromGlobalId('rewardId', 'Reward', input.rewardId),
      }),
  }),
);

const WithdrawRewardCodesInput = builder.inputType('WithdrawRewardCodesInput', {
  description: 'Input of withdrawRewardCodes: `codes`, or `all: true`.',
  fields: (t) => ({
    rewardId: t.id({ required: true, description: 'Global id of the reward, a COUPON.' }),
    codes: t.stringList({ description: `1 to ${limits.rewardCodesMax} codes to take out.` }),
    all: t.boolean({
      description:
        `True: all that no order has or has reserved, ${limits.rewardCodesWithdrawnMax} a call, ` +
        'the newest first.',
    }),
  }),
});

const WithdrawRewardCodesPayload = builder
  .objectRef<CodesWithdrawal>('WithdrawRewardCodesPayload')
  .implement({
    description: 'What became of the codes.',
    fields: (t) => ({
      reward: t.expose('reward', { type: RewardType, description: 'The reward, with its stock.' }),
      withdrawn: t.exposeInt('withdrawn', { description: 'Codes that are gone.' }),
      assigned: t.exposeInt('assigned', { description: 'Named, but of an order: these stay.' }),
      unknown: t.exposeInt('unknown', { description: 'Named, but not of this reward.' }),
    }),
  });

builder.mutationField('withdrawRewardCodes', (t) =>
  t.field({
    type: WithdrawRewardCodesPayload,
    nullable: true,
    description:
      'Takes codes that no order has out of a COUPON, such as a batch that leaked. They are ' +
      'forgotten: an import would take them again. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: WithdrawRewardCodesInput, required: true, description: 'Which.' }),
    },
    errors: {
      types: withdrawRewardCodesRefusals,
      union: {
        name: 'WithdrawRewardCodesResult',
        description: 'What withdrawRewardCodes answers.',
      },
    },
    resolve: (_root, { input }, { app, viewer }) =>
      withdrawRewardCodes(app, known(viewer), {
        ...withoutNulls(input),
        rewardId: fromGlobalId('rewardId', 'Reward', input.rewardId),
      }),
  }),
);
