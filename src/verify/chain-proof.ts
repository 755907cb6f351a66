import type { EntryRow } from '../engine/rows.ts';
import { entryHash } from '../points/chain.ts';
import { compare, type Finding } from './difference.ts';

/** What is kept of an entry once its hash is recomputed. */
export type ProvedEntry = Pick<
  EntryRow,
  'seq' | 'kind' | 'amount' | 'occurredAt' | 'recordedAt' | 'sourceType' | 'sourceId'
>;

/** Follows one member's entries in the order of `seq` and finds where their chain breaks (S43). */
export class ChainProof {
  readonly entries: ProvedEntry[] = [];
  /** Sequence number and hash of the last entry. */
  seq = 0;
  head: Buffer | null = null;
  /** The first break. */
  broken: Finding | undefined;

  /** Takes the next entry. */
  add(entry: EntryRow): void {
    this.broken ??= this.#findBreak(entry);
    const { seq, kind, amount, occurredAt, recordedAt, sourceType, sourceId, hash } = entry;
    this.entries.push({ seq, kind, amount, occurredAt, recordedAt, sourceType, sourceId });
    this.seq = seq;
    this.head = hash;
  }

  #findBreak(entry: EntryRow): Finding | undefined {
    const next = this.seq + 1;
    for (const gap of compare(`entry ${next}: seq`, next, entry.seq, next)) return gap;
    const expected = entryHash(this.head, entry);
    for (const other of compare(`entry ${next}: hash`, expected, entry.hash, next)) return other;
    return undefined;
  }
}
