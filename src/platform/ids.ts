import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** An id for a request, to find its log lines by. */
export const newRequestId = (): string => randomUUID();

/** `bytes` random bytes as lower-case hex. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** A 256-bit secret as base64url (43 characters). */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** An id for a fact that came without one; the same for repeats under one idempotency key. */
export const newReference = (idempotencyKey: string | undefined): string =>
  idempotencyKey === undefined ? `auto:${randomUUID()}` : `key:${idempotencyKey}`;
