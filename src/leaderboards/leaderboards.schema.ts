import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, rowId } from '../graphql/ids.ts';
import { cursorCodec, instantPlace, pageOf } from '../graphql/paging.ts';
import { SeasonType } from '../graphql/refs.ts';
import type { Pool } from '../platform/db.ts';
import { InputError } from '../platform/refusal.ts';
import {
  type Board,
  currentSeason,
  findBoard,
  findSeason,
  findSeasonAt,
  listBoards,
  listSeasons,
} from './board-reads.ts';
import './season.schema.ts';

const MetricEnum = builder.enumType('LeaderboardMetric', {
  description: 'What a leaderboard counts.',
  values: {
    POINTS_EARNED: {
      description: 'Points that rules paid; spending, expiry and adjustments do not count.',
    },
  },
});

const CadenceEnum = builder.enumType('Cadence', {
  description: 'How often a leaderboard begins anew, in the program’s zone and by its day start.',
  values: {
    ALL_TIME: { description: 'Never.' },
    DAILY: { description: 'Every day.' },
    WEEKLY: { description: 'Every Monday.' },
    MONTHLY: { description: 'On the first of every month.' },
  },
});

const LeaderboardType = builder.objectRef<Board>('Leaderboard');
const seasonCursor = cursorCodec('seasons', instantPlace);

builder.node(LeaderboardType, {
  description:
    'A ranking of the program’s members. Highest score first; equal scores share the better rank ' +
    '(1, 2, 2, 4) and are listed by who reached the score first.',
  id: { resolve: ({ id }) => id, description: 'Opaque global id.' },
  loadWithoutCache: async (id, { app, viewer }) =>
    viewer.kind === 'anonymous' ? null : findBoard(app.pool, viewer.programId, { id: rowId(id) }),
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its short name, unique in the program.' }),
    title: t.exposeString('title', { description: 'Its name.' }),
    metric: t.expose('metric', { type: MetricEnum, description: 'What it counts.' }),
    cadence: t.expose('cadence', { type: CadenceEnum, description: 'How often it begins anew.' }),
    timeZone: t.expose('zone', {
      type: 'TimeZone',
      description: 'The zone in which its seasons begin and end: the program’s.',
    }),
    season: t.field({
      type: SeasonType,
      nullable: true,
      description:
        'One of its seasons: the current one without arguments; null when there is none such, or nobody scored in it.',
      args: {
        id: t.arg.id({ description: 'Global id of the season.' }),
        at: t.arg({ type: 'DateTime', description: 'An instant the season holds.' }),
      },
      resolve: (board, { id, at }, { app }) => {
        if (typeof id === 'string') {
          if (at !== null && at !== undefined) throw new InputError('at', 'goes without id');
          return ownSeason(app.pool, board, fromGlobalId('id', 'Season', id));
        }
        const now = app.clock.now();
        return findSeasonAt(app.pool, board, at ?? now, now);
      },
    }),
    seasons: t.connection(
      {
        type: SeasonType,
        description:
          'Its seasons that had a standing or were asked for, and the current one, newest first.',
        resolve: async (board, args, { app }) => {
          // What else the document asks of the board makes it, too: before or behind this list.
          await currentSeason(app.pool, board, app.clock.now());
          return pageOf(
            args,
            seasonCursor,
            (range) =>
              listSeasons(app.pool, board.id, {
                ...range,
                before: range.before === undefined ? undefined : new Date(range.before),
                after: range.after === undefined ? undefined : new Date(range.after),
              }),
            ({ startsAt }) => startsAt.toISOString(),
          );
        },
      },
      { description: 'A page of seasons.' },
      { description: 'A season in a page.' },
    ),
  }),
});

async function ownSeason(pool: Pool, board: Board, id: number) {
  const season = await findSeason(pool, board.programId, id);
  return season?.leaderboardId === board.id ? season : null;
}

builder.objectField(SeasonType, 'leaderboard', (t) =>
  t.field({
    type: LeaderboardType,
    description: 'The leaderboard it is a run of.',
    resolve: async ({ leaderboardId }, _args, { app, viewer }) => {
      const board = await findBoard(app.pool, known(viewer).programId, { id: leaderboardId });
      if (board === undefined) throw new Error('a season’s leaderboard exists');
      return board;
    },
  }),
);

builder.queryFields((t) => ({
  leaderboard: t.field({
    type: LeaderboardType,
    nullable: true,
    description: 'A leaderboard by key; null when the program has none such.',
    authScopes: { known: true },
    args: {
      key: t.arg.string({
        required: true,
        description: 'Its short name, e.g. all-time or weekly.',
      }),
      after: t.arg({
        type: 'SafeInt',
        description:
          'Position of an event (from a mutation’s payload): waits, 3 seconds at most, until the ' +
          'standings include it; SERVICE_UNAVAILABLE after that.',
      }),
    },
    resolve: async (_root, { key, after }, { app, viewer }) => {
      const { programId } = known(viewer);
      if (after !== null && after !== undefined) {
        const exists = await app.projection.waitFor(programId, after);
        if (!exists) throw new InputError('after', 'is no position of an event of this program');
      }
      return findBoard(app.pool, programId, { key });
    },
  }),
  leaderboards: t.field({
    type: [LeaderboardType],
    description: 'All leaderboards of the program.',
    authScopes: { known: true },
    resolve: (_root, _args, { app, viewer }) => listBoards(app.pool, known(viewer).programId),
  }),
}));
