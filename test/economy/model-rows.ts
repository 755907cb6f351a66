/** What the model of the economy keeps: lots, lines and holds. */

export type ModelLot = {
  readonly seq: number;
  readonly amount: number;
  remaining: number;
  reversed: number;
  /** What of it expired unspent, and what of that reversals fell on. */
  expired: number;
  lapsed: number;
  /** Null: waits for its confirmation. */
  activatesAt: number | null;
  readonly expiresAt: number | null;
};
export type ModelEntry = {
  readonly seq: number;
  readonly kind: string;
  readonly amount: number;
  /** Local date of the fact. */
  readonly date: string;
  /** Name of the rule that paid it. */
  readonly rule: string | null;
  /** Before caps and budgets. */
  readonly wanted: number;
  /** What it adds to the points earned, and to what caps count. */
  readonly earned: number;
  readonly capped: number;
};
export type ModelHold = {
  /** As the engine answered. */
  id: number;
  readonly points: number;
  readonly pins: Map<ModelLot, number>;
  readonly expiresAt: number;
  state: 'HELD' | 'CAPTURED' | 'RELEASED';
  captured: number;
};
/** 'done', 'nothing', or a refusal's code. */
export type Verdict = string;

export type Life = Pick<ModelLot, 'activatesAt' | 'expiresAt'>;
