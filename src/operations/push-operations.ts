import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import type { Client, PersistedOperation } from '../generated/prisma/client.ts';
import { limits } from '../limits.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import { auditChange, changeSettings, type SettingsChange } from '../programs/change-settings.ts';
import { bumpConfig } from '../rules/change.ts';
import { type ClientShape, clientName, clientTarget, type OperationsTools } from './clients.ts';
import type { Judge, JudgedOperation } from './judge.ts';
import { type ManifestEntry, type ManifestProblem, readManifest } from './manifest.ts';
import { ManifestNotValid } from './operations.refusals.ts';

export const pushOperationsRefusals = [ManifestNotValid];

/** What a push did. */
export type Pushed = {
  readonly client: ClientShape;
  /** The client is new. */
  readonly created: boolean;
  /** Ids that were registered now. */
  readonly added: readonly string[];
  /** Ids that were retired, or were to be, and are not any more. */
  readonly restored: readonly string[];
  /** How many were registered before, and are as they were. */
  readonly unchanged: number;
};

const input = z.object({ client: clientName, manifest: z.string() });

type Good = Omit<ManifestEntry, 'name'> & JudgedOperation;

/**
 * Registers what a manifest has for a client, which it makes when there is none; all of it or, when
 * anything is wrong, nothing. What the client has besides stays. Leaves an audit row.
 */
export async function pushOperations(
  tools: OperationsTools,
  viewer: KnownViewer,
  judge: Judge,
  raw: z.input<typeof input>,
): Promise<Pushed> {
  const { client: name, manifest } = parseOrRefuse(input, raw);
  const { good, problems } = judgeManifest(judge, manifest);
  if (problems.length > 0) throw new ManifestNotValid(problems);
  const pushed = await changeSettings(tools, viewer, async (change) => {
    const { tx, programId } = change;
    const found = await tx.client.findUnique({ where: { programId_name: { programId, name } } });
    const client = found ?? (await createClient(change, name));
    const ids = good.map(({ id }) => id);
    const where = { clientId: client.id, id: { in: ids } };
    const select = { id: true, hash: true, name: true, retiresAt: true };
    const before = await tx.persistedOperation.findMany({ where, select });
    const plan = planOf(client, good, before);
    if (plan.problems.length > 0) throw new ManifestNotValid(plan.problems);
    await refuseTooMuch(change, plan.added, plan.restored);
    await store(change, client, plan.added, plan.restored);
    const { added, restored } = { added: idsOf(plan.added), restored: idsOf(plan.restored) };
    const unchanged = good.length - added.length - restored.length;
    if (found === null || added.length + restored.length > 0) {
      const after = { created: found === null, added, restored, unchanged };
      await auditChange(change, 'pushOperations', clientTarget(name), undefined, after);
      await bumpConfig(change);
    }
    return { client, created: found === null, added, restored, unchanged };
  });
  tools.operations.forget(viewer.programId);
  return pushed;
}

/** The operations of a manifest, or all that is wrong with it and with them. */
export function judgeManifest(
  judge: Judge,
  manifest: string,
): { readonly good: readonly Good[]; readonly problems: readonly ManifestProblem[] } {
  const { entries, problems: unread } = readManifest(manifest);
  const good: Good[] = [];
  const problems = [...unread];
  for (const entry of entries) {
    const judged = judge(entry.text, entry.name);
    if ('problems' in judged) {
      problems.push(...judged.problems.map((message) => ({ id: entry.id, message })));
    } else good.push({ ...entry, ...judged });
  }
  return { good, problems };
}

async function createClient(change: SettingsChange, name: string): Promise<Client> {
  const { tx, programId, now } = change;
  const clients = await tx.client.count({ where: { programId } });
  if (clients >= limits.programClientsMax) {
    const message = `the program has ${clients} clients: no more can be made`;
    throw new ManifestNotValid([{ id: null, message }]);
  }
  return tx.client.create({ data: { programId, name, createdAt: now } });
}

type Plan = {
  readonly added: readonly Good[];
  readonly restored: readonly Good[];
  readonly problems: readonly ManifestProblem[];
};

/** What is new, what comes back, and what cannot be. */
function planOf(
  { name, costMax }: Client,
  good: readonly Good[],
  before: readonly Pick<PersistedOperation, 'id' | 'hash' | 'name' | 'retiresAt'>[],
): Plan {
  const known = new Map(before.map((operation) => [operation.id, operation]));
  const problems: ManifestProblem[] = [];
  for (const { id, hash, name: operationName, cost } of good) {
    const same = known.get(id);
    if (same !== undefined && (same.hash !== hash || same.name !== operationName)) {
      problems.push({ id, message: 'is registered with another text: use another id' });
    }
    if (costMax !== null && cost > costMax) {
      const message = `may read ${cost} objects; the ceiling of the client ${name} is ${costMax}`;
      problems.push({ id, message });
    }
  }
  const retires = ({ id }: Good) => known.get(id)?.retiresAt != null;
  return {
    added: good.filter(({ id }) => !known.has(id)),
    restored: good.filter(retires),
    problems,
  };
}

const idsOf = (operations: readonly Good[]): string[] => operations.map(({ id }) => id);

/** All that a program has in use is held in memory. */
async function refuseTooMuch(
  { tx, programId, now }: SettingsChange,
  added: readonly Good[],
  restored: readonly Good[],
): Promise<void> {
  const [used] = await tx.$queryRaw<{ operations: number; characters: number }[]>`
    select count(*)::int as operations, coalesce(sum(length(text)), 0)::int as characters
    from persisted_operation
    where program_id = ${programId} and (retires_at is null or retires_at > ${now})`;
  const more = [...added, ...restored];
  const operations = (used?.operations ?? 0) + more.length;
  const characters = more.reduce((sum, { text }) => sum + text.length, used?.characters ?? 0);
  const { programOperationsMax, programOperationsCharactersMax } = limits;
  if (operations <= programOperationsMax && characters <= programOperationsCharactersMax) return;
  const message =
    `the program would have ${operations} operations of ${characters} characters in use, more ` +
    `than ${programOperationsMax} of ${programOperationsCharactersMax}: retire some first`;
  throw new ManifestNotValid([{ id: null, message }]);
}

async function store(
  { tx, programId, actor, now }: SettingsChange,
  { id: clientId }: Client,
  added: readonly Good[],
  restored: readonly Good[],
): Promise<void> {
  const rows = added.map(({ id, hash, text, name, kind, cost }) => ({
    ...{ id, hash, text, name, kind, cost },
  }));
  // One statement of few parameters: thousands of rows while the program's row is locked.
  await tx.$executeRaw`
    insert into persisted_operation (client_id, program_id, id, hash, text, name, kind, cost,
      registered_at, registered_by)
    select ${clientId}, ${programId}, id, hash, text, name, kind, cost, ${now}, ${actor}
    from json_to_recordset(${JSON.stringify(rows)}::json) as row
      (id text, hash text, text text, name text, kind persisted_operation_kind, cost int)`;
  await tx.persistedOperation.updateMany({
    where: { clientId, id: { in: idsOf(restored) } },
    data: { retiresAt: null },
  });
}
