import type { MemberState } from '../engine/rows.ts';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { rowId } from '../graphql/ids.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { AwardType, MemberByInput, MemberType } from '../graphql/refs.ts';
import { waitFor } from '../projections/wait-for.ts';
import { type EnrolMemberOutcome, enrolMember, enrolMemberRefusals } from './enrol-member.ts';
import { mayReadPrivate, memberRefFor, readMember, readMemberNode } from './member-access.ts';
import { avatarText, clearedOf, nicknameText, optOutText } from './profile.schema.ts';
import { type UpdateMemberOutcome, updateMember, updateMemberRefusals } from './update-member.ts';

builder.node(MemberType, {
  description: 'Somebody who takes part in the program.',
  id: { resolve: ({ memberId }) => memberId, description: 'Opaque global id.' },
  loadWithoutCache: (id, context) => readMemberNode(context, rowId(id)) as Promise<MemberState>,
  fields: (t) => ({
    externalId: t.exposeString('externalId', {
      description:
        'The id by which the program’s own systems know the member. Everyone who may read the ' +
        'program’s boards sees it: choose ids that are no personal data.',
    }),
    displayName: t.string({
      description: 'The name shown on boards: the nickname, for members who have one.',
      resolve: ({ nickname, displayName }) => nickname ?? displayName,
    }),
    avatarUrl: t.exposeString('avatarUrl', {
      nullable: true,
      description: 'An https address of a picture, as the member chose; null: none.',
    }),
    nickname: t.exposeString('nickname', {
      nullable: true,
      description: 'The name that the member chose for boards; null: none.',
    }),
    registeredName: t.string({
      description:
        'The name that the program gave, whatever nickname the member chose. For the member and ' +
        'for OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ displayName }) => displayName,
    }),
    leaderboardOptOut: t.boolean({
      description:
        'Whether the member appears on no board; the ranks of others close up. For the member and ' +
        'for OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ leaderboardOptOut }) => leaderboardOptOut,
    }),
    tags: t.stringList({
      description:
        'Groups the operator put the member in, for audiences. For the member and for OPERATOR ' +
        'and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ tags }) => [...tags],
    }),
    birthday: t.string({
      nullable: true,
      description: 'Month and day, MM-DD. For the member and for OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ birthday }) => birthday,
    }),
    enrolledAt: t.expose('enrolledAt', {
      type: 'DateTime',
      description: 'When the member was enrolled.',
    }),
  }),
});

const afterText =
  'Position of an event (from a mutation’s payload): waits, 3 seconds at most, until the tasks ' +
  'include it; SERVICE_UNAVAILABLE after that. All else includes it at once.';

builder.queryFields((t) => ({
  me: t.field({
    type: MemberType,
    nullable: true,
    description:
      'The member whose token this is; null while they are not enrolled, and for API keys.',
    authScopes: { known: true },
    args: { after: t.arg({ type: 'SafeInt', description: afterText }) },
    resolve: async (_root, { after }, context) => {
      const viewer = known(context.viewer);
      await waitFor(context.app.taskProjection, viewer.programId, after);
      return viewer.kind === 'member'
        ? readMember(context, { externalId: viewer.externalId })
        : null;
    },
  }),
  member: t.field({
    type: MemberType,
    nullable: true,
    description:
      'A member of the program; null when there is none. Members may name only themselves.',
    authScopes: { acts: true },
    args: {
      by: t.arg({ type: MemberByInput, required: true, description: 'Which member.' }),
      after: t.arg({ type: 'SafeInt', description: afterText }),
    },
    resolve: async (_root, { by, after }, context) => {
      const member = await memberRefFor(context, by, 'by');
      await waitFor(context.app.taskProjection, known(context.viewer).programId, after);
      return readMember(context, member);
    },
  }),
}));

const EnrolMemberInput = builder.inputType('EnrolMemberInput', {
  description: 'Input of enrolMember.',
  fields: (t) => ({
    externalId: t.string({
      required: true,
      description:
        'The program’s own id for the member, 1 to 128 characters, unique in the program.',
    }),
    displayName: t.string({
      description: 'The name shown on boards, up to 500 characters; the external id when absent.',
    }),
    birthday: t.string({ description: 'Month and day, MM-DD, for birthday campaigns.' }),
    tags: t.stringList({ description: 'Groups for audiences, at most 50 keys.' }),
    idempotencyKey: t.string({
      description: idempotencyKeyText,
    }),
  }),
});

const EnrolMemberPayload = builder
  .objectRef<Payload<EnrolMemberOutcome>>('EnrolMemberPayload')
  .implement({
    description: 'A member was enrolled.',
    interfaces: payloadInterfaces,
    fields: (t) => ({
      awards: t.field({
        type: [AwardType],
        description: 'What rules for newcomers paid.',
        resolve: ({ entries, withheld }) => [...entries, ...withheld],
      }),
    }),
  });

builder.mutationField('enrolMember', (t) =>
  t.field({
    type: EnrolMemberPayload,
    nullable: true,
    description: 'Makes somebody a member of the program, with an empty account.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: EnrolMemberInput, required: true, description: 'Whom to enrol.' }),
    },
    errors: {
      types: enrolMemberRefusals,
      union: { name: 'EnrolMemberResult', description: 'What enrolMember answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => {
      return toPayload(await app.engine.run(enrolMember, known(viewer), withoutNulls(input)));
    },
  }),
);

const UpdateMemberInput = builder.inputType('UpdateMemberInput', {
  description: 'Input of updateMember; what is left out stays as it is.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: 'Whom to change.' }),
    displayName: t.string({ description: 'The name shown on boards, up to 500 characters.' }),
    birthday: t.string({ description: 'Month and day, MM-DD; null forgets it.' }),
    tags: t.stringList({ description: 'All groups of the member from now on, at most 50 keys.' }),
    nickname: t.string({ description: nicknameText }),
    avatarUrl: t.string({ description: avatarText }),
    leaderboardOptOut: t.boolean({ description: optOutText }),
    idempotencyKey: t.string({
      description: idempotencyKeyText,
    }),
  }),
});

const UpdateMemberPayload = builder
  .objectRef<Payload<UpdateMemberOutcome>>('UpdateMemberPayload')
  .implement({ description: 'The member was changed.', interfaces: payloadInterfaces });

builder.mutationField('updateMember', (t) =>
  t.field({
    type: UpdateMemberPayload,
    nullable: true,
    description: 'Changes what the program knows of a member. For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: UpdateMemberInput, required: true, description: 'What to change.' }),
    },
    errors: {
      types: updateMemberRefusals,
      union: { name: 'UpdateMemberResult', description: 'What updateMember answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const { birthday } = input;
      const command = {
        ...withoutNulls(input),
        ...(birthday !== undefined && { birthday }),
        ...clearedOf(input),
        member,
      };
      return toPayload(await context.app.engine.run(updateMember, known(context.viewer), command));
    },
  }),
);
