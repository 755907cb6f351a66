import type { Clock } from '../platform/clock.ts';
import { inTransaction, type Pool, type PoolClient } from '../platform/db.ts';
import { eraseEvents, eraseReceipts, eraseTexts, lockErasure, noteErased } from './erasures.sql.ts';

/** Events looked at in one transaction: a fraction of a second of an index scan. */
const EVENTS_PER_STEP = 100_000;
/** Per run of the job; the next one goes on. */
const STEPS_MAX = 500;
/** Commands that members may send themselves: their receipts carry the member's name. */
export const OF_MEMBERS: readonly string[] = [
  ...['checkIn', 'redeemReward', 'confirmRedemption', 'cancelRedemption', 'claimTask'],
  ...['updateProfile', 'joinChallenge', 'leaveChallenge', 'removeFromTeam', 'transferCaptain'],
  'renewInviteCode',
];

/** Works at erasures until none is left; returns how many steps that took. */
export async function runErasures(tools: {
  readonly pool: Pool;
  readonly clock: Clock;
}): Promise<number> {
  let steps = 0;
  while (steps < STEPS_MAX) {
    if (!(await inTransaction(tools.pool, (client) => oneStep(client, tools.clock.now())))) break;
    steps += 1;
  }
  return steps;
}

/** Whether there was anything to do. Safe to repeat: what is gone already stays gone. */
async function oneStep(client: PoolClient, now: Date): Promise<boolean> {
  const erasure = await lockErasure(client);
  if (erasure === undefined) return false;
  const { memberId, externalId, position, scannedTo } = erasure;
  if (externalId !== null) {
    await eraseTexts(client, memberId);
    await eraseReceipts(client, erasure, OF_MEMBERS);
  }
  const to = Math.min(scannedTo + EVENTS_PER_STEP, position);
  await eraseEvents(client, memberId, scannedTo, to);
  await noteErased(client, memberId, to, to === position ? now : null);
  return true;
}
