import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { fromGlobalId, rowId } from '../graphql/ids.ts';
import { cursorCodec, instantPlace, pageOf } from '../graphql/paging.ts';
import { PrizesType } from '../graphql/prizes.ts';
import { SeasonType } from '../graphql/refs.ts';
import { assert } from '../platform/assert.ts';
import type { Pool } from '../platform/db.ts';
import { InputError } from '../platform/refusal.ts';
import { waitFor } from '../projections/wait-for.ts';
import {
  type Board,
  currentSeason,
  definitionOf,
  findBoard,
  findSeason,
  findSeasonAt,
  listBoards,
  listSeasons,
} from './board-reads.ts';
import {
  CadenceEnum,
  filterOf,
  LeaderboardFilterType,
  LeaderboardType,
  MetricEnum,
  RankModeEnum,
  SeasonDefinitionType,
} from './board-types.schema.ts';
import './season.schema.ts';
import type { SeasonRow } from './seasons.sql.ts';

const seasonCursor = cursorCodec('seasons', instantPlace);

builder.node(LeaderboardType, {
  description:
    'A ranking of the program’s members. Highest score first; equal scores are ranked by `rankMode` ' +
    'and listed by who reached the score first, then by when they were enrolled.',
  id: { resolve: ({ id }) => id, description: 'Opaque global id.' },
  loadWithoutCache: async (id, { app, viewer }) =>
    viewer.kind === 'anonymous' ? null : findBoard(app.pool, viewer.programId, { id: rowId(id) }),
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its short name, unique in the program.' }),
    title: t.exposeString('title', { description: 'Its name.' }),
    metric: t.expose('metric', { type: MetricEnum, description: 'What it counts.' }),
    activityType: t.exposeString('activityType', {
      nullable: true,
      description:
        'The type whose activities it counts; null for metrics that count no activities.',
    }),
    cadence: t.expose('cadence', { type: CadenceEnum, description: 'How often it begins anew.' }),
    rankMode: t.expose('rankMode', {
      type: RankModeEnum,
      description: 'How it ranks equal scores.',
    }),
    settleDelayMinutes: t.exposeInt('settleDelayMinutes', {
      description: 'Minutes from the end of a season to its freeze: facts that come by then count.',
    }),
    filter: t.field({
      type: LeaderboardFilterType,
      nullable: true,
      description: 'Whose facts it counts; null: everybody’s.',
      resolve: filterOf,
    }),
    startsAt: t.expose('startsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Its first season begins then; null: it has no first one.',
    }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Its last season is over then; null: it has no last one.',
    }),
    prizes: t.expose('prizes', {
      type: PrizesType,
      nullable: true,
      description: 'What places of a season win once it is frozen; null: nothing.',
    }),
    countsFrom: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Facts that happened from then on are counted; null: all. `backfillLeaderboard` moves it back.',
      resolve: ({ countsFrom }) => (countsFrom.getTime() === 0 ? null : countsFrom),
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it counts nothing more; null: it is in use.',
    }),
    version: t.exposeInt('version', {
      description: 'Version of its settings: 1, 2, 3 … Frozen seasons keep theirs.',
    }),
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
        return at === null || at === undefined
          ? currentSeason(app.pool, board, now)
          : findSeasonAt(app.pool, board, at, now);
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

async function boardOf({ leaderboardId }: SeasonRow, { app, viewer }: Context): Promise<Board> {
  const board = await findBoard(app.pool, known(viewer).programId, { id: leaderboardId });
  assert(board !== undefined, 'a season’s leaderboard exists');
  return board;
}

builder.objectFields(SeasonType, (t) => ({
  leaderboard: t.field({
    type: LeaderboardType,
    description: 'The leaderboard it is a run of.',
    resolve: (season, _args, context) => boardOf(season, context),
  }),
  definition: t.field({
    type: SeasonDefinitionType,
    description:
      'By what it is ranked: the leaderboard’s settings, as they were when the season was frozen.',
    resolve: async (season, _args, context) =>
      season.definition ?? definitionOf(await boardOf(season, context)),
  }),
}));

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
      await waitFor(app.projection, programId, after);
      return findBoard(app.pool, programId, { key });
    },
  }),
  leaderboards: t.field({
    type: [LeaderboardType],
    description: 'The leaderboards of the program that are in use, in the order they were made.',
    authScopes: { known: true },
    args: {
      archived: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Those that were archived instead.',
      }),
    },
    resolve: (_root, { archived }, { app, viewer }) =>
      listBoards(app.pool, known(viewer).programId, archived),
  }),
}));
