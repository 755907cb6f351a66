import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, toGlobalId } from '../graphql/ids.ts';
import { BackfillStateEnum } from '../graphql/refs.ts';
import { type BoardBackfill, findBoardBackfill } from './backfill.sql.ts';
import { backfillLeaderboard, backfillLeaderboardRefusals } from './backfill-board.ts';

const BackfillType = builder.objectRef<BoardBackfill>('LeaderboardBackfill').implement({
  description: 'Facts from before a leaderboard, counted for it, or only previewed.',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque id of the run.',
      resolve: ({ runId }) => toGlobalId('LeaderboardBackfill', runId),
    }),
    key: t.exposeString('key', { description: 'Key of the leaderboard.' }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether it only previews.' }),
    state: t.expose('state', { type: BackfillStateEnum, description: 'Where it stands.' }),
    facts: t.expose('facts', { type: 'SafeInt', description: 'Facts found so far.' }),
    standings: t.expose('standings', {
      type: 'SafeInt',
      description: 'Standings that they make or change; 0 while it looks for facts.',
    }),
    seasons: t.expose('seasons', { type: 'SafeInt', description: 'Seasons these are of.' }),
    frozen: t.expose('frozen', {
      type: 'SafeInt',
      description: 'Of the standings, those of frozen seasons, which stay as they are.',
    }),
    requestedAt: t.expose('requestedAt', {
      type: 'DateTime',
      description: 'When it was asked for.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was done; null: not yet.',
    }),
  }),
});

builder.queryField('leaderboardBackfill', (t) =>
  t.field({
    type: BackfillType,
    nullable: true,
    description:
      'A backfill of a leaderboard by its id; null when the program has none such. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { id: t.arg.id({ required: true, description: 'Id of the run.' }) },
    resolve: (_root, { id }, { app, viewer }) => {
      const runId = fromGlobalId('id', 'LeaderboardBackfill', id);
      return findBoardBackfill(app.pool, known(viewer).programId, runId);
    },
  }),
);

const BackfillLeaderboardInput = builder.inputType('BackfillLeaderboardInput', {
  description: 'Input of backfillLeaderboard.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Key of a leaderboard in use.' }),
    dryRun: t.boolean({
      required: true,
      description: 'Whether it only says what it would come to. Look at that first.',
    }),
  }),
});

const BackfillLeaderboardPayload = builder
  .objectRef<{ readonly run: BoardBackfill }>('BackfillLeaderboardPayload')
  .implement({
    description: 'The backfill is asked for.',
    fields: (t) => ({
      run: t.expose('run', {
        type: BackfillType,
        description: 'The run; ask `leaderboardBackfill` how far it is.',
      }),
    }),
  });

builder.mutationField('backfillLeaderboard', (t) =>
  t.field({
    type: BackfillLeaderboardPayload,
    nullable: true,
    description:
      'Counts what happened before a leaderboard was made, from its start on; a job does it within a ' +
      'minute or as long as it takes, beside what goes on. Afterwards it is as if it had been there ' +
      'all along; a second run finds nothing. A filter takes tags and tiers as they are then. For ' +
      'OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: BackfillLeaderboardInput, required: true, description: 'Which.' }),
    },
    errors: {
      types: backfillLeaderboardRefusals,
      union: {
        name: 'BackfillLeaderboardResult',
        description: 'What backfillLeaderboard answers.',
      },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      run: await backfillLeaderboard(app, known(viewer), input),
    }),
  }),
);
