import type { EntryKind, Json } from '../engine/rows.ts';

/** Why an entry was written, as the API's enum. */
export type EntryReason =
  | 'CHECK_IN'
  | 'STREAK_CORRECTION'
  | 'ACTIVITY'
  | 'REDEMPTION'
  | 'EXPIRY'
  | 'ADJUSTMENT';

export type Explained = {
  readonly kind: EntryKind;
  readonly sourceType: string;
  readonly purpose: string;
  readonly ruleVersion: string | null;
  readonly explanation: Json;
};

export function reasonOf({
  sourceType,
  purpose,
}: Pick<Explained, 'sourceType' | 'purpose'>): EntryReason {
  if (sourceType === 'CHECK_IN') return purpose === 'BASE' ? 'CHECK_IN' : 'STREAK_CORRECTION';
  if (sourceType === 'LOT') return 'EXPIRY';
  return sourceType as 'ACTIVITY' | 'REDEMPTION' | 'ADJUSTMENT';
}

/** The entry's reason in words (English), from the facts stored with it. */
export function explainEntry(entry: Explained): string {
  const facts = entry.explanation as Record<string, string | number | null>;
  const rule = entry.ruleVersion === null ? '' : ` (${entry.ruleVersion})`;
  switch (reasonOf(entry)) {
    case 'CHECK_IN':
      return `Day ${facts.streakDay} in a row${rule}.`;
    case 'STREAK_CORRECTION':
      return `A late check-in made this day ${facts.streakDay} in a row instead of ${facts.was}${rule}.`;
    case 'ACTIVITY':
      return `Activity "${facts.activity}"${rule}.`;
    case 'REDEMPTION':
      return `${facts.quantity} × ${facts.title}, ${facts.price} points each.`;
    case 'EXPIRY':
      return `What was left of ${facts.amount} points expired.`;
    case 'ADJUSTMENT':
      return `Adjusted: ${facts.reason}${facts.note === null ? '' : ` – ${facts.note}`}.`;
  }
}
