import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { rowId } from '../graphql/ids.ts';
import { checkPageSize, cursorCodec, instantPlace } from '../graphql/paging.ts';
import { MemberByInput, MemberType, SeasonType, StandingType } from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import {
  type MemberBy,
  mayReadPrivate,
  memberRefFor,
  readMember,
} from '../members/member-access.ts';
import { InputError } from '../platform/refusal.ts';
import { findSeason } from './board-reads.ts';
import type { SeasonRow } from './seasons.sql.ts';
import { seasonState } from './seasons.ts';
import { rankedSeason, type Standing } from './standings.ts';

const SeasonStateEnum = builder.enumType('SeasonState', {
  description: 'Where a season stands.',
  values: {
    SCHEDULED: { description: 'Not begun yet.' },
    ACTIVE: { description: 'Running.' },
    CLOSING: { description: 'Over, but late facts still count.' },
    FROZEN: { description: 'Final; later facts are noted beside it.' },
  },
});

builder.objectType(StandingType, {
  description: 'A member’s place in a season.',
  fields: (t) => ({
    rank: t.exposeInt('rank', {
      description: '1 is best; equal scores are ranked by the leaderboard’s rankMode.',
    }),
    score: t.expose('score', { type: 'SafeInt', description: 'What the leaderboard counts.' }),
    reachedAt: t.expose('reachedAt', {
      type: 'DateTime',
      description: 'When the present score was reached.',
    }),
    member: t.expose('member', { type: MemberType, description: 'Whose place it is.' }),
  }),
});

const placeCursor = cursorCodec(
  'standings',
  z.tuple([z.number().int().positive(), z.number().int(), instantPlace, z.number().int()]),
);

type StandingPage = {
  readonly season: SeasonRow;
  readonly version: number;
  readonly participants: number;
  readonly standings: readonly Standing[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
};

const cursorOf = (season: SeasonRow, row: Standing) =>
  placeCursor.encode([season.id, row.score, row.reachedAt.toISOString(), row.member.memberId]);

const StandingEdge = builder
  .objectRef<{ season: SeasonRow; standing: Standing }>('StandingEdge')
  .implement({
    description: 'A standing in a page.',
    fields: (t) => ({
      cursor: t.string({
        description: 'Where the next page goes on, given as after.',
        resolve: ({ season, standing }) => cursorOf(season, standing),
      }),
      node: t.expose('standing', { type: StandingType, description: 'The standing.' }),
    }),
  });

const StandingConnection = builder.objectRef<StandingPage>('StandingConnection').implement({
  description:
    'A page of standings, all of one version. Pages with the same asOfVersion fit together: nobody ' +
    'twice, nobody missing. When it differs, the season has moved: start again.',
  fields: (t) => ({
    edges: t.field({
      type: [StandingEdge],
      description: 'The standings with their cursors.',
      resolve: ({ season, standings }) => standings.map((standing) => ({ season, standing })),
    }),
    nodes: t.field({
      type: [StandingType],
      description: 'The standings.',
      resolve: ({ standings }) => standings,
    }),
    pageInfo: t.field({
      type: builder.pageInfoRef(),
      description: 'Whether there is more.',
      resolve: ({ season, standings, hasNextPage, hasPreviousPage }) => {
        const first = standings[0];
        const last = standings.at(-1);
        return {
          hasNextPage,
          hasPreviousPage,
          startCursor: first === undefined ? null : cursorOf(season, first),
          endCursor: last === undefined ? null : cursorOf(season, last),
        };
      },
    }),
    totalCount: t.expose('participants', {
      type: 'SafeInt',
      description: 'Members with a standing.',
    }),
    asOfVersion: t.expose('version', {
      type: 'SafeInt',
      description: 'The version of the season that the page shows.',
    }),
  }),
});

builder.node(SeasonType, {
  description: 'One run of a leaderboard, from startsAt until just before endsAt.',
  id: { resolve: ({ id }) => id, description: 'Opaque global id.' },
  loadWithoutCache: async (id, { app, viewer }) =>
    viewer.kind === 'anonymous' ? null : findSeason(app.pool, viewer.programId, rowId(id)),
  fields: (t) => ({
    startsAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it begins; null when it has no beginning.',
      resolve: ({ startsAt }) => (startsAt.getTime() === 0 ? null : startsAt),
    }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is over; null when it has no end.',
    }),
    frozenAt: t.expose('frozenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its standings became final; null: they are not.',
    }),
    state: t.field({
      type: SeasonStateEnum,
      description: 'Where it stands now.',
      resolve: (season, _args, { app }) => seasonState(season, app.clock.now()),
    }),
    version: t.expose('version', {
      type: 'SafeInt',
      description: 'Grows by one with every published change of the standings.',
    }),
    participants: t.expose('participants', {
      type: 'SafeInt',
      description: 'How many members have a standing that is shown.',
    }),
    standings: t.field({
      type: StandingConnection,
      description: 'The ranking from the top.',
      args: {
        first: t.arg.int({ description: 'How many, 1 to 100; 20 when absent.' }),
        after: t.arg.string({ description: 'Cursor of the standing before the first wanted one.' }),
      },
      resolve: (season, { first, after }, context) => readPage(context, season, first, after),
    }),
    standing: t.field({
      type: StandingType,
      nullable: true,
      description:
        'One member’s place, a member token’s own when absent; null when they have none. Who has ' +
        'opted out sees the place they would have; nobody but OPERATOR and SERVICE keys sees it else.',
      args: { member: t.arg({ type: MemberByInput, description: 'Whose place.' }) },
      resolve: async (season, { member }, context) => {
        const run = await readAround(context, season, member, 0);
        return run[0] ?? null;
      },
    }),
    around: t.field({
      type: [StandingType],
      description: 'A member’s place with its neighbours; empty when they have none.',
      args: {
        member: t.arg({
          type: MemberByInput,
          description: 'Whose; a member token’s own when absent.',
        }),
        radius: t.arg.int({
          defaultValue: 5,
          required: true,
          description: 'How many above and how many below, 0 to 50.',
        }),
      },
      resolve: (season, { member, radius }, context) => {
        if (radius < 0 || radius > limits.aroundRadiusMax) {
          throw new InputError('radius', `must be 0 to ${limits.aroundRadiusMax}`);
        }
        return readAround(context, season, member, radius);
      },
    }),
  }),
});

async function readPage(
  { standings }: Context,
  season: SeasonRow,
  first: number | null | undefined,
  after: string | null | undefined,
): Promise<StandingPage> {
  checkPageSize('first', first);
  const size = first ?? limits.pageSizeDefault;
  const place = placeCursor.decode('after', after);
  if (place !== undefined && place[0] !== season.id) {
    throw new InputError('after', 'is a cursor of another season');
  }
  const from = place && { score: place[1], reachedAt: new Date(place[2]), memberId: place[3] };
  const view = await standings.page(rankedSeason(season), size + 1, from);
  return {
    season,
    version: view.version,
    participants: view.participants,
    standings: view.standings.slice(0, size),
    hasNextPage: view.standings.length > size,
    hasPreviousPage: place !== undefined,
  };
}

async function readAround(
  context: Context,
  season: SeasonRow,
  by: MemberBy | null | undefined,
  radius: number,
): Promise<readonly Standing[]> {
  if (known(context.viewer).kind !== 'member' && (by === null || by === undefined)) {
    throw new InputError('member', 'is required with an API key');
  }
  const member = await readMember(context, await memberRefFor(context, by));
  if (member === undefined) return [];
  if (member.leaderboardOptOut && !mayReadPrivate(context, member)) return [];
  const ranked = rankedSeason(season);
  return (await context.standings.around(ranked, member.memberId, radius)).standings;
}
