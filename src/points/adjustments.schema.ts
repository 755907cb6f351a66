import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, toGlobalId } from '../graphql/ids.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { ActorType, MemberByInput, MemberType } from '../graphql/refs.ts';
import { memberRefFor, readMember } from '../members/member-access.ts';
import { type AdjustPointsOutcome, adjustPoints, adjustPointsRefusals } from './adjust-points.ts';
import { type AdjustmentShape, loadAdjustments } from './adjustments.sql.ts';
import { decideAdjustment, decideAdjustmentRefusals } from './decide-adjustment.ts';
import { AdjustmentStateEnum } from './refusals.schema.ts';

const AdjustmentType = builder.objectRef<AdjustmentShape>('Adjustment').implement({
  description: 'A correction above the program’s limit, which a second person has to approve.',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque id of the request.',
      resolve: ({ id }) => toGlobalId('Adjustment', id),
    }),
    member: t.field({
      type: MemberType,
      description: 'Whose points.',
      resolve: async ({ memberId }, _args, { loaders }) => {
        const member = await loaders.members.load(memberId);
        if (member === undefined) throw new Error('an adjustment names a member');
        return member;
      },
    }),
    amount: t.expose('amount', {
      type: 'SafeInt',
      description: 'Points to add (positive) or to take (negative).',
    }),
    reason: t.exposeString('reason', { description: 'Why, as a code.' }),
    note: t.exposeString('note', { nullable: true, description: 'Why, in words.' }),
    state: t.expose('state', { type: AdjustmentStateEnum, description: 'Where it stands.' }),
    requestedBy: t.expose('requestedBy', { type: ActorType, description: 'Who asked.' }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'When.' }),
    decidedBy: t.expose('decidedBy', {
      type: ActorType,
      nullable: true,
      description: 'Who decided.',
    }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true, description: 'When.' }),
  }),
});

const pendingCursor = cursorCodec('pendingAdjustments', z.number().int().positive());
const adjustmentCursor = cursorCodec('adjustments', z.number().int().positive());

builder.queryField('adjustments', (t) =>
  t.connection(
    {
      type: AdjustmentType,
      description:
        'Corrections that needed a second person, newest first: asked for, approved and ' +
        'rejected. For OPERATOR keys.',
      authScopes: { operator: true },
      args: {
        state: t.arg({ type: AdjustmentStateEnum, description: 'Only those that stand so.' }),
        member: t.arg({ type: MemberByInput, description: 'Only of this member.' }),
      },
      resolve: async (_root, { state, member: by, ...args }, context) => {
        const member = by && (await readMember(context, await memberRefFor(context, by)));
        const filter = {
          programId: known(context.viewer).programId,
          state: state ?? null,
          memberId: by ? (member?.memberId ?? 0) : null, // Nobody's id is 0.
          order: 'NEWEST_FIRST',
        } as const;
        return pageOf(
          args,
          adjustmentCursor,
          (range) => loadAdjustments(context.app.pool, filter, range),
          ({ id }) => id,
        );
      },
    },
    { description: 'A page of corrections that needed a second person.' },
    { description: 'A correction in a page.' },
  ),
);

builder.queryField('pendingAdjustments', (t) =>
  t.connection(
    {
      type: AdjustmentType,
      description:
        'The work list: adjustments(state: PENDING), but oldest first. For OPERATOR keys.',
      authScopes: { operator: true },
      resolve: (_root, args, { app, viewer }) => {
        const { programId } = known(viewer);
        const filter = {
          ...{ programId, memberId: null },
          ...({ state: 'PENDING', order: 'OLDEST_FIRST' } as const),
        };
        return pageOf(
          args,
          pendingCursor,
          (range) => loadAdjustments(app.pool, filter, range),
          ({ id }) => id,
        );
      },
    },
    { description: 'A page of corrections that wait.' },
    { description: 'A correction in a page.' },
  ),
);

const AdjustPointsInput = builder.inputType('AdjustPointsInput', {
  description: 'Input of adjustPoints.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: 'Whose points.' }),
    amount: t.field({
      type: 'SafeInt',
      required: true,
      description: 'Points to add (positive) or to take (negative); not 0.',
    }),
    reason: t.string({
      required: true,
      description: 'Why, as a code of yours: 1 to 64 letters, digits, ".", "_" or "-".',
    }),
    note: t.string({ description: 'Why, in words; up to 500 characters.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When added points expire; never when absent. Not for points taken.',
    }),
    idempotencyKey: t.string({
      description: idempotencyKeyText,
    }),
  }),
});

const adjustmentPayload = (name: string, description: string) =>
  builder.objectRef<Payload<AdjustPointsOutcome>>(name).implement({
    description,
    interfaces: payloadInterfaces,
    fields: (t) => ({
      adjustmentId: t.id({
        nullable: true,
        description: 'The request, when the amount is above the program’s limit.',
        resolve: ({ adjustmentId }) =>
          adjustmentId === null ? null : toGlobalId('Adjustment', adjustmentId),
      }),
      applied: t.boolean({
        description:
          'Whether the balance was corrected; false while a second person has to decide.',
        resolve: ({ entries }) => entries.length > 0,
      }),
    }),
  });

const AdjustPointsPayload = adjustmentPayload(
  'AdjustPointsPayload',
  'The balance was corrected, or the correction waits for a second person.',
);
const DecideAdjustmentPayload = adjustmentPayload(
  'DecideAdjustmentPayload',
  'The correction was booked or rejected.',
);

builder.mutationField('adjustPoints', (t) =>
  t.field({
    type: AdjustPointsPayload,
    nullable: true,
    description:
      'Corrects a balance by hand, with a reason. Above the limit of the program’s points policy ' +
      'it only asks: somebody else has to decide. Counts neither as earned nor on leaderboards. ' +
      'For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: AdjustPointsInput, required: true, description: 'What to change.' }),
    },
    errors: {
      types: adjustPointsRefusals,
      union: { name: 'AdjustPointsResult', description: 'What adjustPoints answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      return toPayload(await context.app.engine.run(adjustPoints, known(context.viewer), command));
    },
  }),
);

const DecideAdjustmentInput = builder.inputType('DecideAdjustmentInput', {
  description: 'Input of decideAdjustment.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: 'Whose points.' }),
    adjustmentId: t.id({ required: true, description: 'Id of the request.' }),
    approve: t.boolean({ required: true, description: 'True books it, false rejects it.' }),
    idempotencyKey: t.string({
      description: idempotencyKeyText,
    }),
  }),
});

builder.mutationField('decideAdjustment', (t) =>
  t.field({
    type: DecideAdjustmentPayload,
    nullable: true,
    description:
      'Approves or rejects a correction above the limit. The key that asked for it may only ' +
      'reject it. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: DecideAdjustmentInput, required: true, description: 'Which and how.' }),
    },
    errors: {
      types: decideAdjustmentRefusals,
      union: { name: 'DecideAdjustmentResult', description: 'What decideAdjustment answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const adjustmentId = fromGlobalId('input.adjustmentId', 'Adjustment', input.adjustmentId);
      const command = { ...withoutNulls(input), member, adjustmentId };
      const { engine } = context.app;
      return toPayload(await engine.run(decideAdjustment, known(context.viewer), command));
    },
  }),
);
