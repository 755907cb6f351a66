import type { Registry } from 'prom-client';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { databaseName } from './copy.sql.ts';
import { RedisCopy } from './redis-copy.ts';
import { NotInRedis, SeasonGate } from './redis-gate.ts';
import { RedisPlacements } from './redis-placements.ts';
import { createSqlPlacements } from './sql-standings.ts';
import {
  type MemberCards,
  type Placements,
  type RankedSeason,
  type Standings,
  withCards,
} from './standings.ts';
import { createStandingsMetrics, type StandingsMetrics } from './standings-metrics.ts';

export type StandingsOptions = {
  readonly pool: Pool;
  readonly cards: MemberCards;
  /** Without it the database alone answers. */
  readonly redisUrl: string | undefined;
  /** Nodes of one installation share what begins with it. */
  readonly redisChannel: string;
  readonly registry: Registry;
  readonly log: Log;
};

/** The rankings of seasons, with how they are kept. */
export type OpenStandings = Standings & {
  /** The same, with members from elsewhere. */
  withCards(cards: MemberCards): Standings;
  /** Versions of seasons were committed on this node. Returns at once; never fails. */
  changed(seasons: readonly { readonly seasonId: number }[]): void;
  close(): void;
};

/** The database's rankings; with Redis in front of them when there is one. */
export async function createStandings(options: StandingsOptions): Promise<OpenStandings> {
  const { pool, cards, redisUrl, redisChannel, registry, log } = options;
  const metrics = createStandingsMetrics(registry);
  const sql = createSqlPlacements(pool);
  if (redisUrl === undefined) {
    const placements = counted(sql, metrics);
    return { ...dressed(placements, cards), changed() {}, close() {} };
  }
  const prefix = `${redisChannel}:standings:${await databaseName(pool)}`;
  const gate = new SeasonGate(redisUrl, prefix, log);
  const copy = new RedisCopy(pool, gate, log, metrics);
  const placements = inFront(new RedisPlacements(gate), sql, copy, metrics);
  return {
    ...dressed(placements, cards),
    changed(seasons) {
      for (const { seasonId } of seasons) void copy.advance(seasonId);
    },
    close() {
      copy.close();
      gate.close();
    },
  };
}

const dressed = (placements: Placements, cards: MemberCards) => ({
  ...withCards(placements, cards),
  withCards: (other: MemberCards) => withCards(placements, other),
});

function counted(sql: Placements, metrics: StandingsMetrics): Placements {
  const count = () => metrics.reads.inc({ source: 'sql', reason: 'alone' });
  return {
    page(...args) {
      count();
      return sql.page(...args);
    },
    around(...args) {
      count();
      return sql.around(...args);
    },
  };
}

/** Asks Redis, and the database for whatever Redis cannot tell; then sees to it that it can. */
function inFront(
  redis: Placements,
  sql: Placements,
  copy: RedisCopy,
  { reads }: StandingsMetrics,
): Placements {
  const answer = async <View>(
    { seasonId }: RankedSeason,
    ask: (source: Placements) => Promise<View>,
  ): Promise<View> => {
    try {
      const view = await ask(redis);
      reads.inc({ source: 'redis', reason: '' });
      copy.touch(seasonId);
      return view;
    } catch (error) {
      if (!(error instanceof NotInRedis)) throw error;
      const { reason } = error;
      reads.inc({ source: 'sql', reason });
      if (reason === 'behind') void copy.advance(seasonId);
      else if (reason === 'missing' || reason === 'broken') void copy.rebuild(seasonId);
      return ask(sql);
    }
  };
  return {
    page: (season, first, after) => answer(season, (source) => source.page(season, first, after)),
    around: (season, memberId, radius) =>
      answer(season, (source) => source.around(season, memberId, radius)),
  };
}
