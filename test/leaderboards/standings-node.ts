/** A node's standings without the rest of it, and what they counted. */
import { Registry } from 'prom-client';
import type { MemberState } from '../../src/engine/rows.ts';
import { createStandings, type OpenStandings } from '../../src/leaderboards/create-standings.ts';
import type { Pool } from '../../src/platform/db.ts';
import { createLog } from '../../src/platform/log.ts';

export type StandingsNode = { readonly standings: OpenStandings; readonly registry: Registry };

/** Opens one; whoever stands somewhere is a member who has nothing but an id. */
export async function openNode(pool: Pool, redisUrl: string): Promise<StandingsNode> {
  const registry = new Registry();
  const standings = await createStandings({
    pool,
    cards: async (ids) =>
      new Map(ids.map((memberId) => [memberId, { memberId } as unknown as MemberState])),
    redisUrl,
    redisChannel: 'faults',
    registry,
    log: createLog({ level: 'silent' }),
  });
  return { standings, registry };
}

/** How many reads a source answered, of all or for one reason. */
export async function reads(registry: Registry, source: string, reason?: string): Promise<number> {
  const metric = await registry.getSingleMetric('tallymark_standings_reads_total')?.get();
  return (metric?.values ?? [])
    .filter(({ labels }) => labels.source === source && (!reason || labels.reason === reason))
    .reduce((sum, { value }) => sum + value, 0);
}

/** How many seasons it copied to Redis as a whole. */
export async function rebuilds({ registry }: StandingsNode): Promise<number> {
  const metric = await registry.getSingleMetric('tallymark_standings_rebuilds_total')?.get();
  const done = (metric?.values ?? []).filter(({ labels }) => labels.outcome === 'done');
  return done.reduce((sum, { value }) => sum + value, 0);
}
