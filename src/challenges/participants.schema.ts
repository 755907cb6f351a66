import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { checkPageSize, cursorCodec, pageOf } from '../graphql/paging.ts';
import {
  ChallengeType,
  MemberByInput,
  MemberType,
  StandingType,
  TeamType,
} from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import { mayReadPrivate, memberRefFor, readMember } from '../members/member-access.ts';
import { assert } from '../platform/assert.ts';
import { ParticipantStateEnum } from './challenge-enums.schema.ts';
import {
  findParticipant,
  listParticipants,
  listParts,
  listReached,
  listRoster,
  type ParticipantShape,
} from './roster-reads.sql.ts';
import { challengeOf, teamOf } from './teams.schema.ts';

/** A row for whom it is read: what only some may see goes by the member. */
const memberOf = async ({ loaders }: Context, memberId: number) => {
  const member = await loaders.members.load(memberId);
  assert(member !== undefined, 'a participant is a member');
  return member;
};

export const ParticipantType = builder
  .objectRef<ParticipantShape>('ChallengeParticipant')
  .implement({
    description: 'Somebody’s part in a challenge.',
    fields: (t) => ({
      challenge: t.field({
        type: ChallengeType,
        description: 'The challenge.',
        resolve: ({ challengeId }, _args, context) => challengeOf(context, challengeId),
      }),
      member: t.field({
        type: MemberType,
        description: 'Who takes part.',
        resolve: ({ memberId }, _args, context) => memberOf(context, memberId),
      }),
      team: t.field({
        type: TeamType,
        nullable: true,
        description: 'The team; null in an INDIVIDUAL challenge.',
        resolve: ({ teamId }, _args, context) => (teamId === null ? null : teamOf(context, teamId)),
      }),
      state: t.expose('state', { type: ParticipantStateEnum, description: 'Where they stand.' }),
      joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When they joined.' }),
      countsFrom: t.expose('countsFrom', {
        type: 'DateTime',
        description: 'What they do counts from then on: the start, or joining if that was later.',
      }),
      countsUntil: t.expose('countsUntil', {
        type: 'DateTime',
        nullable: true,
        description: 'And before this instant: when they left; null: until the end.',
      }),
      attempts: t.exposeInt('attempts', { description: 'How many attempts they have recorded.' }),
      attemptsLeft: t.int({
        nullable: true,
        description: 'How many they have left; null: without bound, or it counts none.',
        resolve: async ({ challengeId, attempts }, _args, context) => {
          const { attemptsMax } = await challengeOf(context, challengeId);
          return attemptsMax === null ? null : Math.max(0, attemptsMax - attempts);
        },
      }),
      fee: t.field({
        type: 'SafeInt',
        nullable: true,
        description:
          'Points paid to join and not given back. For the member and for OPERATOR and SERVICE keys; ' +
          'null for others.',
        resolve: async ({ memberId, fee }, _args, context) =>
          mayReadPrivate(context, await memberOf(context, memberId)) ? fee : null,
      }),
      reason: t.string({
        nullable: true,
        description:
          'Why they were disqualified. For the member and for OPERATOR and SERVICE keys; null for ' +
          'others.',
        resolve: async ({ memberId, reason }, _args, context) =>
          mayReadPrivate(context, await memberOf(context, memberId)) ? reason : null,
      }),
      standing: t.field({
        type: StandingType,
        nullable: true,
        description:
          'Their place among all members of the challenge; null when they have none. Who left or was ' +
          'disqualified sees the place they would have.',
        resolve: async ({ challengeId, memberId, state }, _args, context) => {
          const mayRead = mayReadPrivate(context, await memberOf(context, memberId));
          if (state !== 'JOINED' && !mayRead) return null;
          const { seasonId, rankMode } = await challengeOf(context, challengeId);
          const season = { seasonId, rankMode };
          const { standings } = await context.app.standings.around(season, memberId, 0);
          return standings[0] ?? null;
        },
      }),
    }),
  });

const participantCursor = cursorCodec('participants', z.number().int().positive());
const partCursor = cursorCodec('memberChallenges', z.number().int().positive());
const words = [
  { description: 'A page of participants.' },
  { description: 'A participant in a page.' },
] as const;

builder.objectField(ChallengeType, 'participants', (t) =>
  t.connection(
    {
      type: ParticipantType,
      description: 'Who takes part now, in the order in which they were enrolled in the program.',
      resolve: ({ id }, args, { app }) =>
        pageOf(
          args,
          participantCursor,
          (range) => listParticipants(app.pool, id, range),
          ({ memberId }) => memberId,
        ),
    },
    ...words,
  ),
);

builder.objectField(TeamType, 'members', (t) =>
  t.connection(
    {
      type: ParticipantType,
      description: 'Who is in it now, in the order in which they were enrolled in the program.',
      resolve: ({ id }, args, { app }) =>
        pageOf(
          args,
          participantCursor,
          (range) => listRoster(app.pool, id, range),
          ({ memberId }) => memberId,
        ),
    },
    { name: 'TeamMembersConnection', description: 'A page of a team’s members.' },
    { name: 'TeamMembersConnectionEdge', description: 'A team’s member in a page.' },
  ),
);

builder.objectField(MemberType, 'challenges', (t) =>
  t.connection(
    {
      type: ParticipantType,
      description:
        'The challenges that the member has joined, the newest one first. For the member and for ' +
        'OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ memberId }, args, { app }) =>
        pageOf(
          args,
          partCursor,
          (range) => listParts(app.pool, memberId, range),
          ({ challengeId }) => challengeId,
        ),
    },
    { description: 'A page of challenges that a member has joined.' },
    { description: 'A challenge that a member has joined, in a page.' },
  ),
);

type Reached = {
  readonly challengeId: number;
  readonly isTeam: boolean;
  readonly place: number;
  readonly participantId: number;
  readonly reachedAt: Date;
};

const ReachedType = builder.objectRef<Reached>('TargetReached').implement({
  description: 'That somebody, or a team, has reached the target of a challenge.',
  fields: (t) => ({
    place: t.exposeInt('place', { description: '1 for the first who did.' }),
    reachedAt: t.expose('reachedAt', { type: 'DateTime', description: 'When.' }),
    member: t.field({
      type: MemberType,
      nullable: true,
      description: 'Who; null in a TEAM challenge.',
      resolve: ({ isTeam, participantId }, _args, context) =>
        isTeam ? null : memberOf(context, participantId),
    }),
    team: t.field({
      type: TeamType,
      nullable: true,
      description: 'Which team; null in an INDIVIDUAL challenge.',
      resolve: ({ isTeam, participantId }, _args, context) =>
        isTeam ? teamOf(context, participantId) : null,
    }),
  }),
});

builder.objectFields(ChallengeType, (t) => ({
  participation: t.field({
    type: ParticipantType,
    nullable: true,
    description:
      'One member’s part, a member token’s own when absent; null when they never joined. For the ' +
      'member and for OPERATOR and SERVICE keys.',
    authScopes: { acts: true },
    args: { member: t.arg({ type: MemberByInput, description: 'Whose.' }) },
    resolve: async ({ id }, { member: by }, context) => {
      const member = await readMember(context, await memberRefFor(context, by));
      if (member === undefined) return null;
      return (await findParticipant(context.app.pool, id, member.memberId)) ?? null;
    },
  }),
  targetReached: t.field({
    type: [ReachedType],
    description:
      'Who has reached the target and still takes part, first come first; empty for a RANKING.',
    args: { first: t.arg.int({ description: 'How many, 1 to 100; 20 when absent.' }) },
    resolve: async ({ id: challengeId, seasonId, kind }, { first }, { app }) => {
      checkPageSize('first', first);
      const rows = await listReached(app.pool, seasonId, first ?? limits.pageSizeDefault);
      return rows.map((row) => ({ challengeId, isTeam: kind === 'TEAM', ...row }));
    },
  }),
}));
