import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { classifyFault } from '../platform/conflicts.ts';
import { named } from '../platform/db.ts';
import { Unavailable } from '../platform/refusal.ts';
import type { Output } from './output.ts';

const RETRY_MS = 250;
/** So long may the database be away before the wait gives up. */
const GIVE_UP_MS = 60_000;

type LastEvent = { programId: number; position: number };

/** The newest event in the order of the log, which is not always the highest position. */
async function lastEvent(app: App): Promise<LastEvent | null> {
  const rows = await named<LastEvent>(
    app.pool,
    'cli.lastEvent',
    `select program_id as "programId", position from event
     order by txid desc, event.position desc limit 1`,
    [],
  );
  return rows[0] ?? null;
}

/**
 * Waits until the boards hold every event there is now, however long that takes. Says false when
 * `waitMs` have passed before (absent: no limit).
 */
export async function waitForStandings(
  app: App,
  output: Pick<Output, 'note'>,
  waitMs = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const startedAt = performance.now();
  let answeredAt = startedAt;
  let last: LastEvent | null | undefined;
  for (;;) {
    try {
      if (last === undefined) last = await lastEvent(app);
      if (last !== null) await app.projection.waitFor(last.programId, last.position);
      return true;
    } catch (error) {
      if (error instanceof Unavailable) {
        answeredAt = performance.now();
        output.note('waiting for the boards to catch up …');
      } else {
        const isAway = classifyFault(error) === 'unavailable';
        if (!isAway || performance.now() - answeredAt > GIVE_UP_MS) throw error;
        await sleep(RETRY_MS);
      }
    }
    if (performance.now() - startedAt > waitMs) return false;
  }
}
