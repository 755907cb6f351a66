import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';

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

/** Letters and digits that nobody takes for another: no 0, O, 1, I or L. */
const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const CODE_LENGTH = 12;

/** A code by which a team is joined: 59 random bits, read out without doubt. */
export const newInviteCode = (): string =>
  Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join('');
