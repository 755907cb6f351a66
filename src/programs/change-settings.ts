/**
 * How operators change what their program is set to: one change after the other, under a lock of
 * the program's row, each with an audit row. Commands of the engine never wait for that lock.
 */
import { actorOf, type KnownViewer } from '../auth/viewer.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';
import type { PrismaClient } from '../platform/db.ts';

export type SettingsTools = { readonly db: PrismaClient; readonly clock: Clock };

/** The transaction of one change. */
export type SettingsChange = {
  readonly tx: Prisma.TransactionClient;
  readonly programId: number;
  readonly program: { readonly zone: string; readonly dayStartMinutes: number };
  readonly actor: string;
  /** By the database's clock, read behind the lock. */
  readonly now: Date;
};

/** Runs `work` alone among the changes of the program's settings; everything else goes on. */
export function changeSettings<T>(
  { db, clock }: SettingsTools,
  viewer: KnownViewer,
  work: (change: SettingsChange) => Promise<T>,
): Promise<T> {
  const { programId } = viewer;
  return db.$transaction(async (tx) => {
    const [program] = await tx.$queryRaw<SettingsChange['program'][]>`
      select zone, day_start_minutes as "dayStartMinutes" from program
      where id = ${programId} for no key update`;
    assert(program !== undefined, 'a viewer’s program exists');
    const now = await clock.databaseNow({
      query: async (text) => ({ rows: await tx.$queryRawUnsafe<unknown[]>(text) }),
    });
    return work({ tx, programId, program, actor: actorOf(viewer), now });
  });
}

/** Leaves the audit row of a change; `before` is undefined where there was nothing. */
export const auditChange = (
  { tx, programId, actor, now }: SettingsChange,
  action: string,
  target: string,
  before: Prisma.InputJsonObject | undefined,
  after: Prisma.InputJsonObject,
) =>
  tx.auditEntry.create({
    data: { programId, actor, action, target, ...(before && { before }), after, at: now },
  });
