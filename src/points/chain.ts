import { createHash } from 'node:crypto';
import { canonicalJson } from '../engine/idempotency.ts';
import type { EntryRow } from '../engine/rows.ts';

/** What an entry says, as it is hashed. */
export type HashedEntry = Omit<EntryRow, 'hash'>;

/**
 * Hash of an entry: SHA-256 over the previous entry's hash and this entry's canonical form, so
 * that a changed, removed, added or swapped entry breaks the chain at its place (S43).
 * The form is versioned by its first element; it must never change for entries already written.
 */
export function entryHash(previous: Buffer | null, entry: HashedEntry): Buffer {
  const hash = createHash('sha256');
  if (previous !== null) hash.update(previous);
  return hash.update(canonicalEntry(entry)).digest();
}

function canonicalEntry(entry: HashedEntry): string {
  // What JSON.stringify makes of plain values is their canonical form.
  const plain = JSON.stringify([
    1,
    entry.programId,
    entry.memberId,
    entry.seq,
    entry.kind,
    entry.amount,
    entry.occurredAt.toISOString(),
    entry.localDate,
    entry.zone,
    entry.utcOffsetSeconds,
    entry.dayStartMinutes,
    entry.recordedAt.toISOString(),
    entry.sourceType,
    entry.sourceId,
    entry.purpose,
    entry.ruleVersion,
    entry.actor,
    entry.idempotencyKey,
  ]);
  return `${plain.slice(0, -1)},${canonicalJson(entry.explanation)}]`;
}
