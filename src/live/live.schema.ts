import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, toGlobalId } from '../graphql/ids.ts';
import { checkPageSize } from '../graphql/paging.ts';
import { MemberByInput, MemberType, SeasonType, StandingType } from '../graphql/refs.ts';
import { findBoard } from '../leaderboards/board-reads.ts';
import { memberRefFor, readMember } from '../members/member-access.ts';
import { InputError } from '../platform/refusal.ts';
import type { BoardChange } from './board-changes.ts';
import type { MemberChange } from './live-hub.ts';

export const ChangeKindEnum = builder.enumType('ChangeKind', {
  description: 'How a change relates to what the subscriber received before.',
  values: {
    SNAPSHOT: {
      description: 'Everything anew: the first message, and after a gap or a new season.',
    },
    DELTA: { description: 'The version after the one before.' },
  },
});

const LeaderboardChangeType = builder.objectRef<BoardChange>('LeaderboardChange').implement({
  description: 'A leaderboard’s current season at a new version.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ChangeKindEnum, description: 'SNAPSHOT or DELTA.' }),
    version: t.expose('version', {
      type: 'SafeInt',
      description: 'Version of the season; a DELTA’s is exactly one more than the message before.',
    }),
    season: t.expose('season', { type: SeasonType, description: 'The current season.' }),
    standings: t.expose('standings', {
      type: [StandingType],
      description: 'The whole window, from the top.',
    }),
    changes: t.expose('changes', {
      type: [StandingType],
      description:
        'The rows that are new or differ from the message before; all of them in a SNAPSHOT. Who ' +
        'keeps rows by member sets these, drops `removed`, and has the window: by score, highest ' +
        'first, then by reachedAt; those that still tie are listed in a fixed order, as `standings` has them.',
    }),
    removed: t.idList({
      description:
        'Global ids of the members whose rows left the window with a DELTA; none in a SNAPSHOT, ' +
        'which replaces everything.',
      resolve: ({ removed }) => removed.map((id) => toGlobalId('Member', id)),
    }),
  }),
});

const MemberChangeType = builder.objectRef<MemberChange>('MemberChange').implement({
  description: 'A member’s state at a new version; the first message is the present one.',
  fields: (t) => ({
    version: t.expose('version', {
      type: 'SafeInt',
      description:
        'Grows with every command that changed the member, with the progress of their tasks and ' +
        'with their badges; ' +
        'only the newest is sent.',
    }),
    member: t.expose('member', { type: MemberType, description: 'The member as of that version.' }),
  }),
});

builder.subscriptionFields((t) => ({
  leaderboardChanged: t.field({
    type: LeaderboardChangeType,
    description:
      'Follows a leaderboard’s current season: a snapshot first, then each new version, at most one ' +
      'in 100 ms. Who reads slowly gets the newest one. Subscriptions with the same document and ' +
      'variables that select nothing of the caller’s own are executed once for all: put what ' +
      'differs between callers into a query or subscription of its own.',
    authScopes: { known: true },
    args: {
      key: t.arg.string({
        required: true,
        description: 'Its short name, e.g. all-time or weekly.',
      }),
      first: t.arg.int({
        defaultValue: 50,
        required: true,
        description: 'Size of the window from the top, 1 to 100.',
      }),
      after: t.arg({
        type: 'SafeInt',
        description:
          'For who reconnects: the version they saw last, with the same document. They get the ' +
          'deltas behind it as long as this node has them, a snapshot otherwise, also when there ' +
          'is nothing newer. Give it as a variable.',
      }),
      season: t.arg.id({
        description:
          'Global id of the season that `after` was a version of; the present one’s when absent.',
      }),
    },
    subscribe: async (_root, { key, first, after, season }, { app, viewer }) => {
      checkPageSize('first', first);
      if (typeof after === 'number' && after < 0) throw new InputError('after', 'is at least 0');
      const seasonId =
        season == null ? undefined : fromGlobalId('season', 'Season', String(season));
      const board = await findBoard(app.pool, known(viewer).programId, { key });
      if (board === undefined) throw new InputError('key', 'there is no such leaderboard');
      return app.live.watchBoard(
        board,
        first,
        after == null ? undefined : { seasonId, version: after },
      );
    },
    resolve: (change) => change,
  }),
  memberChanged: t.field({
    type: MemberChangeType,
    description:
      'Follows one member, a member token’s own when absent: the present state first, then each new one.',
    authScopes: { acts: true },
    args: { member: t.arg({ type: MemberByInput, description: 'Whom to follow.' }) },
    subscribe: async (_root, { member: by }, context) => {
      const member = await readMember(context, await memberRefFor(context, by));
      if (member === undefined) throw new InputError('member', 'there is no such member');
      return context.app.live.watchMember(member.memberId);
    },
    resolve: (change) => change,
  }),
}));
