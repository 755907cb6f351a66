import { timingSafeEqual } from 'node:crypto';
import type { PrismaClient } from '../platform/db.ts';
import { randomHex, randomSecret, sha256 } from '../platform/ids.ts';
import type { ApiKeyRole } from './viewer.ts';

const ID_BYTES = 8;
const FORM = /^tm_(operator|service|partner|screen)_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** The parts of a well-formed `tm_<role>_<id>_<secret>`. */
export function parseApiKey(text: string): { id: string; secret: string } | undefined {
  const match = FORM.exec(text);
  const [, , id, secret] = match ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** Compares in constant time. */
export const secretMatches = (secret: string, hash: Uint8Array): boolean =>
  timingSafeEqual(sha256(secret), hash);

/** Makes a key and returns its text: the only time it is seen. */
export async function createApiKey(
  db: PrismaClient,
  key: { programId: number; role: ApiKeyRole; name: string; clientId?: number | undefined },
  now: Date,
): Promise<{ id: string; text: string }> {
  const id = randomHex(ID_BYTES);
  const secret = randomSecret();
  const secretHash = new Uint8Array(sha256(secret));
  const { clientId = null, ...data } = key;
  await db.apiKey.create({ data: { ...data, clientId, id, secretHash, createdAt: now } });
  return { id, text: `tm_${key.role.toLowerCase()}_${id}_${secret}` };
}
