import DataLoader from 'dataloader';
import { loadEarnedDays, loadPending, type PendingPoints } from '../engine/history.sql.ts';
import type { MemberState } from '../engine/rows.ts';
import { type HoldShape, type HoldsKey, loadHolds } from '../holds/holds.sql.ts';
import { loadMembers } from '../members/members.sql.ts';
import { earlier } from '../platform/calendar.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { EarnedDay } from '../points/counters.ts';
import {
  type Expiring,
  type ExpiringKey,
  loadExpiring,
  loadPointsByState,
  type PointsByState,
} from '../points/points.sql.ts';

/**
 * Loaders batch the reads of one tick and remember nothing: all events of a subscription share
 * one context, and a cache in it would go stale.
 */
export type Loaders = {
  readonly members: DataLoader<number, MemberState | undefined>;
  readonly pointsByState: DataLoader<number, PointsByState>;
  readonly expiring: DataLoader<ExpiringKey, Expiring[]>;
  readonly holds: DataLoader<HoldsKey, HoldShape[]>;
  readonly earnedDays: DataLoader<number, EarnedDay[]>;
  readonly pendingSince: DataLoader<{ memberId: number; since: Date }, PendingPoints[]>;
};

export function createLoaders(pool: Pool, clock: Clock): Loaders {
  const options = { cache: false };
  return {
    members: new DataLoader(async (ids) => {
      const rows = await loadMembers(pool, ids);
      const byId = new Map(rows.map((row) => [row.memberId, row]));
      return ids.map((id) => byId.get(id));
    }, options),
    pointsByState: new DataLoader(async (ids) => {
      const rows = await loadPointsByState(pool, ids, clock.now());
      const byId = new Map(rows.map((row) => [row.memberId, row]));
      return ids.map(
        (memberId) => byId.get(memberId) ?? { memberId, spendable: 0, pending: 0, held: 0 },
      );
    }, options),
    expiring: new DataLoader(async (keys) => {
      const rows = await loadExpiring(pool, keys, clock.now());
      return keys.map((_key, index) => rows.filter(({ place }) => place === index + 1));
    }, options),
    holds: new DataLoader((keys) => loadHolds(pool, keys), options),
    earnedDays: new DataLoader(
      async (ids) => rowsBy(ids, await loadEarnedDays(pool, ids)),
      options,
    ),
    pendingSince: new DataLoader(async (keys) => {
      const since = new Map<number, Date>();
      for (const key of keys) {
        since.set(key.memberId, earlier(key.since, since.get(key.memberId) ?? key.since));
      }
      const rows = await loadPending(pool, [...since.keys()], [...since.values()]);
      return rowsBy(
        keys.map(({ memberId }) => memberId),
        rows,
      );
    }, options),
  };
}

/** Each member's rows. */
function rowsBy<Row extends { readonly memberId: number }>(
  ids: readonly number[],
  rows: readonly Row[],
): Row[][] {
  return ids.map((id) => rows.filter(({ memberId }) => memberId === id));
}
