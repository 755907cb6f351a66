import type { z } from 'zod';
import type { Facts } from './facts.ts';

/** Who asked for a command. */
export type Caller = {
  readonly programId: number;
  /** As entries name it: `key:<id>`, `member`, `import`, `system`. */
  readonly actor: string;
  readonly idempotencyKey: string | null;
};

/** Names a member by id or by the program's own id for them. */
export type MemberRef = { readonly id: number } | { readonly externalId: string };

/** Which earlier entries of the member a command goes back to. */
export type Origin =
  | { readonly seq: number }
  | { readonly activity: { readonly type: string; readonly reference: string } };

/** What a command has to do with a challenge. */
export type ChallengeTouch = {
  readonly id: number;
  /** It changes who takes part, which is one after the other, or records an attempt. */
  readonly changes: 'ROSTER' | 'ATTEMPTS';
  /** The team that it makes, for which it needs an id and an invite code … */
  readonly teamName?: string | undefined;
  /** … or that it joins. */
  readonly inviteCode?: string | undefined;
  /** It needs a new invite code. */
  readonly renewsCode?: boolean;
  /** It may give back the entry fee. */
  readonly refunds?: boolean;
  /** The caller's name for the attempt. */
  readonly reference?: string | undefined;
};

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
  readonly challenge?: ChallengeTouch;
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
