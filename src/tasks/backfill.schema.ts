import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, toGlobalId } from '../graphql/ids.ts';
import { BackfillStateEnum } from '../graphql/refs.ts';
import type { BackfillRun } from './backfill.sql.ts';
import { findBackfill } from './backfill.sql.ts';
import { backfillTask, backfillTaskRefusals } from './backfill-task.ts';

const BackfillModeEnum = builder.enumType('BackfillMode', {
  description: 'Whether those who follow members hear of a backfill.',
  values: {
    QUIET: {
      description: 'Nobody is woken for it; who follows a member sees it with what comes next.',
    },
    LOUD: { description: 'They hear of it as of everything.' },
  },
});

const BackfillRunType = builder.objectRef<BackfillRun>('BackfillRun').implement({
  description: 'Facts from before a task, counted for it, or only previewed.',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque id of the run.',
      resolve: ({ id }) => toGlobalId('BackfillRun', id),
    }),
    key: t.exposeString('key', { description: 'Key of the task.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Facts from then on count.' }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether it only previews.' }),
    mode: t.field({
      type: BackfillModeEnum,
      description: 'Whether anybody hears of it.',
      resolve: ({ quiet }) => (quiet ? 'QUIET' : 'LOUD'),
    }),
    state: t.expose('state', { type: BackfillStateEnum, description: 'Where it stands.' }),
    facts: t.expose('facts', {
      type: 'SafeInt',
      description: 'Facts found so far that are not counted yet.',
    }),
    members: t.expose('members', { type: 'SafeInt', description: 'Members they are of.' }),
    completions: t.expose('completions', {
      type: 'SafeInt',
      description: 'Periods of the task that they complete.',
    }),
    points: t.expose('points', {
      type: 'SafeInt',
      description: 'Points that these pay by themselves or when claimed, before caps.',
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

builder.queryField('taskBackfill', (t) =>
  t.field({
    type: BackfillRunType,
    nullable: true,
    description: 'A backfill by its id; null when the program has none such. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { id: t.arg.id({ required: true, description: 'Id of the run.' }) },
    resolve: (_root, { id }, { app, viewer }) =>
      findBackfill(app.pool, known(viewer).programId, fromGlobalId('id', 'BackfillRun', id)),
  }),
);

const BackfillTaskInput = builder.inputType('BackfillTaskInput', {
  description: 'Input of backfillTask.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Key of a task in force.' }),
    from: t.field({
      type: 'DateTime',
      required: true,
      description: 'Facts that happened from then on count; in the past.',
    }),
    dryRun: t.boolean({
      required: true,
      description: 'Whether it only says what it would come to. Look at that first.',
    }),
    mode: t.field({
      type: BackfillModeEnum,
      required: true,
      description: 'Whether anybody hears of it.',
    }),
  }),
});

const BackfillTaskPayload = builder
  .objectRef<{ readonly run: BackfillRun }>('BackfillTaskPayload')
  .implement({
    description: 'The backfill is asked for.',
    fields: (t) => ({
      run: t.expose('run', {
        type: BackfillRunType,
        description: 'The run; ask `taskBackfill` how far it is.',
      }),
    }),
  });

builder.mutationField('backfillTask', (t) =>
  t.field({
    type: BackfillTaskPayload,
    nullable: true,
    description:
      'Counts facts for a task that happened while no version of it was in force, by the version ' +
      'in force now; a job does it within a minute or as long as it takes. What is counted already ' +
      'stays: a second run changes nothing. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: BackfillTaskInput, required: true, description: 'Which.' }) },
    errors: {
      types: backfillTaskRefusals,
      union: { name: 'BackfillTaskResult', description: 'What backfillTask answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      run: await backfillTask(app, known(viewer), input),
    }),
  }),
);
