/**
 * Deals with the start of challenges: counts their rosters, and cancels those that too few have
 * joined, where that was declared (S82). Safe to run late, twice, or on two nodes: who takes part at
 * the start is told by their rows, not by when this runs.
 */
import { STANDINGS } from '../leaderboards/standings-consumer.ts';
import type { LiveMessage } from '../live/messages.ts';
import { assert } from '../platform/assert.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import { inTransaction, type Pool, type PoolClient } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { lockConsumer } from '../projections/event-log.ts';
import {
  countRosters,
  findStarting,
  loadStarting,
  lockStarting,
  type Starting,
  storeStart,
} from './start.sql.ts';

type Tools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly log: Pick<Log, 'warn'>;
};

/** Why a challenge is called off that too few have joined, for its members. */
const TOO_FEW = 'Too few have joined.';

export { nextStart } from './start.sql.ts';

/** Returns how many challenges have started, or not. One that cannot yet keeps no other waiting. */
export async function startChallenges(tools: Tools): Promise<number> {
  const { pool, clock, log } = tools;
  let started = 0;
  for (const { id } of await findStarting(pool, clock.now())) {
    try {
      if (await start(tools, id)) started += 1;
    } catch (err) {
      log.warn({ err, challenge: id }, 'a challenge could not start yet');
    }
  }
  return started;
}

/** False when another node has dealt with it, or the challenge starts later by now. */
async function start({ pool, clock, bus }: Tools, id: number): Promise<boolean> {
  // Whoever joined before the start has done so before this has the lock: the rosters of then stay.
  for (let after: number | undefined = 0; after !== undefined; ) {
    const from: number = after;
    after = await inTransaction(pool, async (client) =>
      (await hasBegun(client, clock, id)) ? countRosters(client, id, from) : undefined,
    );
  }
  const told = await inTransaction(pool, (client) => startOne(client, clock, id));
  if (told !== undefined) bus.publish(told);
  return told !== undefined;
}

/** Whether the challenge has begun, and nobody has dealt with it; locks it. */
async function hasBegun(client: PoolClient, clock: Clock, id: number): Promise<boolean> {
  const startsAt = await lockStarting(client, id);
  return startsAt !== undefined && startsAt <= (await clock.databaseNow(client));
}

async function startOne(
  client: PoolClient,
  clock: Clock,
  id: number,
): Promise<LiveMessage | undefined> {
  await lockConsumer(client, STANDINGS); // Before the season, as whoever counts.
  if (!(await hasBegun(client, clock, id))) return undefined;
  const challenge = await loadStarting(client, id);
  assert(challenge !== undefined, 'a challenge that is locked is there');
  const now = await clock.databaseNow(client);
  const cancelReason = isTooFew(challenge) ? TOO_FEW : null;
  const [season] = await storeStart(client, id, now, cancelReason);
  if (season === undefined) return undefined;
  const { id: seasonId, leaderboardId, version } = season;
  return { boards: [{ leaderboardId, seasonId, version }], members: [] };
}

/** Whether the challenge is not to be played. */
const isTooFew = ({ joined, minimum, tooFew }: Starting) => tooFew === 'CANCEL' && joined < minimum;
