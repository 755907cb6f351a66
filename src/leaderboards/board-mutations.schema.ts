import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { PrizesInput, prizesGiven } from '../graphql/prizes.ts';
import type { Board } from './board-reads.ts';
import { CadenceEnum, LeaderboardType, MetricEnum, RankModeEnum } from './board-types.schema.ts';
import {
  archiveLeaderboard,
  archiveLeaderboardRefusals,
  createLeaderboard,
  createLeaderboardRefusals,
  updateLeaderboard,
  updateLeaderboardRefusals,
} from './change-board.ts';

const FilterInput = builder.inputType('LeaderboardFilterInput', {
  description:
    'Whose facts a leaderboard counts: of members whom everything given here fits when the fact is ' +
    'counted.',
  fields: (t) => ({
    tiers: t.stringList({ description: 'Keys of tiers, up to 50: has one of them.' }),
    tags: t.stringList({ description: 'Tags, up to 50: has one of them.' }),
  }),
});

type FilterGiven = typeof FilterInput.$inferInput | null | undefined;

const filterOf = (filter: FilterGiven) => filter && withoutNulls(filter);

const delayText =
  'Minutes from the end of a season to its freeze, 0 to 527,040: facts that come by then count. ' +
  'What was made less than a minute before may be frozen up to a minute later';

const payload = (name: string, description: string) =>
  builder.objectRef<{ readonly leaderboard: Board }>(name).implement({
    description,
    fields: (t) => ({
      leaderboard: t.expose('leaderboard', {
        type: LeaderboardType,
        description: 'The leaderboard as it is now.',
      }),
    }),
  });

const CreateLeaderboardInput = builder.inputType('CreateLeaderboardInput', {
  description: 'Input of createLeaderboard. Key, metric, activity type and cadence never change.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Its short name, unique in the program.' }),
    title: t.string({ required: true, description: 'Its name, 1 to 500 characters.' }),
    metric: t.field({ type: MetricEnum, required: true, description: 'What it counts.' }),
    activityType: t.string({
      description: 'The type whose activities it counts, for ACTIVITY_VALUE and ACTIVITY_COUNT.',
    }),
    cadence: t.field({
      type: CadenceEnum,
      required: true,
      description: 'How often it begins anew.',
    }),
    rankMode: t.field({
      type: RankModeEnum,
      description: 'How it ranks equal scores; COMPETITION when absent.',
    }),
    settleDelayMinutes: t.int({
      description: `${delayText}; as long as the program takes facts late (72 hours) when absent.`,
    }),
    filter: t.field({ type: FilterInput, description: 'Whose facts count; all when absent.' }),
    startsAt: t.field({
      type: 'DateTime',
      description:
        'Its first season begins then: a time ahead schedules it, one that is over leaves room for ' +
        'a backfill; without bound when absent.',
    }),
    endsAt: t.field({
      type: 'DateTime',
      description: 'Its last season is over then; without end when absent.',
    }),
    prizes: t.field({
      type: PrizesInput,
      description: 'What places of each season win once it is frozen; nothing when absent.',
    }),
  }),
});

const UpdateLeaderboardInput = builder.inputType('UpdateLeaderboardInput', {
  description: 'Input of updateLeaderboard; what is left out stays as it is.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Its short name.' }),
    title: t.string({ description: 'Its name, 1 to 500 characters.' }),
    rankMode: t.field({
      type: RankModeEnum,
      description: 'How it ranks equal scores; stays once it has begun.',
    }),
    settleDelayMinutes: t.int({ description: `${delayText}.` }),
    filter: t.field({
      type: FilterInput,
      description:
        'Whose facts count from now on; what was counted stays. Once it has begun, a filter stays ' +
        'one. Null: everybody’s.',
    }),
    startsAt: t.field({
      type: 'DateTime',
      description: 'Its first season begins then; stays once it has begun. Null: without bound.',
    }),
    endsAt: t.field({
      type: 'DateTime',
      description: 'Its last season is over then; stays once it is over. Null: without end.',
    }),
    prizes: t.field({
      type: PrizesInput,
      description:
        'What places win, instead of what they won so far; of every season that is not frozen yet. ' +
        'Once the leaderboard has begun, no place may win less, and ties and expiry stay. Null: ' +
        'nothing.',
    }),
  }),
});

const ArchiveLeaderboardInput = builder.inputType('ArchiveLeaderboardInput', {
  description: 'Input of archiveLeaderboard.',
  fields: (t) => ({ key: t.string({ required: true, description: 'Its short name.' }) }),
});

builder.mutationFields((t) => ({
  createLeaderboard: t.field({
    type: payload('CreateLeaderboardPayload', 'The leaderboard is there.'),
    nullable: true,
    description:
      'Makes a leaderboard. It counts what happens from now on; `backfillLeaderboard` counts what ' +
      'happened before. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: CreateLeaderboardInput, required: true, description: 'Its settings.' }),
    },
    errors: {
      types: createLeaderboardRefusals,
      union: { name: 'CreateLeaderboardResult', description: 'What createLeaderboard answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => {
      const { filter, prizes } = input;
      const given = {
        ...withoutNulls(input),
        ...{ filter: filterOf(filter), prizes: prizesGiven(prizes) },
      };
      return { leaderboard: await createLeaderboard(app, known(viewer), given) };
    },
  }),
  updateLeaderboard: t.field({
    type: payload('UpdateLeaderboardPayload', 'The leaderboard is changed.'),
    nullable: true,
    description:
      'Changes settings of a leaderboard that leave past rankings as they are; others are refused. ' +
      'For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({
        type: UpdateLeaderboardInput,
        required: true,
        description: 'What to change.',
      }),
    },
    errors: {
      types: updateLeaderboardRefusals,
      union: { name: 'UpdateLeaderboardResult', description: 'What updateLeaderboard answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => {
      const { filter, startsAt, endsAt, prizes } = input;
      const given = {
        ...withoutNulls(input),
        ...{ startsAt, endsAt, filter: filterOf(filter), prizes: prizesGiven(prizes) },
      };
      return { leaderboard: await updateLeaderboard(app, known(viewer), given) };
    },
  }),
  archiveLeaderboard: t.field({
    type: payload('ArchiveLeaderboardPayload', 'The leaderboard is archived.'),
    nullable: true,
    description:
      'Ends a leaderboard for good: it counts nothing that happens from now on, its season is over, ' +
      'and it is listed no more. Its seasons stay readable. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: ArchiveLeaderboardInput, required: true, description: 'Which.' }),
    },
    errors: {
      types: archiveLeaderboardRefusals,
      union: { name: 'ArchiveLeaderboardResult', description: 'What archiveLeaderboard answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      leaderboard: await archiveLeaderboard(app, known(viewer), input),
    }),
  }),
}));
