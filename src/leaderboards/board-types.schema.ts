/** Types of leaderboards that reads and changes share. */
import { builder } from '../graphql/builder.ts';
import { MetricEnum, RankModeEnum } from '../graphql/refs.ts';
import type { Board } from './board-reads.ts';
import type { BoardRow, SeasonDefinition } from './seasons.sql.ts';

export const LeaderboardType = builder.objectRef<Board>('Leaderboard');

export { MetricEnum, RankModeEnum };

export const CadenceEnum = builder.enumType('Cadence', {
  description: 'How often a leaderboard begins anew, in the program’s zone and by its day start.',
  values: {
    ALL_TIME: {
      description: 'Never: one season from startsAt to endsAt, which may both be absent.',
    },
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
