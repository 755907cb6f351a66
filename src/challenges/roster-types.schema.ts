/** Inputs and payloads of the commands of joining, leaving and playing. */
import { builder } from '../graphql/builder.ts';
import { idempotencyKeyText } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces } from '../graphql/payload.ts';
import { ChallengeType, MemberByInput } from '../graphql/refs.ts';
import { assert } from '../platform/assert.ts';
import type { JoinChallengeOutcome } from './join-challenge.ts';
import { ParticipantType } from './participants.schema.ts';
import type { RecordAttemptOutcome } from './record-attempt.ts';
import type { ChallengeOutcome } from './roster.ts';
import { findParticipant } from './roster-reads.sql.ts';
import { challengeOf } from './teams.schema.ts';

/** What commands answer; some of them more than others. */
type Outcome = ChallengeOutcome & Partial<JoinChallengeOutcome> & Partial<RecordAttemptOutcome>;

/** A payload about somebody’s part in a challenge. */
const payloadOf = (name: string, description: string) =>
  builder.objectRef<Payload<Outcome>>(name).implement({
    description,
    interfaces: payloadInterfaces,
    fields: (t) => ({
      challenge: t.field({
        type: ChallengeType,
        description: 'The challenge as it is now.',
        resolve: ({ challengeId }, _args, context) => challengeOf(context, challengeId),
      }),
      participation: t.field({
        type: ParticipantType,
        description: 'The member’s part in it as it is now.',
        resolve: async ({ challengeId, memberId }, _args, { app }) => {
          const part = await findParticipant(app.pool, challengeId, memberId);
          assert(part !== undefined, 'whoever a command is about has a part');
          return part;
        },
      }),
    }),
  });

export const payloads = {
  join: payloadOf('JoinChallengePayload', 'The member takes part.'),
  leave: payloadOf('LeaveChallengePayload', 'The member takes part no more.'),
  remove: payloadOf('RemoveFromTeamPayload', 'The member is in the team no more.'),
  disqualify: payloadOf('DisqualifyParticipantPayload', 'The member is shut out.'),
  transfer: payloadOf('TransferCaptainPayload', 'The team has another captain.'),
  renew: payloadOf('RenewInviteCodePayload', 'The team has another invite code.'),
  attempt: payloadOf('RecordAttemptPayload', 'The attempt is recorded.'),
};

builder.objectFields(payloads.join, (t) => ({
  alreadyJoined: t.boolean({
    description: 'True when the member took part before: nothing was done, or paid, now.',
    resolve: ({ alreadyJoined = false }) => alreadyJoined,
  }),
}));

builder.objectFields(payloads.attempt, (t) => ({
  number: t.int({
    description: 'Which of the participant’s it is: 1, 2, 3 …',
    resolve: ({ number = 0 }) => number,
  }),
  alreadyRecorded: t.boolean({
    description: 'True when the reference was recorded before: nothing was done now.',
    resolve: ({ alreadyRecorded = false }) => alreadyRecorded,
  }),
  differs: t.boolean({
    description: 'True when what was recorded before has another score or time.',
    resolve: ({ differs = false }) => differs,
  }),
}));

const challengeText = 'Global id of the challenge.';
const memberText = 'Required with an API key; a member token means its own member.';

const NewTeamInput = builder.inputType('NewTeamInput', {
  description: 'A team to be made.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Its name, unique in the challenge, 1 to 40 characters.',
    }),
  }),
});

const TeamChoiceInput = builder.inputType('TeamChoiceInput', {
  description: 'The team in which somebody takes part.',
  isOneOf: true,
  fields: (t) => ({
    create: t.field({ type: NewTeamInput, description: 'A new one; its captain is who joins.' }),
    inviteCode: t.string({
      description: 'One that is there, by its invite code; small letters, blanks and - are fine.',
    }),
  }),
});

export const JoinChallengeInput = builder.inputType('JoinChallengeInput', {
  description: 'Input of joinChallenge.',
  fields: (t) => ({
    challengeId: t.id({ required: true, description: challengeText }),
    member: t.field({ type: MemberByInput, description: `Who joins. ${memberText}` }),
    team: t.field({
      type: TeamChoiceInput,
      description: 'The team, of a TEAM challenge, and required there.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const aboutMember = (name: string, mutation: string, who: string) =>
  builder.inputType(name, {
    description: `Input of ${mutation}.`,
    fields: (t) => ({
      challengeId: t.id({ required: true, description: challengeText }),
      member: t.field({ type: MemberByInput, description: `${who} ${memberText}` }),
      idempotencyKey: t.string({ description: idempotencyKeyText }),
    }),
  });

export const LeaveChallengeInput = aboutMember(
  'LeaveChallengeInput',
  'leaveChallenge',
  'Who leaves.',
);
export const RenewInviteCodeInput = aboutMember(
  'RenewInviteCodeInput',
  'renewInviteCode',
  'The captain of the team.',
);

export const TransferCaptainInput = builder.inputType('TransferCaptainInput', {
  description: 'Input of transferCaptain.',
  fields: (t) => ({
    challengeId: t.id({ required: true, description: challengeText }),
    member: t.field({ type: MemberByInput, description: `The captain of the team. ${memberText}` }),
    to: t.field({
      type: MemberByInput,
      required: true,
      description: 'The member of the team who is its captain from now on.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

export const RemoveFromTeamInput = builder.inputType('RemoveFromTeamInput', {
  description: 'Input of removeFromTeam.',
  fields: (t) => ({
    challengeId: t.id({ required: true, description: challengeText }),
    member: t.field({ type: MemberByInput, required: true, description: 'Who is removed.' }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

export const DisqualifyParticipantInput = builder.inputType('DisqualifyParticipantInput', {
  description: 'Input of disqualifyParticipant.',
  fields: (t) => ({
    challengeId: t.id({ required: true, description: challengeText }),
    member: t.field({ type: MemberByInput, required: true, description: 'Who is shut out.' }),
    reason: t.string({ required: true, description: 'Why, 1 to 500 characters; they see it.' }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

export const RecordAttemptInput = builder.inputType('RecordAttemptInput', {
  description: 'Input of recordAttempt.',
  fields: (t) => ({
    challengeId: t.id({ required: true, description: challengeText }),
    member: t.field({ type: MemberByInput, required: true, description: 'Whose attempt it is.' }),
    score: t.field({ type: 'SafeInt', required: true, description: 'What it scored.' }),
    occurredAt: t.field({
      type: 'DateTime',
      description:
        'When it was made; now when absent. Up to five minutes ahead, which counts as now, and as ' +
        'far back as the program accepts (72 hours unless set otherwise).',
    }),
    reference: t.string({
      description:
        'Your name for it, up to 500 characters, unique for the participant: a repeat changes ' +
        'nothing.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});
