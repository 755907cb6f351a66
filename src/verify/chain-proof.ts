import type { EntryRow } from '../engine/rows.ts';
import { entryHash } from '../points/chain.ts';
import { checkLocalDate } from './check-dates.ts';
import { compare, type Finding } from './difference.ts';

/** An entry with the life of the lot of its number (nulls: there is no such lot). */
export type EntryWithLot = EntryRow & {
  readonly lotSeq: number | null;
  readonly lotActivatesAt: Date | null;
  readonly lotExpiresAt: Date | null;
};

/** What is kept of an entry once its hash is recomputed. */
export type ProvedEntry = Pick<
  EntryRow,
  | 'seq'
  | 'kind'
  | 'amount'
  | 'occurredAt'
  | 'localDate'
  | 'recordedAt'
  | 'sourceType'
  | 'sourceId'
  | 'purpose'
  | 'ruleVersion'
  | 'explanation'
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
  add(entry: EntryWithLot): void {
    if (this.broken === undefined) [this.broken] = this.#breaks(entry);
    this.entries.push(entry);
    this.seq = entry.seq;
    this.head = entry.hash;
  }

  *#breaks(entry: EntryWithLot): Generator<Finding> {
    const next = this.seq + 1;
    yield* compare(`entry ${next}: seq`, next, entry.seq, next);
    const { amount, explanation, lotActivatesAt, lotExpiresAt: expiresAt } = entry;
    const hasLot = entry.lotSeq !== null;
    // A refund has one only for what had expired; how much is proved with the lots.
    if (amount > 0 && !hasLot && entry.kind !== 'REFUND') {
      yield* compare(`lot ${next}: amount`, amount, null, next);
    }
    // A confirmation comes after the entry: then it was not known when its points are active.
    const activatesAt = explanation.awaits === true ? null : lotActivatesAt;
    const life = amount > 0 && hasLot ? { activatesAt, expiresAt } : null;
    yield* compare(`entry ${next}: hash`, entryHash(this.head, entry, life), entry.hash, next);
    yield* checkLocalDate(`entry ${next}`, entry, next);
  }
}
