import type { EntryKind, Json } from '../engine/rows.ts';
import { explainIn, type Locale } from './explain-words.ts';
import { keysAlone, type Names } from './names.ts';

/** Why an entry was written, as the API's enum. */
export type EntryReason =
  | 'CHECK_IN'
  | 'STREAK_CORRECTION'
  | 'MILESTONE'
  | 'RULE'
  | 'ACTIVITY'
  | 'ENROLMENT'
  | 'TASK'
  | 'REDEMPTION'
  | 'ENTRY_FEE'
  | 'ENTRY_FEE_REFUND'
  | 'REFUND'
  | 'HOLD'
  | 'EXPIRY'
  | 'REVERSAL'
  | 'ADJUSTMENT'
  | 'PRIZE';

export type Explained = {
  readonly kind: EntryKind;
  readonly amount: number;
  readonly sourceType: string;
  readonly purpose: string;
  readonly ruleVersion: string | null;
  readonly explanation: Json;
};

export function reasonOf({
  sourceType,
  purpose,
}: Pick<Explained, 'sourceType' | 'purpose'>): EntryReason {
  if (sourceType === 'CHECK_IN') {
    if (purpose === 'BASE') return 'CHECK_IN';
    return purpose.startsWith('RULE:') ? 'RULE' : 'STREAK_CORRECTION';
  }
  if (sourceType === 'REDEMPTION' && purpose !== 'PRICE') return 'REFUND';
  if (sourceType === 'CHALLENGE') {
    return purpose.startsWith('REFUND:') ? 'ENTRY_FEE_REFUND' : 'ENTRY_FEE';
  }
  if (sourceType === 'LOT') return 'EXPIRY';
  if (sourceType === 'ENTRY') return 'REVERSAL';
  if (sourceType === 'SETTLEMENT') return 'PRIZE';
  return sourceType as EntryReason;
}

export type AppliedMultiplier = {
  readonly kind: 'TIER' | 'CAMPAIGN' | 'BOOST';
  readonly key: string;
  readonly percent: number;
};
export type AppliedLimit = { readonly limit: string; readonly room: number };

/** The facts stored with an entry; absent ones did not matter. */
export type ExplanationFacts = Readonly<Record<string, string | number | null | undefined>> & {
  readonly multipliers?: readonly AppliedMultiplier[];
  readonly limits?: readonly AppliedLimit[];
  /** What the rule's condition asked, with the answers. */
  readonly asked?: Readonly<Record<string, string | number>>;
};

export const factsOf = ({ explanation }: Pick<Explained, 'explanation'>) =>
  explanation as unknown as ExplanationFacts;

/** Words and results: told by fields of their own, or how a line came about and not why. */
const notFacts = new Set([
  ...['title', 'base', 'wanted', 'multipliers', 'limits', 'asked'],
  ...['awaits', 'debtRepaid', 'requestedBy', 'decidedBy'],
]);

/** The facts that an entry was decided by, by name: the command's own, then the condition's. */
export function usedFacts(entry: Pick<Explained, 'explanation'>): Record<string, Json> {
  const { asked, ...known } = factsOf(entry);
  const own = Object.entries(known as Record<string, Json>).filter(([name]) => !notFacts.has(name));
  return { ...Object.fromEntries(own), ...asked };
}

/** Points that the rule came to before caps and budgets; what was given when nothing was cut. */
export const wantedPoints = (entry: Pick<Explained, 'explanation' | 'amount'>): number =>
  Number(factsOf(entry).wanted ?? entry.amount);

/** Of the points, how many repaid what was owed as they came (S33). */
export const debtRepaid = (entry: Pick<Explained, 'explanation'>): number =>
  Number(factsOf(entry).debtRepaid ?? 0);

/** Whether words about an entry name tiers, campaigns, caps or budgets. */
export const namesRules = (entry: Pick<Explained, 'explanation'>): boolean =>
  factsOf(entry).multipliers !== undefined || factsOf(entry).limits !== undefined;

/** The entry's reason in words, from the facts stored with it, and names of rules where known. */
export function explainEntry(entry: Explained, locale: Locale, names: Names = keysAlone): string {
  return explainIn(locale, reasonOf(entry), entry, factsOf(entry), names);
}
