import { createHash } from 'node:crypto';
import { canonicalJson } from '../engine/idempotency.ts';
import type { EntryRow } from '../engine/rows.ts';
import { instantText } from '../platform/calendar.ts';
import type { LotLife } from './lots.ts';

/** What an entry says, as it is hashed. */
export type HashedEntry = Omit<EntryRow, 'hash'>;

/**
 * Hash of an entry: SHA-256 over the previous entry's hash and this entry's canonical form, so
 * that a changed, removed, added or swapped entry breaks the chain at its place (S43). A credit's
 * hash covers the life of the lot it made (null: it made none).
 * The form is versioned by its first element; it must never change for entries already written.
 */
export function entryHash(
  previous: Buffer | null,
  entry: HashedEntry,
  life: LotLife | null,
): Buffer {
  const hash = createHash('sha256');
  if (previous !== null) hash.update(previous);
  return hash.update(canonicalEntry(entry, life)).digest();
}

const WITHOUT_LOT = 1;
const WITH_LOT = 2;

function canonicalEntry(entry: HashedEntry, life: LotLife | null): string {
  // What JSON.stringify makes of plain values is their canonical form.
  const plain = JSON.stringify([
    life === null ? WITHOUT_LOT : WITH_LOT,
    entry.programId,
    entry.memberId,
    entry.seq,
    entry.kind,
    entry.amount,
    instantText(entry.occurredAt),
    entry.localDate,
    entry.zone,
    entry.utcOffsetSeconds,
    entry.dayStartMinutes,
    instantText(entry.recordedAt),
    entry.sourceType,
    entry.sourceId,
    entry.purpose,
    entry.ruleVersion,
    entry.actor,
    entry.idempotencyKey,
  ]);
  const said = `${plain.slice(0, -1)},${canonicalJson(entry.explanation)}`;
  if (life === null) return `${said}]`;
  const expiresAt = life.expiresAt === null ? 'null' : `"${instantText(life.expiresAt)}"`;
  // What awaits its confirmation gets its activation later.
  const activatesAt = life.activatesAt === null ? 'null' : `"${instantText(life.activatesAt)}"`;
  return `${said},${activatesAt},${expiresAt}]`;
}
