import { z } from 'zod';
import { actorOf, type KnownViewer } from '../auth/viewer.ts';
import { keyText, positivePoints } from '../engine/inputs.ts';
import type { Clock } from '../platform/clock.ts';
import type { PrismaClient } from '../platform/db.ts';
import { parseOrRefuse } from '../platform/refusal.ts';

const days = z.number().int().min(0, 'must be 0 to 3650').max(3650, 'must be 0 to 3650');

const input = z
  .object({
    activityType: keyText,
    points: positivePoints,
    pendingDays: days.optional(),
    pointsDays: days.optional(),
  })
  .refine(({ pendingDays = 0, pointsDays = pendingDays }) => pointsDays >= pendingDays, {
    path: ['pointsDays'],
    message: 'must not be less than pendingDays: such points could never be spent',
  });

/** Sets the rule of an activity type, with an audit row; every node decides by it at once. */
export async function setEarningRule(
  { db, clock }: { readonly db: PrismaClient; readonly clock: Clock },
  viewer: KnownViewer,
  raw: z.input<typeof input>,
) {
  const { activityType, points, pendingDays = 0, pointsDays = null } = parseOrRefuse(input, raw);
  const { programId } = viewer;
  return db.$transaction(async (tx) => {
    const terms = { points: BigInt(points), pendingDays, pointsDays };
    const rule = await tx.earningRule.upsert({
      where: { programId_activityType: { programId, activityType } },
      create: { programId, activityType, ...terms },
      update: { ...terms, version: { increment: 1 } },
    });
    await tx.program.update({
      where: { id: programId },
      data: { configVersion: { increment: 1 } },
    });
    await tx.auditEntry.create({
      data: {
        programId,
        actor: actorOf(viewer),
        action: 'setEarningRule',
        target: activityType,
        after: { points, pendingDays, pointsDays, version: rule.version },
        at: clock.now(),
      },
    });
    return rule;
  });
}
