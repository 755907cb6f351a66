import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { rowId } from '../graphql/ids.ts';
import { checkPageSize, cursorCodec, instantPlace, pageOf } from '../graphql/paging.ts';
import {
  ChallengeType,
  MemberType,
  SettlementWinnerType,
  TeamStandingType,
  TeamType,
} from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import { InputError } from '../platform/refusal.ts';
import type { ChallengeShape } from './challenge-reads.sql.ts';
import { listTeams, rankTeams, type TeamShape, type TeamStanding } from './roster-reads.sql.ts';

builder.objectType(TeamStandingType, {
  description: 'A team’s place in its challenge.',
  fields: (t) => ({
    rank: t.exposeInt('rank', {
      description: '1 is best; equal scores are ranked by the challenge’s rankMode.',
    }),
    score: t.expose('score', { type: 'SafeInt', description: 'By the challenge’s teamRules.' }),
    reachedAt: t.expose('reachedAt', {
      type: 'DateTime',
      description: 'When the present score was reached.',
    }),
    team: t.field({
      type: TeamType,
      description: 'Whose place it is.',
      resolve: ({ teamId }, _args, context) => teamOf(context, teamId),
    }),
  }),
});

export async function teamOf({ loaders }: Context, teamId: number): Promise<TeamShape> {
  const team = await loaders.teams.load(teamId);
  assert(team !== undefined, 'a team that is named is there');
  return team;
}

export async function challengeOf({ loaders }: Context, id: number): Promise<ChallengeShape> {
  const challenge = await loaders.challenges.load(id);
  assert(challenge !== undefined, 'the challenge of a team or participant is there');
  return challenge;
}

builder.node(TeamType, {
  description: 'Members who compete together in a challenge.',
  id: { resolve: ({ id }) => id, description: 'Opaque global id.' },
  loadWithoutCache: async (id, { loaders, viewer }) => {
    if (viewer.kind === 'anonymous') return null;
    const team = await loaders.teams.load(rowId(id));
    return team?.programId === viewer.programId ? team : null;
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique in its challenge.' }),
    challenge: t.field({
      type: ChallengeType,
      description: 'The challenge it takes part in.',
      resolve: ({ challengeId }, _args, context) => challengeOf(context, challengeId),
    }),
    captain: t.field({
      type: MemberType,
      description: 'Who made it, or succeeded who left.',
      resolve: async ({ captainId }, _args, { loaders }) => {
        const captain = await loaders.members.load(captainId);
        assert(captain !== undefined, 'the captain of a team is a member');
        return captain;
      },
    }),
    size: t.exposeInt('size', { description: 'How many members it has now.' }),
    startSize: t.exposeInt('startSize', {
      nullable: true,
      description: 'How many it had when play began; null: it has not.',
    }),
    disbandedAt: t.expose('disbandedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its last member left: it is ranked no more; null: it takes part.',
    }),
    inviteCode: t.string({
      nullable: true,
      description:
        'Whoever knows it may join the team. For its members and for OPERATOR and SERVICE keys; null ' +
        'for others.',
      resolve: async ({ id: teamId, inviteCode }, _args, { viewer, loaders }) => {
        if (viewer.kind === 'key') {
          return viewer.role === 'OPERATOR' || viewer.role === 'SERVICE' ? inviteCode : null;
        }
        if (viewer.kind !== 'member') return null;
        const { programId, externalId } = viewer;
        return (await loaders.isInTeam.load({ teamId, programId, externalId })) ? inviteCode : null;
      },
    }),
    standing: t.field({
      type: TeamStandingType,
      nullable: true,
      description: 'Its place; null when nobody in it has scored.',
      resolve: async ({ id: teamId, challengeId }, _args, context) => {
        const season = seasonOf(await challengeOf(context, challengeId));
        return context.loaders.teamPlaces.load({ teamId, season });
      },
    }),
  }),
});

const seasonOf = ({ seasonId: id, rankMode }: ChallengeShape) => ({ id, rankMode });

const teamCursor = cursorCodec('teams', z.number().int().positive());

builder.objectField(ChallengeType, 'teams', (t) =>
  t.connection(
    {
      type: TeamType,
      description: 'The teams that take part, in the order they were made.',
      resolve: ({ id }, args, { app }) =>
        pageOf(
          args,
          teamCursor,
          (range) => listTeams(app.pool, id, range),
          (team) => team.id,
        ),
    },
    { description: 'A page of teams.' },
    { description: 'A team in a page.' },
  ),
);

const placeCursor = cursorCodec(
  'teamStandings',
  z.tuple([z.number().int().positive(), z.number().int(), instantPlace, z.number().int()]),
);

type TeamPage = {
  readonly seasonId: number;
  readonly version: number;
  readonly ranked: number;
  readonly standings: readonly TeamStanding[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
};

const cursorOf = ({ seasonId }: Pick<TeamPage, 'seasonId'>, row: TeamStanding) =>
  placeCursor.encode([seasonId, row.score, row.reachedAt.toISOString(), row.teamId]);

const TeamStandingEdge = builder
  .objectRef<{ page: TeamPage; standing: TeamStanding }>('TeamStandingEdge')
  .implement({
    description: 'A team’s standing in a page.',
    fields: (t) => ({
      cursor: t.string({
        description: 'Where the next page goes on, given as after.',
        resolve: ({ page, standing }) => cursorOf(page, standing),
      }),
      node: t.expose('standing', { type: TeamStandingType, description: 'The standing.' }),
    }),
  });

const TeamStandingConnection = builder.objectRef<TeamPage>('TeamStandingConnection').implement({
  description:
    'A page of teams’ standings, all of one version of the season. When asOfVersion differs between ' +
    'pages, the season has moved: start again.',
  fields: (t) => ({
    edges: t.field({
      type: [TeamStandingEdge],
      description: 'The standings with their cursors.',
      resolve: (page) => page.standings.map((standing) => ({ page, standing })),
    }),
    nodes: t.field({
      type: [TeamStandingType],
      description: 'The standings.',
      resolve: ({ standings }) => standings,
    }),
    pageInfo: t.field({
      type: builder.pageInfoRef(),
      description: 'Whether there is more.',
      resolve: (page) => {
        const [first, last] = [page.standings[0], page.standings.at(-1)];
        const { hasNextPage, hasPreviousPage } = page;
        return {
          ...{ hasNextPage, hasPreviousPage },
          startCursor: first === undefined ? null : cursorOf(page, first),
          endCursor: last === undefined ? null : cursorOf(page, last),
        };
      },
    }),
    totalCount: t.expose('ranked', { type: 'SafeInt', description: 'Teams with a standing.' }),
    asOfVersion: t.expose('version', {
      type: 'SafeInt',
      description: 'The version of the season that the page shows.',
    }),
  }),
});

builder.objectField(ChallengeType, 'teamStandings', (t) =>
  t.field({
    type: TeamStandingConnection,
    description:
      'The ranking of the teams from the top: highest score first, then who reached it first, then ' +
      'by when they were made. Empty for an INDIVIDUAL challenge.',
    args: {
      first: t.arg.int({ description: 'How many, 1 to 100; 20 when absent.' }),
      after: t.arg.string({ description: 'Cursor of the standing before the first wanted one.' }),
    },
    resolve: async (challenge, { first, after }, { app }) => {
      checkPageSize('first', first);
      const size = first ?? limits.pageSizeDefault;
      const place = placeCursor.decode('after', after);
      const { seasonId } = challenge;
      if (place !== undefined && place[0] !== seasonId) {
        throw new InputError('after', 'is a cursor of another challenge');
      }
      const from = place && { score: place[1], reachedAt: new Date(place[2]), teamId: place[3] };
      const wanted = { first: size + 1, ...(from && { after: from }) };
      const view = await rankTeams(app.pool, seasonOf(challenge), wanted);
      return {
        seasonId,
        version: view.version,
        ranked: view.ranked,
        standings: view.standings.slice(0, size),
        hasNextPage: view.standings.length > size,
        hasPreviousPage: place !== undefined,
      };
    },
  }),
);

builder.objectField(SettlementWinnerType, 'team', (t) =>
  t.field({
    type: TeamType,
    nullable: true,
    description: 'The team that won; null: a member.',
    resolve: ({ isTeam, participantId }, _args, context) =>
      isTeam ? teamOf(context, participantId) : null,
  }),
);
