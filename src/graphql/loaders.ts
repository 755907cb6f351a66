import DataLoader from 'dataloader';
import { loadKeyNames } from '../auth/keys.sql.ts';
import type { MemberState } from '../engine/rows.ts';
import { loadMembers } from '../members/members.sql.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { loadPointsByState, type PointsByState } from '../points/points.sql.ts';

/**
 * Loaders batch the reads of one tick and remember nothing: all events of a subscription share
 * one context, and a cache in it would go stale.
 */
export type Loaders = {
  readonly members: DataLoader<number, MemberState | undefined>;
  readonly pointsByState: DataLoader<number, PointsByState>;
  /** Names of API keys, by id. */
  readonly keyNames: DataLoader<string, string | undefined>;
};

export function createLoaders(pool: Pool, clock: Clock): Loaders {
  const options = { cache: false };
  return {
    members: new DataLoader(async (ids) => {
      const rows = await loadMembers(pool, ids);
      const byId = new Map(rows.map((row) => [row.memberId, row]));
      return ids.map((id) => byId.get(id));
    }, options),
    keyNames: new DataLoader(async (ids) => {
      const rows = await loadKeyNames(pool, ids);
      const byId = new Map(rows.map(({ id, name }) => [id, name]));
      return ids.map((id) => byId.get(id));
    }, options),
    pointsByState: new DataLoader(async (ids) => {
      const rows = await loadPointsByState(pool, ids, clock.now());
      const byId = new Map(rows.map((row) => [row.memberId, row]));
      return ids.map(
        (memberId) => byId.get(memberId) ?? { memberId, spendable: 0, pending: 0, held: 0 },
      );
    }, options),
  };
}
