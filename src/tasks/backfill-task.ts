import { z } from 'zod';
import { actorOf, type KnownViewer } from '../auth/viewer.ts';
import { instant, keyText } from '../engine/inputs.ts';
import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool, PrismaClient } from '../platform/db.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { ruleName } from '../rules/versioned.ts';
import { type BackfillRun, findBackfill } from './backfill.sql.ts';
import { TaskNotFound } from './tasks.refusals.ts';
import { taskAt } from './tasks-consumer.ts';

const input = z.object({
  key: keyText,
  /** Facts that happened from then on count. */
  from: instant,
  /** Says what it would come to, and counts nothing. */
  dryRun: z.boolean(),
  /** QUIET wakes no subscriber for what it counts and pays. */
  mode: z.enum(['QUIET', 'LOUD']),
});

export const backfillTaskRefusals = [TaskNotFound];

type Tools = {
  readonly db: PrismaClient;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly rules: { find(programId: number): Promise<ProgramConfig> };
};

/** Asks for a backfill: a job runs it, in the order of the requests. */
export async function backfillTask(
  { db, pool, clock, rules }: Tools,
  viewer: KnownViewer,
  raw: z.input<typeof input>,
): Promise<BackfillRun> {
  const { key, from, dryRun, mode } = parseOrRefuse(input, raw);
  const { programId } = viewer;
  const now = clock.now();
  if (from >= now) throw new InputError('from', 'must lie in the past');
  const task = taskAt(await rules.find(programId), key, now);
  if (task === undefined) throw new TaskNotFound();
  const { ruleId, version } = task;
  const quiet = mode === 'QUIET';
  const requestedBy = actorOf(viewer);
  const id = await db.$transaction(async (tx) => {
    const asked = { programId, ruleId, version, from, dryRun, quiet };
    const run = await tx.taskBackfill.create({
      data: { ...asked, state: 'SCANNING', requestedBy, requestedAt: now },
    });
    const after = { run: Number(run.id), from: from.toISOString(), dryRun, mode, version };
    const about = { programId, actor: requestedBy, target: ruleName('TASK', key), at: now };
    await tx.auditEntry.create({ data: { ...about, action: 'backfillTask', after } });
    return Number(run.id);
  });
  const run = await findBackfill(pool, programId, id);
  assert(run !== undefined, 'a run that was asked for is there');
  return run;
}
