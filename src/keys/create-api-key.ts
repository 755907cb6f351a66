import { z } from 'zod';
import { insertApiKey } from '../auth/api-key.ts';
import { scopesOfRole } from '../auth/scopes.ts';
import type { KnownViewer } from '../auth/viewer.ts';
import { instant, shortText } from '../engine/inputs.ts';
import { ApiKeyRole, ApiKeyScope } from '../generated/prisma/enums.ts';
import { clientName, clientNamed } from '../operations/clients.ts';
import { ClientNotFound } from '../operations/operations.refusals.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import { auditChange, changeSettings, type SettingsTools } from '../programs/change-settings.ts';
import {
  auditOf,
  future,
  keyNamed,
  type MadeKey,
  refuseMoreThanOwn,
  refuseTooManyKeys,
} from './api-keys.ts';
import { ApiKeyLimitReached, ApiKeyScopesExceeded } from './keys.refusals.ts';

export const createApiKeyRefusals = [ClientNotFound, ApiKeyScopesExceeded, ApiKeyLimitReached];

const input = z
  .object({
    role: z.enum(ApiKeyRole),
    name: shortText,
    client: clientName.optional(),
    /** Absent: all that the role has. */
    scopes: z.array(z.enum(ApiKeyScope)).min(1, 'must not be empty').max(5).optional(),
    expiresAt: instant.optional(),
  })
  .superRefine(({ role, scopes = [] }, context) => {
    const others = scopes.filter((scope) => !scopesOfRole[role].includes(scope));
    if (others.length === 0) return;
    const message = `${role} keys have ${scopesOfRole[role].join(', ')} at most`;
    context.addIssue({ code: 'custom', path: ['scopes'], message });
  });

/**
 * Makes an API key. Its text is in the answer and nowhere else: what is stored is the SHA-256 of
 * its secret. Leaves an audit row.
 */
export async function createApiKey(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof input>,
): Promise<MadeKey> {
  const { role, name, client, scopes: given = [], expiresAt } = parseOrRefuse(input, raw);
  const scopes = [...new Set(given)];
  refuseMoreThanOwn(viewer, { role, scopes });
  return changeSettings(tools, viewer, async (change) => {
    const { tx, programId, now } = change;
    const ends = expiresAt && future(expiresAt, now);
    const clientId = client === undefined ? null : (await clientNamed(change, client)).id;
    await refuseTooManyKeys(change);
    const given = { programId, role, name, clientId, scopes, expiresAt: ends };
    const { id, text } = await insertApiKey(tx, given, now);
    const apiKey = await keyNamed(change, id);
    await auditChange(change, 'createApiKey', id, undefined, auditOf(apiKey));
    return { apiKey, text };
  });
}
