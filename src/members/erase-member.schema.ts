import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { MemberByInput } from '../graphql/refs.ts';
import { type EraseMemberOutcome, eraseMember, eraseMemberRefusals } from './erase-member.ts';
import { memberRefFor } from './member-access.ts';

const EraseMemberInput = builder.inputType('EraseMemberInput', {
  description: 'Input of eraseMember.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: 'Whom to forget.' }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const EraseMemberPayload = builder
  .objectRef<Payload<EraseMemberOutcome>>('EraseMemberPayload')
  .implement({
    description: 'The member has no name any more; the account is as it was.',
    interfaces: payloadInterfaces,
  });

builder.mutationField('eraseMember', (t) =>
  t.field({
    type: EraseMemberPayload,
    nullable: true,
    description:
      'Forgets who a member is, for good: external id, name, birthday and tags at once, and within ' +
      'minutes attributes of activities, reasons of holds and notes. Points, ledger, boards and all ' +
      'totals stay, under a pseudonym; what was written into ledger lines (reasons and notes of ' +
      'adjustments) cannot change. The external id is free again. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: EraseMemberInput, required: true, description: 'Whom to forget.' }),
    },
    errors: {
      types: eraseMemberRefusals,
      union: { name: 'EraseMemberResult', description: 'What eraseMember answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      return toPayload(await context.app.engine.run(eraseMember, known(context.viewer), command));
    },
  }),
);
