/**
 * The rows the engine holds and writes. Points, ids and sequence numbers are whole numbers
 * within ±(2^53 − 1); calendar dates are 'YYYY-MM-DD'.
 */
import type {
  EntryKind,
  RedemptionState,
  RewardCodeState,
  RewardKind,
} from '../generated/prisma/enums.ts';
import type { LocalDate } from '../platform/calendar.ts';
import type { Counters } from '../points/counters.ts';
import type { LotLife } from '../points/lots.ts';
import type { RewardTerms } from '../rewards/terms.ts';

/** When a fact happened and what it was judged by; rule changes never move it (S2). */
export type FactTime = {
  readonly occurredAt: Date;
  readonly localDate: LocalDate;
  readonly zone: string;
  readonly utcOffsetSeconds: number;
  readonly dayStartMinutes: number;
};

/** A member and their account: the working copy of a locked row. */
export type MemberState = {
  readonly memberId: number;
  readonly programId: number;
  externalId: string;
  displayName: string;
  /** `MM-DD`. */
  birthday: string | null;
  tags: readonly string[];
  /** Shown instead of the display name. */
  nickname: string | null;
  avatarUrl: string | null;
  /** On no board (S74). */
  leaderboardOptOut: boolean;
  readonly enrolledAt: Date;
  version: number;
  balance: number;
  debt: number;
  held: number;
  lifetimeEarned: number;
  entrySeq: number;
  headHash: Buffer | null;
  nextExpiryAt: Date | null;
  pendingUntil: Date | null;
  streakCurrent: number;
  streakLongest: number;
  streakTotalDays: number;
  streakWeekDays: number;
  streakMonthDays: number;
  lastCheckInDate: LocalDate | null;
  counters: Counters | null;
  tierKey: string | null;
  tierSince: Date | null;
  tierEvaluatesAt: Date | null;
  /** Version of the tiers by which it was last judged. */
  tierVersion: number | null;
  eventPosition: number;
};

export type { EntryKind };

/** JSON as the ledger and the event log store it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type EntryRow = FactTime & {
  readonly memberId: number;
  readonly seq: number;
  readonly programId: number;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly recordedAt: Date;
  readonly sourceType: string;
  readonly sourceId: string;
  readonly purpose: string;
  readonly ruleVersion: string | null;
  readonly actor: string;
  readonly idempotencyKey: string | null;
  readonly explanation: { [key: string]: Json };
  readonly hash: Buffer;
  /** Of a line just written, that of the lot it made; rows do not have it. */
  readonly life?: LotLife | null;
};

export type LotRow = {
  readonly memberId: number;
  readonly seq: number;
  readonly programId: number;
  readonly amount: number;
  remaining: number;
  held: number;
  reversed: number;
  activatesAt: Date | null;
  readonly expiresAt: Date | null;
};

export type AllocationRow = {
  readonly memberId: number;
  readonly debitSeq: number;
  readonly lotSeq: number;
  readonly amount: number;
  readonly version: number;
};

export type CheckInRow = FactTime & {
  readonly memberId: number;
  readonly planId: number;
  readonly programId: number;
  readonly recordedAt: Date;
  readonly streakDay: number;
  readonly points: number;
};

export type ActivityRow = FactTime & {
  readonly programId: number;
  readonly type: string;
  readonly reference: string;
  readonly memberId: number;
  readonly value: number | null;
  readonly units: number;
  returnedUnits: number;
  readonly recordedAt: Date;
  readonly points: number;
};

/** What a rule's budget has paid out so far. */
export type BudgetRow = { readonly ruleId: number; spent: number };

export type HoldState = 'HELD' | 'CAPTURED' | 'RELEASED' | 'EXPIRED';

export type HoldRow = {
  readonly id: number;
  readonly programId: number;
  readonly memberId: number;
  readonly points: number;
  captured: number;
  state: HoldState;
  readonly reason: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  closedAt: Date | null;
};

export type HoldLotRow = {
  readonly holdId: number;
  readonly memberId: number;
  readonly lotSeq: number;
  readonly amount: number;
};

export type TierChangeRow = {
  readonly memberId: number;
  readonly position: number;
  readonly changedAt: Date;
  readonly fromKey: string | null;
  readonly toKey: string;
  readonly cause: 'EARNED' | 'EVALUATED' | 'REVERSED' | 'RULES';
  readonly basis: number;
  readonly ruleVersion: string;
  /** 0, 1, 2 … of the changes that one event tells of. */
  readonly step: number;
};

export type AdjustmentRow = {
  readonly id: number;
  readonly programId: number;
  readonly memberId: number;
  readonly amount: number;
  readonly reason: string;
  readonly note: string | null;
  readonly expiresAt: Date | null;
  state: 'PENDING' | 'APPROVED' | 'REJECTED';
  readonly requestedBy: string;
  readonly requestedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
};

/** Who did what, for people to read; `target` is what it was about. */
export type AuditRow = {
  readonly programId: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before: Json;
  readonly after: Json;
  readonly at: Date;
};

/** What was paid for a period of a task. */
export type SettlementRow = {
  readonly memberId: number;
  readonly ruleId: number;
  readonly periodStart: LocalDate;
  readonly programId: number;
  paid: boolean;
  payments: number;
  entrySeq: number | null;
  settledAt: Date;
};

/** A period of a task as a command finds it, with its settlement (not stored yet: `isNew`). */
export type TaskPeriodRow = {
  readonly version: number;
  readonly progress: number;
  readonly target: number;
  readonly completedAt: Date | null;
  /** Local date of the fact that completed it. */
  readonly completedDate: LocalDate | null;
  readonly settlement: SettlementRow;
  isNew: boolean;
};

export type ErasureRow = {
  readonly memberId: number;
  readonly programId: number;
  readonly externalId: string;
  readonly requestedAt: Date;
  readonly position: number;
};

export type NoticeRow = {
  readonly memberId: number;
  readonly expiresAt: Date;
  readonly days: number;
  readonly points: number;
  readonly sentAt: Date;
};

/** A reward as orders are judged by it: its terms without what only the catalogue shows. */
export type RewardRow = Readonly<
  Omit<RewardTerms, 'visibility' | 'description' | 'imageUrl' | 'tags' | 'stock'>
> & {
  readonly id: number;
  readonly programId: number;
  stock: number | null;
};

export type RedemptionRow = FactTime & {
  readonly id: number;
  readonly programId: number;
  readonly memberId: number;
  readonly rewardId: number;
  readonly kind: RewardKind;
  readonly quantity: number;
  /** Of its units, how many were given back. */
  cancelledUnits: number;
  /** Paid in all: quantity × price at that time. */
  readonly points: number;
  readonly unitCash: number | null;
  readonly cashCurrency: string | null;
  state: RedemptionState;
  readonly reservedUntil: Date | null;
  readonly entrySeq: number;
  updatedAt: Date;
};

/** One move of an order; `position` is that of the event that tells of it. */
export type RedemptionChangeRow = {
  readonly redemptionId: number;
  readonly position: number;
  readonly at: Date;
  readonly actor: string;
  readonly fromState: RedemptionState | null;
  readonly toState: RedemptionState;
  readonly units: number;
  readonly note: string | null;
};

/** A code of a COUPON. What it says never comes here: commands do not need it (S57). */
export type CodeRow = {
  readonly id: number;
  readonly rewardId: number;
  redemptionId: number | null;
  state: RewardCodeState;
  usedAt: Date | null;
};

export type EventRow = {
  readonly position: number;
  readonly programId: number;
  readonly type: string;
  readonly memberId: number;
  readonly occurredAt: Date;
  readonly payload: Json;
};

export type ReceiptRow = {
  readonly programId: number;
  readonly operation: string;
  readonly scope: string;
  readonly key: string;
  readonly inputHash: Buffer;
  readonly outcome: unknown;
  readonly createdAt: Date;
};
