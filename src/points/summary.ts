/** Lines as outcomes, receipts and events carry them. */
import type { EntryKind, EntryRow, Json } from '../engine/rows.ts';
import { instantText } from '../platform/calendar.ts';
import type { LotLife } from './lots.ts';

/** An entry as events and outcomes carry it. */
export type EntrySummary = {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly occurredAt: string;
  readonly sourceType: string;
  readonly purpose: string;
  readonly ruleVersion: string | null;
  readonly explanation: { [key: string]: Json };
  /** When its points can be spent, null: once confirmed; absent: from the fact on. */
  readonly activatesAt?: string | null;
  /** When they expire; absent: never. */
  readonly expiresAt?: string;
};

export const summarise = (entries: readonly EntryRow[]): EntrySummary[] =>
  entries.map((entry) => ({
    seq: entry.seq,
    kind: entry.kind,
    amount: entry.amount,
    occurredAt: instantText(entry.occurredAt),
    sourceType: entry.sourceType,
    purpose: entry.purpose,
    ruleVersion: entry.ruleVersion,
    explanation: entry.explanation,
    ...lifeTold(entry.occurredAt, entry.life ?? null),
  }));

/** What a summary says of the life of its points. */
export function lifeTold(
  occurredAt: Date,
  life: LotLife | null,
): Pick<EntrySummary, 'activatesAt' | 'expiresAt'> | undefined {
  if (life === null) return undefined;
  const { activatesAt, expiresAt } = life;
  const isAtOnce = activatesAt?.getTime() === occurredAt.getTime();
  if (isAtOnce && expiresAt === null) return undefined;
  return {
    ...(!isAtOnce && { activatesAt: activatesAt === null ? null : instantText(activatesAt) }),
    ...(expiresAt !== null && { expiresAt: instantText(expiresAt) }),
  };
}
