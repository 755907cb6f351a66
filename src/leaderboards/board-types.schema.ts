/** Types of leaderboards that reads and changes share. */
import { builder } from '../graphql/builder.ts';
import type { Board } from './board-reads.ts';
import type { BoardRow, SeasonDefinition } from './seasons.sql.ts';

export const LeaderboardType = builder.objectRef<Board>('Leaderboard');

export const MetricEnum = builder.enumType('LeaderboardMetric', {
  description: 'What a leaderboard counts.',
  values: {
    POINTS_EARNED: {
      description:
        'Points that rules paid (EARN), less what was reversed of them (REVERSAL, in the season of ' +
        'the earning); spending, refunds, expiry, adjustments and prizes do not count.',
    },
    POINTS_NET: {
      description:
        'Points earned, as above, less points spent (SPEND) and not refunded (REFUND, in the season ' +
        'of the order); expiry, adjustments and prizes do not count. May be negative.',
    },
    CHECK_INS: {
      description: 'Check-ins that happened in the season, those that came late included.',
    },
    STREAK: {
      description:
        'The longest streak that a check-in in the season reached, with the days of its run before ' +
        'the season. It is reached by the check-in of that day.',
    },
    ACTIVITY_VALUE: {
      description:
        'Sum of the values of one type of activities in the season, less the share of what was ' +
        'returned (reverseActivity). Activities without a value do not count.',
    },
    ACTIVITY_COUNT: {
      description:
        'How many activities of one type happened in the season, less those that were returned whole.',
    },
    ATTEMPTS: {
      description:
        'Attempts that recordAttempt recorded; only of challenges, which say what several make.',
    },
  },
});

export const RankModeEnum = builder.enumType('RankMode', {
  description:
    'How equal scores are ranked. They are listed by who reached the score first in any case.',
  values: {
    COMPETITION: { description: 'They share the better rank: 1, 2, 2, 4.' },
    DENSE: { description: 'They share a rank, and none is left out: 1, 2, 2, 3.' },
    UNIQUE: { description: 'Each has a rank of its own, in the order of the list: 1, 2, 3, 4.' },
  },
});

export const CadenceEnum = builder.enumType('Cadence', {
  description: 'How often a leaderboard begins anew, in the program’s zone and by its day start.',
  values: {
    ALL_TIME: { description: 'Never.' },
    DAILY: { description: 'Every day.' },
    WEEKLY: { description: 'Every Monday.' },
    MONTHLY: { description: 'On the first of every month.' },
  },
});

type Filter = { readonly tiers: readonly string[]; readonly tags: readonly string[] };

export const LeaderboardFilterType = builder.objectRef<Filter>('LeaderboardFilter').implement({
  description:
    'Whose facts a leaderboard counts: of members whom everything given here fits when the fact is ' +
    'counted, mostly a tenth of a second after it came. What is counted stays, and what takes a ' +
    'fact back counts if that fact did.',
  fields: (t) => ({
    tiers: t.stringList({
      description: 'Has one of these tiers; any when empty.',
      resolve: ({ tiers }) => [...tiers],
    }),
    tags: t.stringList({
      description: 'Has one of these tags; any when empty.',
      resolve: ({ tags }) => [...tags],
    }),
  }),
});

/** The filter of a board; null when everybody counts. */
export const filterOf = ({ tiers, tags }: Pick<BoardRow, 'tiers' | 'tags'>): Filter | null =>
  tiers.length === 0 && tags.length === 0 ? null : { tiers, tags };

export const SeasonDefinitionType = builder
  .objectRef<SeasonDefinition>('SeasonDefinition')
  .implement({
    description: 'By what a season is ranked.',
    fields: (t) => ({
      version: t.exposeInt('version', { description: 'Version of the leaderboard’s settings.' }),
      title: t.exposeString('title', { description: 'Its name.' }),
      metric: t.expose('metric', { type: MetricEnum, description: 'What it counts.' }),
      activityType: t.exposeString('activityType', {
        nullable: true,
        description: 'The type whose activities it counts; null: it counts no activities.',
      }),
      rankMode: t.expose('rankMode', {
        type: RankModeEnum,
        description: 'How it ranks equal scores.',
      }),
      filter: t.field({
        type: LeaderboardFilterType,
        nullable: true,
        description: 'Whose facts it counts; null: everybody’s.',
        resolve: filterOf,
      }),
    }),
  });
