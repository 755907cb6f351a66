import { createHash } from 'node:crypto';
import type { Changes } from './changes.ts';
import type { ReceiptRow } from './rows.ts';

/** Where an idempotency key counts: one program, one operation, one kind of caller. */
export type ReceiptKey = Pick<ReceiptRow, 'programId' | 'operation' | 'scope' | 'key'> & {
  readonly inputHash: Buffer;
};
export type StoredReceipt = Omit<ReceiptRow, 'createdAt'>;

export const receiptId = (key: Omit<ReceiptKey, 'inputHash'>) =>
  JSON.stringify([key.programId, key.operation, key.scope, key.key]);

/** SHA-256 of an input, the same whatever order its fields came in. */
export function hashInput(input: object): Buffer {
  return createHash('sha256').update(canonicalJson(input)).digest();
}

/** JSON with the keys of every object in order; absent and undefined fields are one. */
export function canonicalJson(value: unknown): string {
  if (Number.isSafeInteger(value)) return `${value}`;
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let fields = '';
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined) continue;
    if (fields !== '') fields += ',';
    fields += `${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${fields}}`;
}

/** Keeps the answer, so that the same key finds it: in this batch at once, later from the table. */
export function keepReceipt(
  receipts: Map<string, StoredReceipt>,
  changes: Changes,
  key: ReceiptKey,
  outcome: unknown,
  now: Date,
): void {
  const id = receiptId(key);
  receipts.set(id, { ...key, outcome });
  changes.insert('receipts', { ...key, outcome, createdAt: now }, () => receipts.delete(id));
}
