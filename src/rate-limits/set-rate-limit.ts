import type { KnownViewer } from '../auth/viewer.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { clientNamed, clientTarget } from '../operations/clients.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import { auditChange, changeSettings, type SettingsTools } from '../programs/change-settings.ts';
import { type RateHolder, type RateLimit, rateLimit } from './limit.ts';

/** What changes of limits need: this node follows at once. */
export type RateLimitTools = SettingsTools & {
  readonly rateLimits: { forget(programId: number): void };
};

/** Whose limit is set: a role's or members', or of the callers of a client. */
export type RateTarget = { readonly holder: RateHolder } | { readonly client: string };

/**
 * Sets what each caller of a role, each member or each caller of a client may spend; null: what holds
 * without it. For who runs the installation: a program's operators cannot raise their own limits.
 * Every node follows within five seconds. Leaves an audit row when anything changes.
 */
export async function setRateLimit(
  tools: RateLimitTools,
  viewer: KnownViewer,
  target: RateTarget,
  given: RateLimit | null,
): Promise<void> {
  const limit = given === null ? null : parseOrRefuse(rateLimit, given);
  await changeSettings(tools, viewer, async (change) => {
    const { tx, programId } = change;
    if ('client' in target) {
      const client = await clientNamed(change, target.client);
      const before = shown(client.ratePerSecond, client.rateBurst);
      if (isSame(before, limit)) return;
      const data = { ratePerSecond: limit?.perSecond ?? null, rateBurst: limit?.burst ?? null };
      await tx.client.update({ where: { id: client.id }, data });
      const name = clientTarget(target.client);
      await auditChange(change, 'setRateLimit', name, { limit: before }, { limit });
      return;
    }
    const { holder } = target;
    const program = await tx.program.findUniqueOrThrow({ where: { id: programId } });
    const limits = program.rateLimits as Partial<Record<RateHolder, RateLimit>>;
    const before = limits[holder] ?? null;
    if (isSame(before, limit)) return;
    const { [holder]: _old, ...others } = limits;
    const rateLimits: Prisma.InputJsonObject =
      limit === null ? others : { ...others, [holder]: limit };
    await tx.program.update({ where: { id: programId }, data: { rateLimits } });
    await auditChange(change, 'setRateLimit', `rateLimit:${holder}`, { limit: before }, { limit });
  });
  tools.rateLimits.forget(viewer.programId);
}

const shown = (perSecond: number | null, burst: number | null): RateLimit | null =>
  perSecond === null || burst === null ? null : { perSecond, burst };

const isSame = (a: RateLimit | null, b: RateLimit | null): boolean =>
  a?.perSecond === b?.perSecond && a?.burst === b?.burst;
