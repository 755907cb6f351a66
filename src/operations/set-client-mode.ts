import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { ClientMode } from '../generated/prisma/enums.ts';
import { limits } from '../limits.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import { auditChange, changeSettings } from '../programs/change-settings.ts';
import { bumpConfig } from '../rules/change.ts';
import {
  type ClientShape,
  clientName,
  clientNamed,
  clientTarget,
  type OperationsTools,
} from './clients.ts';
import { ClientNotFound } from './operations.refusals.ts';

export const setClientModeRefusals = [ClientNotFound];

const { documentRowsMax } = limits;
const costs = `must be 1 to ${documentRowsMax}`;

const input = z.object({
  client: clientName,
  mode: z.enum(ClientMode),
  /** Null: none; undefined: as it is. */
  costMax: z.number().int(costs).min(1, costs).max(documentRowsMax, costs).nullish(),
});

/** Says what a client's callers may run, with an audit row when anything changes. */
export async function setClientMode(
  tools: OperationsTools,
  viewer: KnownViewer,
  raw: z.input<typeof input>,
): Promise<ClientShape> {
  const { client: name, mode, costMax: given } = parseOrRefuse(input, raw);
  const changed = await changeSettings(tools, viewer, async (change) => {
    const client = await clientNamed(change, name);
    const before = { mode: client.mode, costMax: client.costMax };
    const data = { mode, costMax: given === undefined ? client.costMax : given };
    if (before.mode === data.mode && before.costMax === data.costMax) return client;
    await auditChange(change, 'setClientMode', clientTarget(name), before, data);
    await bumpConfig(change);
    return change.tx.client.update({ where: { id: client.id }, data });
  });
  tools.operations.forget(viewer.programId);
  return changed;
}
