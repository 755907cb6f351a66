/**
 * Makes seasons final once they have settled (S68, S69). Facts that were recorded in time count:
 * first the boards pass all there was when the season was found, and nothing is counted while it is
 * frozen. Safe to run late, twice, or on two nodes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../limits.ts';
import type { LiveMessage } from '../live/messages.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import { inTransaction, type Pool } from '../platform/db.ts';
import { hasPassedMark, lockConsumer, markLog } from '../projections/event-log.ts';
import { findSettled, freezeSettled, lockContests } from './freeze.sql.ts';
import { STANDINGS } from './standings-consumer.ts';

type Tools = { readonly pool: Pool; readonly clock: Clock; readonly bus: Pick<Bus, 'publish'> };

export { nextFreeze } from './freeze.sql.ts';

/** Freezes what is to be; returns how many seasons. What the boards lag behind waits. */
export async function freezeSeasons({ pool, clock, bus }: Tools): Promise<number> {
  let seasons = 0;
  for (let round = 0; round < limits.jobRoundsMax; round += 1) {
    const ids = (await findSettled(pool, clock.now())).map(({ id }) => id);
    if (ids.length === 0 || !(await boardsPass(pool, await markLog(pool)))) break;
    const frozen = await inTransaction(pool, async (client) => {
      const place = await lockConsumer(client, STANDINGS);
      const behind = new Set(await lockContests(client, ids, place));
      const ready = ids.filter((id) => !behind.has(id));
      return freezeSettled(client, ready, await clock.databaseNow(client));
    });
    if (frozen.length === 0) break; // Another node was faster, or the boards are a little behind.
    const message: LiveMessage = { boards: frozen, members: [], final: frozen };
    bus.publish(message);
    seasons += frozen.length;
  }
  return seasons;
}

/** Waits until the boards have passed a mark, on whichever node; false when they lag behind. */
async function boardsPass(pool: Pool, mark: string): Promise<boolean> {
  const deadline = performance.now() + limits.positionWaitMs;
  while (!(await hasPassedMark(pool, STANDINGS, mark))) {
    if (performance.now() > deadline) return false;
    await sleep(limits.boardThrottleMs);
  }
  return true;
}
