import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, toGlobalId } from '../graphql/ids.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { MemberByInput, MemberType } from '../graphql/refs.ts';
import { mayReadPrivate, memberRefFor } from '../members/member-access.ts';
import { captureHold, captureHoldRefusals, releaseHold, releaseHoldRefusals } from './end-hold.ts';
import { type HoldOutcome, holdPoints, holdPointsRefusals } from './hold-points.ts';
import { HoldStateEnum } from './hold-state.schema.ts';
import { type HoldShape, loadHold } from './holds.sql.ts';

const HoldType = builder.objectRef<HoldShape>('Hold').implement({
  description: 'Points set aside for something that is not settled yet.',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque id of the hold.',
      resolve: ({ id }) => toGlobalId('Hold', id),
    }),
    points: t.expose('points', { type: 'SafeInt', description: 'How many were set aside.' }),
    captured: t.expose('captured', {
      type: 'SafeInt',
      description: 'How many of them were taken in the end.',
    }),
    reason: t.exposeString('reason', { description: 'What it is for, in the caller’s words.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'From this instant on it is over, whatever was done about it.',
    }),
    state: t.field({
      type: HoldStateEnum,
      description: 'Where it stands now.',
      resolve: ({ state, expiresAt }, _args, { app }) =>
        state === 'HELD' && expiresAt <= app.clock.now() ? 'EXPIRED' : state,
    }),
  }),
});

const holdCursor = cursorCodec('holds', z.number().int().positive());

builder.objectField(MemberType, 'holds', (t) =>
  t.connection(
    {
      type: HoldType,
      description:
        'The member’s holds, newest first. For the member and for OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ memberId }, args, { loaders }) =>
        pageOf(
          args,
          holdCursor,
          (range) => loaders.holds.load({ memberId, range }),
          ({ id }) => id,
        ),
    },
    { description: 'A page of holds.' },
    { description: 'A hold in a page.' },
  ),
);

const holdPayload = (name: string, description: string) =>
  builder.objectRef<Payload<HoldOutcome>>(name).implement({
    description,
    interfaces: payloadInterfaces,
    fields: (t) => ({
      hold: t.field({
        type: HoldType,
        description: 'The hold as it stands now.',
        resolve: ({ holdId }, _args, { app }) => loadHold(app.pool, holdId),
      }),
    }),
  });

const HoldPointsPayload = holdPayload('HoldPointsPayload', 'The points are set aside.');
const CaptureHoldPayload = holdPayload('CaptureHoldPayload', 'The hold was captured.');
const ReleaseHoldPayload = holdPayload('ReleaseHoldPayload', 'The hold was released.');

const memberField = 'Whose points. Required with an API key.';

const HoldPointsInput = builder.inputType('HoldPointsInput', {
  description: 'Input of holdPoints.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: memberField }),
    points: t.field({ type: 'SafeInt', required: true, description: 'How many to set aside.' }),
    reason: t.string({
      required: true,
      description: 'What it is for, in your words; up to 500 characters.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'When it ends by itself; in the future, at most a year ahead.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const CaptureHoldInput = builder.inputType('CaptureHoldInput', {
  description: 'Input of captureHold.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: memberField }),
    holdId: t.id({ required: true, description: 'Id of the hold.' }),
    points: t.field({
      type: 'SafeInt',
      description: 'How many to take, at most what is held; all when absent. The rest is released.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const ReleaseHoldInput = builder.inputType('ReleaseHoldInput', {
  description: 'Input of releaseHold.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: memberField }),
    holdId: t.id({ required: true, description: 'Id of the hold.' }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

builder.mutationFields((t) => ({
  holdPoints: t.field({
    type: HoldPointsPayload,
    nullable: true,
    description:
      'Sets points aside for something that is not settled yet: they stay in the balance but ' +
      'cannot be spent, until they are captured, released, or the hold ends by itself. ' +
      'For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: { input: t.arg({ type: HoldPointsInput, required: true, description: 'What to hold.' }) },
    errors: {
      types: holdPointsRefusals,
      union: { name: 'HoldPointsResult', description: 'What holdPoints answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      return toPayload(await context.app.engine.run(holdPoints, known(context.viewer), command));
    },
  }),
  captureHold: t.field({
    type: CaptureHoldPayload,
    nullable: true,
    description:
      'Spends what a hold set aside, or part of it; the rest is free again. Repeating it changes ' +
      'nothing. For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: CaptureHoldInput, required: true, description: 'What to take.' }),
    },
    errors: {
      types: captureHoldRefusals,
      union: { name: 'CaptureHoldResult', description: 'What captureHold answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const holdId = fromGlobalId('input.holdId', 'Hold', input.holdId);
      const command = { ...withoutNulls(input), member, holdId };
      return toPayload(await context.app.engine.run(captureHold, known(context.viewer), command));
    },
  }),
  releaseHold: t.field({
    type: ReleaseHoldPayload,
    nullable: true,
    description:
      'Gives back what a hold set aside. Repeating it changes nothing. For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: ReleaseHoldInput, required: true, description: 'Which hold.' }),
    },
    errors: {
      types: releaseHoldRefusals,
      union: { name: 'ReleaseHoldResult', description: 'What releaseHold answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const holdId = fromGlobalId('input.holdId', 'Hold', input.holdId);
      const command = { ...withoutNulls(input), member, holdId };
      return toPayload(await context.app.engine.run(releaseHold, known(context.viewer), command));
    },
  }),
}));
