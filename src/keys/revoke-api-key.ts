import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import { auditChange, changeSettings, type SettingsTools } from '../programs/change-settings.ts';
import { type ApiKeyShape, auditOf, keyNamed } from './api-keys.ts';
import { keyId } from './key-id.ts';
import { ApiKeyNotFound } from './keys.refusals.ts';

export const revokeApiKeyRefusals = [ApiKeyNotFound];

const input = z.object({ keyId });

/** A key that was revoked, now or before. */
export type RevokedKey = { readonly apiKey: ApiKeyShape; readonly alreadyRevoked: boolean };

/**
 * Ends a key for good: within five seconds nothing on any node takes it, and what it had opened is
 * closed (S97). Once more changes nothing. Leaves an audit row.
 */
export function revokeApiKey(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof input>,
): Promise<RevokedKey> {
  const { keyId: id } = parseOrRefuse(input, raw);
  return changeSettings(tools, viewer, async (change) => {
    const apiKey = await keyNamed(change, id);
    if (apiKey.revokedAt !== null) return { apiKey, alreadyRevoked: true };
    await change.tx.apiKey.update({ where: { id }, data: { revokedAt: change.now } });
    await auditChange(change, 'revokeApiKey', id, undefined, auditOf(apiKey));
    return { apiKey: await keyNamed(change, id), alreadyRevoked: false };
  });
}
