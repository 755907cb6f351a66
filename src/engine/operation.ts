import type { z } from 'zod';
import type { Facts } from './facts.ts';

/** Names a member by id or by the program's own id for them. */
export type MemberRef = { readonly id: number } | { readonly externalId: string };

/** Which earlier entries of the member a command goes back to. */
export type Origin =
  | { readonly seq: number }
  | { readonly activity: { readonly type: string; readonly reference: string } };

/** The rows a command must hold or know before it can decide. */
export type Touches = {
  readonly member: MemberRef;
  /** The command creates the member when there is none. */
  readonly enrols?: boolean;
  /** It needs the member's open lots (it spends or expires points). */
  readonly lots?: boolean;
  /** It records a check-in of this instant (null: now); earlier dates need the member's history. */
  readonly checkInAt?: Date | null;
  readonly reward?: number;
  /** It may earn by the rules of this trigger (null: by none, but its tier may change) … */
  readonly earnsBy?: string | null;
  /** … for a fact of this instant (null: now). */
  readonly earnsAt?: Date | null;
  /** It takes back what an entry earned, or all entries of an activity. */
  readonly origin?: Origin;
  /** It tells of points that will expire and must know what was told. */
  readonly notices?: boolean;
  readonly hold?: number;
  /** It makes a hold and needs an id for it. */
  readonly holds?: boolean;
  readonly adjustment?: number;
  /** It may ask for a second person and needs an id for the request. */
  readonly asks?: boolean;
  readonly activity?: { readonly type: string; readonly reference: string };
  /** It settles a period of a task: the one that starts then (null: one that can be claimed). */
  readonly task?: { readonly key: string; readonly periodStart: string | null };
  /** It pays what the member gets of this settlement. */
  readonly payout?: number;
  /** It makes a redemption of so many units: it needs an id, and may be given codes. */
  readonly redeems?: number;
  /** It changes this order … */
  readonly redemption?: number;
  /** … and may give back what it cost, to the lots that paid for it. */
  readonly refunds?: boolean;
};

/**
 * A command's meaning: which rows it touches and, given them, what to write. `decide` is pure
 * and synchronous; it throws a Refusal, or writes to the working copy and returns the outcome.
 * Outcomes are plain JSON: a receipt stores them.
 */
export type Operation<Input, Outcome> = {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  touches(input: Input): Touches;
  decide(facts: Facts, input: Input, now: Date): Outcome;
};

/** Every input may carry the caller's key; a repeat gets the first answer. */
export type Keyed = { readonly idempotencyKey?: string | undefined };
