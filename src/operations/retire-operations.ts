import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { instant } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import { auditChange, changeSettings } from '../programs/change-settings.ts';
import { bumpConfig } from '../rules/change.ts';
import {
  type ClientShape,
  clientName,
  clientNamed,
  clientTarget,
  type OperationsTools,
} from './clients.ts';
import { readDocumentId } from './document-id.ts';
import { ClientNotFound, OperationNotFound } from './operations.refusals.ts';

export const retireOperationsRefusals = [ClientNotFound, OperationNotFound];

const { operationsRetiredMax, rulePastToleranceMs } = limits;
const tooMany = `must be at most ${operationsRetiredMax}`;

const input = z.object({
  client: clientName,
  documentIds: z
    .array(z.string().min(1, 'must not be empty').max(200, 'is no id'))
    .min(1, 'must not be empty')
    .max(operationsRetiredMax, tooMany),
  at: instant.optional(),
});

/** What was retired, and from when on. */
export type Retired = {
  readonly client: ClientShape;
  readonly retiresAt: Date;
  /** Ids whose date was set; what had retired by then already stays as it is. */
  readonly retired: readonly string[];
};

/**
 * Ends operations of a client, now or at an instant; until then they work. A date that was set
 * before is replaced, what has retired stays retired. Leaves an audit row.
 */
export async function retireOperations(
  tools: OperationsTools,
  viewer: KnownViewer,
  raw: z.input<typeof input>,
): Promise<Retired> {
  const { client: name, documentIds, at } = parseOrRefuse(input, raw);
  const retired = await changeSettings(tools, viewer, async (change) => {
    const { tx, now } = change;
    const retiresAt = at === undefined || at < now ? now : at;
    if (at !== undefined && at.getTime() < now.getTime() - rulePastToleranceMs) {
      throw new InputError('at', `must not be in the past: it is ${now.toISOString()}`);
    }
    const client = await clientNamed(change, name);
    const ids = [...new Set(documentIds.map((given) => readDocumentId(given) ?? given))];
    const where = { clientId: client.id, id: { in: ids } };
    const found = await tx.persistedOperation.findMany({ where, orderBy: { id: 'asc' } });
    const missing = ids.filter((id) => !found.some((operation) => operation.id === id));
    if (missing.length > 0) throw new OperationNotFound(missing);
    const ending = found.filter((one) => one.retiresAt === null || one.retiresAt > now);
    const endingIds = ending.map(({ id }) => id);
    if (ending.length > 0) {
      await tx.persistedOperation.updateMany({
        where: { clientId: client.id, id: { in: endingIds } },
        data: { retiresAt },
      });
      const before = { retiresAt: Object.fromEntries(ending.map((one) => [one.id, told(one)])) };
      const after = { retired: endingIds, retiresAt: retiresAt.toISOString() };
      await auditChange(change, 'retireOperations', clientTarget(name), before, after);
      await bumpConfig(change);
    }
    return { client, retiresAt, retired: endingIds };
  });
  tools.operations.forget(viewer.programId);
  return retired;
}

const told = ({ retiresAt }: { readonly retiresAt: Date | null }) =>
  retiresAt?.toISOString() ?? null;
