import type { App } from '../app.ts';
import { named } from '../platform/db.ts';
import { Unavailable } from '../platform/refusal.ts';
import type { Output } from './output.ts';

type LastEvent = { programId: number; position: number };

/** The newest event in the order of the log, which is not always the highest position. */
async function lastEvent(app: App): Promise<LastEvent | undefined> {
  const rows = await named<LastEvent>(
    app.pool,
    'cli.lastEvent',
    `select program_id as "programId", position from event
     order by txid desc, event.position desc limit 1`,
    [],
  );
  return rows[0];
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
  const last = await lastEvent(app);
  if (last === undefined) return true;
  const startedAt = performance.now();
  for (;;) {
    try {
      await app.projection.waitFor(last.programId, last.position);
      return true;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (performance.now() - startedAt > waitMs) return false;
      output.note('waiting for the boards to catch up …');
    }
  }
}
