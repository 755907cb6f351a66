import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, toGlobalId } from '../graphql/ids.ts';
import { checkPageSize } from '../graphql/paging.ts';
import { ChallengeType, SeasonType, StandingType, TeamStandingType } from '../graphql/refs.ts';
import { assert } from '../platform/assert.ts';
import { InputError } from '../platform/refusal.ts';
import type { BoardChange, ContestChange } from './board-changes.ts';
import { ChangeKindEnum } from './live.schema.ts';

function contestOf({ contest }: BoardChange): ContestChange {
  assert(contest !== undefined, 'a challenge is followed with what it is');
  return contest;
}

const ChallengeChangeType = builder.objectRef<BoardChange>('ChallengeChange').implement({
  description:
    'A challenge at a new version. Its phases come as they begin, up to two seconds late: count ' +
    'down by its times.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ChangeKindEnum, description: 'SNAPSHOT or DELTA.' }),
    version: t.expose('version', {
      type: 'SafeInt',
      description:
        'Grows with the standings, the settings, and the phases; a DELTA’s is exactly one more ' +
        'than the message before. Not the season’s.',
    }),
    challenge: t.field({
      type: ChallengeType,
      description: 'The challenge as it is now: phase, times, how many take part.',
      resolve: (change) => contestOf(change).challenge,
    }),
    season: t.expose('season', {
      type: SeasonType,
      description: 'The season of its members, with the settlement once it is frozen.',
    }),
    standings: t.expose('standings', {
      type: [StandingType],
      description: 'The members’ window, whole, from the top.',
    }),
    changes: t.expose('changes', {
      type: [StandingType],
      description:
        'Of the members’ window, what is new or differs from the message before; all of it in a ' +
        'SNAPSHOT.',
    }),
    removed: t.idList({
      description:
        'Global ids of the members whose rows left the window with a DELTA; none in a SNAPSHOT.',
      resolve: ({ removed }) => removed.map((id) => toGlobalId('Member', id)),
    }),
    teamStandings: t.field({
      type: [TeamStandingType],
      description: 'The teams’ window, whole, from the top; empty for an INDIVIDUAL challenge.',
      resolve: (change) => contestOf(change).teams,
    }),
    teamChanges: t.field({
      type: [TeamStandingType],
      description:
        'Of the teams’ window, what is new or differs from the message before; all of it in a ' +
        'SNAPSHOT.',
      resolve: (change) => contestOf(change).teamChanges,
    }),
    teamsRemoved: t.idList({
      description:
        'Global ids of the teams whose rows left the window with a DELTA; none in a SNAPSHOT.',
      resolve: (change) => contestOf(change).teamsRemoved.map((id) => toGlobalId('Team', id)),
    }),
  }),
});

builder.subscriptionField('challengeChanged', (t) =>
  t.field({
    type: ChallengeChangeType,
    description:
      'Follows a challenge from whenever one subscribes until one stops: a snapshot first, then each ' +
      'new version, at most one in 100 ms; its phases, and its settlement when it is published. ' +
      'Who reads slowly gets the newest one. Subscriptions with the same document and variables ' +
      'that select nothing of the caller’s own are executed once for all.',
    authScopes: { known: true },
    args: {
      id: t.arg.id({ required: true, description: 'Global id of the challenge.' }),
      first: t.arg.int({
        defaultValue: 50,
        required: true,
        description: 'Size of both windows from the top, 1 to 100.',
      }),
      after: t.arg({
        type: 'SafeInt',
        description:
          'For who reconnects: the version they saw last, with the same document. They get the ' +
          'deltas behind it as long as this node has them, a snapshot otherwise, also when there ' +
          'is nothing newer. Give it as a variable.',
      }),
    },
    subscribe: async (_root, { id, first, after }, { app, viewer, loaders }) => {
      checkPageSize('first', first);
      if (typeof after === 'number' && after < 0) throw new InputError('after', 'is at least 0');
      const { programId } = known(viewer);
      const challengeId = fromGlobalId('id', 'Challenge', String(id));
      const challenge = await loaders.challenges.load(challengeId);
      if (challenge === undefined || challenge.programId !== programId) {
        throw new InputError('id', 'there is no such challenge');
      }
      return app.live.watchBoard(
        { id: challenge.leaderboardId, programId, challengeId },
        first,
        after == null ? undefined : { seasonId: challenge.seasonId, version: after },
      );
    },
    resolve: (change) => change,
  }),
);
