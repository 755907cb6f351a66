import { z } from 'zod';
import { insertApiKey } from '../auth/api-key.ts';
import type { KnownViewer } from '../auth/viewer.ts';
import { instant } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import {
  auditChange,
  changeSettings,
  type SettingsChange,
  type SettingsTools,
} from '../programs/change-settings.ts';
import {
  type ApiKeyShape,
  auditOf,
  endOf,
  future,
  keyNamed,
  type MadeKey,
  refuseMoreThanOwn,
  refuseTooManyKeys,
  successorOf,
} from './api-keys.ts';
import { keyId } from './key-id.ts';
import {
  ApiKeyEnded,
  ApiKeyLimitReached,
  ApiKeyNotFound,
  ApiKeyRotated,
  ApiKeyScopesExceeded,
} from './keys.refusals.ts';

export const rotateApiKeyRefusals = [
  ...[ApiKeyNotFound, ApiKeyEnded, ApiKeyRotated, ApiKeyScopesExceeded, ApiKeyLimitReached],
];

const { apiKeyOverlapMs, apiKeyOverlapMsMax, rulePastToleranceMs } = limits;

const input = z.object({
  keyId,
  /** When the old key ends; in 24 hours when absent, or when it would end anyway. */
  endsAt: instant.optional(),
  /** When the successor ends; when absent it lives as long as the old key was made for. */
  expiresAt: instant.optional(),
});

/** The successor, and the key that it succeeds as it is now. */
export type RotatedKey = MadeKey & { readonly replaced: ApiKeyShape };

/**
 * Makes a successor with the role, name, client, scopes and length of life of a key, which goes on
 * working beside it until it ends. A key has one successor that works. Leaves an audit row.
 */
export function rotateApiKey(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof input>,
): Promise<RotatedKey> {
  const { keyId: id, endsAt, expiresAt } = parseOrRefuse(input, raw);
  return changeSettings(tools, viewer, async (change) => {
    const { tx, programId, now } = change;
    const old = await keyNamed(change, id);
    const endedAt = endOf(old, now);
    if (endedAt !== undefined) throw new ApiKeyEnded(endedAt);
    const successor = await successorOf(change, id);
    if (successor !== null) throw new ApiKeyRotated(successor.id);
    refuseMoreThanOwn(viewer, old);
    await refuseTooManyKeys(change);
    const oldEnds = earliest(endOfOverlap(endsAt, now), old.expiresAt);
    const { role, name, clientId, scopes } = old;
    const ends =
      expiresAt === undefined
        ? sameLife(old.createdAt, await firstEnd(change, old), now)
        : future(expiresAt, now);
    const given = { programId, role, name, clientId, scopes, expiresAt: ends, replacesId: id };
    const made = await insertApiKey(tx, given, now);
    await tx.apiKey.update({ where: { id }, data: { expiresAt: oldEnds } });
    const [apiKey, replaced] = [await keyNamed(change, made.id), await keyNamed(change, id)];
    const after = { ...auditOf(apiKey), replacedBy: made.id, ends: oldEnds.toISOString() };
    await auditChange(change, 'rotateApiKey', id, auditOf(old), after);
    return { apiKey, text: made.text, replaced };
  });
}

function endOfOverlap(given: Date | undefined, now: Date): Date {
  if (given === undefined) return new Date(now.getTime() + apiKeyOverlapMs);
  const ms = given.getTime() - now.getTime();
  if (ms < -rulePastToleranceMs) {
    throw new InputError('endsAt', `must not be in the past: it is ${now.toISOString()}`);
  }
  if (ms > apiKeyOverlapMsMax) {
    const days = apiKeyOverlapMsMax / 86_400_000;
    throw new InputError('endsAt', `must be within ${days} days: two keys are not for ever`);
  }
  return ms < 0 ? now : given;
}

/** As long from now as the key was made for; null: without an end. */
const sameLife = (madeAt: Date, end: Date | null, now: Date): Date | null =>
  end && new Date(now.getTime() + end.getTime() - madeAt.getTime());

/**
 * When a key was to end as it was made. A rotation before, whose successor was revoked, has brought
 * its end nearer; the audit row of that one says what it was.
 */
async function firstEnd(
  { tx, programId }: SettingsChange,
  { id, expiresAt }: ApiKeyShape,
): Promise<Date | null> {
  if ((await tx.apiKey.count({ where: { replacesId: id } })) === 0) return expiresAt;
  const first = await tx.auditEntry.findFirst({
    where: { programId, action: 'rotateApiKey', target: id },
    orderBy: { id: 'asc' },
    select: { before: true },
  });
  if (first === null) return expiresAt;
  const { expiresAt: end } = first.before as { readonly expiresAt?: string };
  return end === undefined ? null : new Date(end);
}

const earliest = (a: Date, b: Date | null): Date => (b !== null && b < a ? b : a);
