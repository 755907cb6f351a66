import type { EntryRow } from '../engine/rows.ts';
import { entryHash } from '../points/chain.ts';
import { checkLocalDate } from './check-dates.ts';
import { compare, type Finding } from './difference.ts';

/** An entry with the life of the lot of its number (nulls: there is no such lot). */
export type EntryWithLot = EntryRow & {
  readonly lotActivatesAt: Date | null;
  readonly lotExpiresAt: Date | null;
};

/** What is kept of an entry once its hash is recomputed. */
export type ProvedEntry = Pick<
  EntryRow,
  'seq' | 'kind' | 'amount' | 'occurredAt' | 'recordedAt' | 'sourceType' | 'sourceId' | 'purpose'
> & {
  /** The day of the run that the explanation names. */
  readonly streakDay: number | undefined;
};

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
    const { seq, kind, amount, occurredAt, recordedAt, sourceType, sourceId, purpose } = entry;
    const { streakDay } = entry.explanation;
    this.entries.push({
      ...{ seq, kind, amount, occurredAt, recordedAt, sourceType, sourceId, purpose },
      streakDay: typeof streakDay === 'number' ? streakDay : undefined,
    });
    this.seq = seq;
    this.head = entry.hash;
  }

  *#breaks(entry: EntryWithLot): Generator<Finding> {
    const next = this.seq + 1;
    yield* compare(`entry ${next}: seq`, next, entry.seq, next);
    const { amount, lotActivatesAt: activatesAt, lotExpiresAt: expiresAt } = entry;
    if (amount > 0 && activatesAt === null) {
      yield* compare(`lot ${next}: amount`, amount, null, next);
    }
    const life = amount > 0 && activatesAt !== null ? { activatesAt, expiresAt } : null;
    yield* compare(`entry ${next}: hash`, entryHash(this.head, entry, life), entry.hash, next);
    yield* checkLocalDate(`entry ${next}`, entry, next);
  }
}
