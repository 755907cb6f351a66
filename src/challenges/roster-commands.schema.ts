/** Joining, leaving and playing: commands of the engine. */
import { externalId } from '../engine/inputs.ts';
import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { fromGlobalId } from '../graphql/ids.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { toPayload } from '../graphql/payload.ts';
import { type MemberBy, memberRefFor, readMember } from '../members/member-access.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import { InputError } from '../platform/refusal.ts';
import {
  type JoinChallengeInput as JoinCommand,
  joinChallenge,
  joinChallengeRefusals,
} from './join-challenge.ts';
import {
  disqualifyParticipant,
  disqualifyParticipantRefusals,
  leaveChallenge,
  leaveChallengeRefusals,
  removeFromTeam,
  removeFromTeamRefusals,
} from './leave-challenge.ts';
import { recordAttempt, recordAttemptRefusals } from './record-attempt.ts';
import {
  DisqualifyParticipantInput,
  JoinChallengeInput,
  LeaveChallengeInput,
  payloads,
  RecordAttemptInput,
  RemoveFromTeamInput,
  RenewInviteCodeInput,
  TransferCaptainInput,
} from './roster-types.schema.ts';
import {
  renewInviteCode,
  renewInviteCodeRefusals,
  transferCaptain,
  transferCaptainRefusals,
} from './team-commands.ts';

type About = {
  readonly challengeId: string | number;
  readonly member?: MemberBy | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
};

/** The command of an input about a member's part in a challenge. */
const commandOf = async <Input extends About>(context: Context, input: Input) => ({
  ...withoutNulls(input),
  challengeId: fromGlobalId('input.challengeId', 'Challenge', String(input.challengeId)),
  member: await memberRefFor(context, input.member),
});

/** The id of a member that an input names besides the one whose rows are locked. */
async function idOf(context: Context, by: MemberBy, argument: string): Promise<number> {
  if (typeof by.id === 'string') return fromGlobalId(`${argument}.id`, 'Member', by.id);
  const found = await readMember(context, { externalId: String(by.externalId) });
  if (found === undefined) throw new MemberNotFound();
  return found.memberId;
}

/** Who asks to remove somebody: a member token its own member; null: a key, which may. */
async function askerOf(context: Context): Promise<number | null> {
  const viewer = known(context.viewer);
  if (viewer.kind !== 'member') return null;
  return idOf(context, { externalId: viewer.externalId }, 'member');
}

/** Names whoever is removed: a member token names others here, whom it may as captain. */
function removedRef(by: MemberBy) {
  if (typeof by.id === 'string') return { id: fromGlobalId('input.member.id', 'Member', by.id) };
  const parsed = externalId.safeParse(by.externalId);
  if (parsed.success) return { externalId: parsed.data };
  const [issue] = parsed.error.issues;
  throw new InputError('member.externalId', issue?.message ?? 'is not valid');
}

builder.mutationFields((t) => ({
  joinChallenge: t.field({
    type: payloads.join,
    nullable: true,
    description:
      'Lets a member take part in a challenge, and takes the entry fee. Who takes part already is ' +
      'told so, and pays nothing. Joining is consent to be shown in it.',
    authScopes: { acts: true },
    args: { input: t.arg({ type: JoinChallengeInput, required: true, description: 'Who joins.' }) },
    errors: {
      types: joinChallengeRefusals,
      union: { name: 'JoinChallengeResult', description: 'What joinChallenge answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const { team, ...given } = await commandOf(context, input);
      const chosen = team && (withoutNulls(team) as JoinCommand['team']);
      const command = { ...given, ...(chosen && { team: chosen }) };
      return toPayload(await context.app.engine.run(joinChallenge, known(context.viewer), command));
    },
  }),
  leaveChallenge: t.field({
    type: payloads.leave,
    nullable: true,
    description:
      'Takes a member out of a challenge. Before the start the place is free again and the entry fee ' +
      'comes back; afterwards it does not: the member is listed no more, and a team keeps what they ' +
      'brought it.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: LeaveChallengeInput, required: true, description: 'Who leaves.' }),
    },
    errors: {
      types: leaveChallengeRefusals,
      union: { name: 'LeaveChallengeResult', description: 'What leaveChallenge answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const command = await commandOf(context, input);
      return toPayload(
        await context.app.engine.run(leaveChallenge, known(context.viewer), command),
      );
    },
  }),
  removeFromTeam: t.field({
    type: payloads.remove,
    nullable: true,
    description:
      'Takes a member out of their team before the start, with their entry fee back. For the captain ' +
      'of the team, and for OPERATOR and SERVICE keys.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: RemoveFromTeamInput, required: true, description: 'Who is removed.' }),
    },
    errors: {
      types: removeFromTeamRefusals,
      union: { name: 'RemoveFromTeamResult', description: 'What removeFromTeam answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const { member, challengeId, ...given } = input;
      const command = {
        ...withoutNulls(given),
        challengeId: fromGlobalId('input.challengeId', 'Challenge', String(challengeId)),
        member: removedRef(member),
        by: await askerOf(context),
      };
      return toPayload(
        await context.app.engine.run(removeFromTeam, known(context.viewer), command),
      );
    },
  }),
  transferCaptain: t.field({
    type: payloads.transfer,
    nullable: true,
    description: 'Makes another member of the captain’s team its captain.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: TransferCaptainInput, required: true, description: 'Who to whom.' }),
    },
    errors: {
      types: transferCaptainRefusals,
      union: { name: 'TransferCaptainResult', description: 'What transferCaptain answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const to = await idOf(context, input.to, 'input.to');
      const command = { ...(await commandOf(context, input)), to };
      return toPayload(
        await context.app.engine.run(transferCaptain, known(context.viewer), command),
      );
    },
  }),
  renewInviteCode: t.field({
    type: payloads.renew,
    nullable: true,
    description: 'Gives the captain’s team another invite code: the old one is nobody’s.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: RenewInviteCodeInput, required: true, description: 'Of which team.' }),
    },
    errors: {
      types: renewInviteCodeRefusals,
      union: { name: 'RenewInviteCodeResult', description: 'What renewInviteCode answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const command = await commandOf(context, input);
      return toPayload(
        await context.app.engine.run(renewInviteCode, known(context.viewer), command),
      );
    },
  }),
  disqualifyParticipant: t.field({
    type: payloads.disqualify,
    nullable: true,
    description:
      'Shuts a member out of a challenge, also one who has left, until its standings are final: they ' +
      'are listed no more, nothing of theirs counts for a team, and the entry fee stays paid. For ' +
      'OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({
        type: DisqualifyParticipantInput,
        required: true,
        description: 'Who, and why.',
      }),
    },
    errors: {
      types: disqualifyParticipantRefusals,
      union: {
        name: 'DisqualifyParticipantResult',
        description: 'What disqualifyParticipant answers.',
      },
    },
    resolve: async (_root, { input }, context) => {
      const command = await commandOf(context, input);
      return toPayload(
        await context.app.engine.run(disqualifyParticipant, known(context.viewer), command),
      );
    },
  }),
  recordAttempt: t.field({
    type: payloads.attempt,
    nullable: true,
    description:
      'Records an attempt of a participant, in a challenge that counts ATTEMPTS: by when it was made, ' +
      'which is what counts. For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: RecordAttemptInput, required: true, description: 'The attempt.' }),
    },
    errors: {
      types: recordAttemptRefusals,
      union: { name: 'RecordAttemptResult', description: 'What recordAttempt answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const command = await commandOf(context, input);
      return toPayload(await context.app.engine.run(recordAttempt, known(context.viewer), command));
    },
  }),
}));
