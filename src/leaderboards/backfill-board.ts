import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { keyText } from '../engine/inputs.ts';
import { assert } from '../platform/assert.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import { auditChange, changeSettings } from '../programs/change-settings.ts';
import { type BoardBackfill, findBoardBackfill } from './backfill.sql.ts';
import {
  LeaderboardArchived,
  LeaderboardBackfillRunning,
  LeaderboardNotFound,
} from './boards.refusals.ts';
import { type BoardTools, ownBoard, targetOf } from './change-board.ts';

const input = z.object({
  key: keyText,
  /** Says what it would come to, and counts nothing. */
  dryRun: z.boolean(),
});

export const backfillLeaderboardRefusals = [
  LeaderboardNotFound,
  LeaderboardArchived,
  LeaderboardBackfillRunning,
];

const beginning = new Date(0);

/** Asks for a backfill of what a board does not count yet, with an audit row; a job runs it. */
export async function backfillLeaderboard(
  tools: BoardTools,
  viewer: KnownViewer,
  raw: z.input<typeof input>,
): Promise<BoardBackfill> {
  const { key, dryRun } = parseOrRefuse(input, raw);
  const runId = await changeSettings(tools, viewer, async (change) => {
    const { tx, actor: requestedBy, now: requestedAt } = change;
    const { id: leaderboardId, startsAt, countsFrom: until } = await ownBoard(change, key);
    const where = { leaderboardId, state: { not: 'DONE' as const } };
    if ((await tx.leaderboardBackfill.findFirst({ where })) !== null) {
      throw new LeaderboardBackfillRunning();
    }
    const from = startsAt ?? beginning;
    const asked = { leaderboardId, dryRun, requestedBy, requestedAt, from, until };
    const run = await tx.leaderboardBackfill.create({ data: { ...asked, state: 'SCANNING' } });
    const after = { run: Number(run.id), from: from.toISOString(), dryRun };
    await auditChange(change, 'backfillLeaderboard', targetOf(key), undefined, after);
    return Number(run.id);
  });
  const run = await findBoardBackfill(tools.pool, viewer.programId, runId);
  assert(run !== undefined, 'a run that was asked for is there');
  return run;
}
