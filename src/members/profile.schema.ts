/** What members choose themselves: how boards show them, if at all. */
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { MemberByInput } from '../graphql/refs.ts';
import { memberRefFor } from './member-access.ts';
import { type UpdateMemberOutcome, updateMemberRefusals, updateProfile } from './update-member.ts';

export const nicknameText =
  'The name shown on boards instead of the display name, up to 40 characters; null: none.';
export const avatarText = 'An https address of a picture, up to 2,000 characters; null: none.';
export const optOutText = 'Whether the member appears on no board.';

type Choices = { nickname?: string | null | undefined; avatarUrl?: string | null | undefined };

/** Those of the choices that null clears, as they were given. */
export const clearedOf = ({ nickname, avatarUrl }: Choices): Choices => ({
  ...(nickname !== undefined && { nickname }),
  ...(avatarUrl !== undefined && { avatarUrl }),
});

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'Input of updateProfile; what is left out stays as it is.',
  fields: (t) => ({
    member: t.field({
      type: MemberByInput,
      description: 'Whose profile; a member token’s own when absent.',
    }),
    nickname: t.string({ description: nicknameText }),
    avatarUrl: t.string({ description: avatarText }),
    leaderboardOptOut: t.boolean({ description: optOutText }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const UpdateProfilePayload = builder
  .objectRef<Payload<UpdateMemberOutcome>>('UpdateProfilePayload')
  .implement({ description: 'The profile was changed.', interfaces: payloadInterfaces });

builder.mutationField('updateProfile', (t) =>
  t.field({
    type: UpdateProfilePayload,
    nullable: true,
    description:
      'Changes what members may choose themselves: how boards show them, and whether. Boards that ' +
      'run follow within a second; frozen seasons stay as they are. For members, for themselves, ' +
      'and for OPERATOR and SERVICE keys.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: UpdateProfileInput, required: true, description: 'What to change.' }),
    },
    errors: {
      types: updateMemberRefusals,
      union: { name: 'UpdateProfileResult', description: 'What updateProfile answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), ...clearedOf(input), member };
      return toPayload(await context.app.engine.run(updateProfile, known(context.viewer), command));
    },
  }),
);
