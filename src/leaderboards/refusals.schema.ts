import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import type { Problem } from '../rules/shapes.ts';
import {
  LeaderboardArchived,
  LeaderboardBackfillRunning,
  LeaderboardKeyTaken,
  LeaderboardNotFound,
  LeaderboardNotValid,
} from './boards.refusals.ts';

builder.objectType(LeaderboardNotFound, {
  name: 'LeaderboardNotFound',
  description: 'The program has no such leaderboard.',
  interfaces,
});

const LeaderboardProblemType = builder.objectRef<Problem>('LeaderboardProblem').implement({
  description: 'What is wrong with the settings of a leaderboard.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Where: endsAt, filter.tiers.0.' }),
    message: t.exposeString('message', { description: 'Why, for operators (English).' }),
  }),
});

builder.objectType(LeaderboardNotValid, {
  name: 'LeaderboardNotValid',
  description: 'The settings do not go together, or would change rankings that were seen.',
  interfaces,
  fields: (t) => ({
    problems: t.field({
      type: [LeaderboardProblemType],
      description: 'All of them.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});

builder.objectType(LeaderboardKeyTaken, {
  name: 'LeaderboardKeyTaken',
  description: 'Another leaderboard of the program has the key, be it an archived one.',
  interfaces,
});

builder.objectType(LeaderboardArchived, {
  name: 'LeaderboardArchived',
  description: 'The leaderboard does not change any more.',
  interfaces,
  fields: (t) => ({
    archivedAt: t.expose('archivedAt', { type: 'DateTime', description: 'Since when.' }),
  }),
});

builder.objectType(LeaderboardBackfillRunning, {
  name: 'LeaderboardBackfillRunning',
  description: 'A backfill of the leaderboard is under way.',
  interfaces,
});
