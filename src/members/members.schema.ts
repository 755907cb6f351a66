import type { MemberState } from '../engine/rows.ts';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { rowId } from '../graphql/ids.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { MemberByInput, MemberType } from '../graphql/refs.ts';
import { type EnrolMemberOutcome, enrolMember, enrolMemberRefusals } from './enrol-member.ts';
import { memberRefFor, readMember, readMemberNode } from './member-access.ts';

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
    displayName: t.exposeString('displayName', { description: 'The name shown on boards.' }),
    enrolledAt: t.expose('enrolledAt', {
      type: 'DateTime',
      description: 'When the member was enrolled.',
    }),
  }),
});

builder.queryFields((t) => ({
  me: t.field({
    type: MemberType,
    nullable: true,
    description:
      'The member whose token this is; null while they are not enrolled, and for API keys.',
    authScopes: { known: true },
    resolve: (_root, _args, context) => {
      const viewer = known(context.viewer);
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
    args: { by: t.arg({ type: MemberByInput, required: true, description: 'Which member.' }) },
    resolve: async (_root, { by }, context) =>
      readMember(context, await memberRefFor(context, by, 'by')),
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
    idempotencyKey: t.string({
      description:
        'Your key for this command, up to 255 characters; a repeat gets the first answer.',
    }),
  }),
});

const EnrolMemberPayload = builder
  .objectRef<Payload<EnrolMemberOutcome>>('EnrolMemberPayload')
  .implement({ description: 'A member was enrolled.', interfaces: payloadInterfaces });

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
