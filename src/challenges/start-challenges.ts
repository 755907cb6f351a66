/**
 * Deals with the start of challenges: counts their rosters, and cancels those that too few have
 * joined, where that was declared (S82). Safe to run late, twice, or on two nodes: who takes part at
 * the start is told by their rows, not by when this runs.
 */
import { STANDINGS } from '../leaderboards/standings-consumer.ts';
import type { LiveMessage } from '../live/messages.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import { inTransaction, type Pool, type PoolClient } from '../platform/db.ts';
import { lockConsumer } from '../projections/event-log.ts';
import { findStarting, lockStarting, type Starting, storeStart } from './start.sql.ts';

type Tools = { readonly pool: Pool; readonly clock: Clock; readonly bus: Bus };

/** Why a challenge is called off that too few have joined, for its members. */
const TOO_FEW = 'Too few have joined.';

export { nextStart } from './start.sql.ts';

/** Returns how many challenges have started, or not. */
export async function startChallenges({ pool, clock, bus }: Tools): Promise<number> {
  const due = await findStarting(pool, clock.now());
  for (const { id } of due) {
    const told = await inTransaction(pool, (client) => startOne(client, clock, id));
    if (told !== undefined) bus.publish(told);
  }
  return due.length;
}

/** Undefined when another node has dealt with it, or the challenge starts later by now. */
async function startOne(
  client: PoolClient,
  clock: Clock,
  id: number,
): Promise<LiveMessage | undefined> {
  await lockConsumer(client, STANDINGS); // Before the season, as whoever counts.
  const challenge = await lockStarting(client, id);
  const now = await clock.databaseNow(client);
  if (challenge === undefined || challenge.startsAt > now) return undefined;
  const cancelReason = isTooFew(challenge) ? TOO_FEW : null;
  const [season] = await storeStart(client, id, now, cancelReason);
  if (season === undefined) return undefined;
  const { id: seasonId, leaderboardId, version } = season;
  return { boards: [{ leaderboardId, seasonId, version }], members: [] };
}

/** Whether the challenge is not to be played. */
const isTooFew = ({ joined, minimum, tooFew }: Starting) => tooFew === 'CANCEL' && joined < minimum;
