import { timingSafeEqual } from 'node:crypto';
import type { ApiKeyScope } from '../generated/prisma/enums.ts';
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

type Life = { readonly expiresAt: Date | null; readonly revokedAt: Date | null };

/** Neither revoked nor over. */
export const isInUse = ({ expiresAt, revokedAt }: Life, now: Date): boolean =>
  (revokedAt === null || revokedAt > now) && (expiresAt === null || expiresAt > now);

export type NewApiKey = {
  readonly programId: number;
  readonly role: ApiKeyRole;
  readonly name: string;
  readonly clientId?: number | null | undefined;
  /** Without an end when absent. */
  readonly expiresAt?: Date | null | undefined;
  /** What it is narrowed to; none: it has all that its role has. */
  readonly scopes?: readonly ApiKeyScope[] | undefined;
  /** Id of the key that it succeeds. */
  readonly replacesId?: string | undefined;
};

/** Makes a key and returns its text: the only time it is seen. */
export async function insertApiKey(
  db: Pick<PrismaClient, 'apiKey'>,
  key: NewApiKey,
  now: Date,
): Promise<{ id: string; text: string }> {
  const id = randomHex(ID_BYTES);
  const secret = randomSecret();
  const { programId, role, name, clientId = null, expiresAt = null, replacesId = null } = key;
  await db.apiKey.create({
    data: {
      ...{ id, programId, role, name, clientId, expiresAt, replacesId, createdAt: now },
      scopes: [...(key.scopes ?? [])],
      secretHash: new Uint8Array(sha256(secret)),
    },
  });
  return { id, text: `tm_${role.toLowerCase()}_${id}_${secret}` };
}
