/** What a batch holds: the rows it locked or looked up, as its commands have changed them so far. */
import type { LocalDate } from '../platform/calendar.ts';
import type { EarnedDay } from '../points/counters.ts';
import type { ProgramConfig } from '../programs/config.ts';
import type { AttemptRow, ChallengeRow, ParticipantRow, TeamRow } from './challenge-rows.ts';
import type { KnownActivity } from './engine.sql.ts';
import type { OriginRow, PendingPoints } from './history.sql.ts';
import type { MemberRef } from './operation.ts';
import type { OrderRow } from './orders.sql.ts';
import type { PayoutRow } from './payouts.sql.ts';
import type {
  AdjustmentRow,
  BudgetRow,
  CodeRow,
  FactTime,
  HoldLotRow,
  HoldRow,
  LotRow,
  MemberState,
  RewardRow,
  TaskPeriodRow,
  TierChangeRow,
} from './rows.ts';

/** A debit of which `open` points are still owed. */
export type Debt = { readonly seq: number; open: number };
export type TierStep = Pick<TierChangeRow, 'changedAt' | 'fromKey' | 'toKey'>;

/** What an order's debit took from a lot. */
export type Spent = { readonly lot: LotRow; readonly taken: number };
/** Units that a member has of a reward, by the local date of the orders. */
export type Had = { readonly date: LocalDate; readonly units: number };

/** Everything a batch holds: the rows it locked, as its commands have changed them so far. */
export type Held = {
  readonly now: Date;
  readonly programs: ReadonlyMap<number, ProgramConfig>;
  readonly members: Map<number, MemberState>;
  /** `program/external id` → member id. */
  readonly memberIds: Map<string, number>;
  readonly rewards: ReadonlyMap<number, RewardRow>;
  /** Open lots by member, in the order they are spent. */
  readonly lots: Map<number, LotRow[]>;
  /** Checked-in dates by member, oldest first; only of members whose command may look back. */
  readonly checkInDates: Map<number, string[]>;
  /** When they were, by member and date. */
  readonly checkInTimes: Map<number, Map<string, FactTime>>;
  /** What checked-in days were paid by the plan, by member and date; where dates are. */
  readonly paidDays: Map<number, Map<string, number>>;
  readonly activities: Map<string, KnownActivity>;
  /** Debts by member, oldest first; only of members who have any. */
  readonly debts: Map<number, Debt[]>;
  /** What the ledger says was earned, by member; only where the counters cannot say. */
  readonly earnedDays: Map<number, EarnedDay[]>;
  readonly tierChanges: Map<number, TierStep[]>;
  /** Points not active yet, by member; only where they do not count for the tier. */
  readonly pending: Map<number, PendingPoints[]>;
  readonly budgets: Map<number, BudgetRow>;
  /** By member: `expiry in ms/days` of what they were told. */
  readonly notices: Map<number, Set<string>>;
  /** Entries that commands go back to, by member. */
  readonly origins: Map<number, OriginRow[]>;
  readonly holds: Map<number, HoldRow>;
  readonly holdLots: Map<number, HoldLotRow[]>;
  readonly adjustments: Map<number, AdjustmentRow>;
  /** Periods of tasks by `taskKey`, newest first. */
  readonly tasks: Map<string, TaskPeriodRow[]>;
  /** By `payoutKey`. */
  readonly payouts: Map<string, PayoutRow>;
  readonly orders: Map<number, OrderRow>;
  /** Codes by the order they belong to, and by reward those that belong to nobody. */
  readonly orderCodes: Map<number, CodeRow[]>;
  readonly freeCodes: Map<number, CodeRow[]>;
  /** What orders were paid from, by order; only of those that may be given back. */
  readonly spent: Map<number, Spent[]>;
  /** What members had before, by `hadKey`; only of rewards with limits. */
  readonly had: Map<string, Had[]>;
  readonly challenges: ReadonlyMap<number, ChallengeRow>;
  /** By `participantKey`; those in a team with one, too. */
  readonly participants: Map<string, ParticipantRow>;
  readonly teams: Map<number, TeamRow>;
  /** What entry fees were paid from, by `participantKey`; only of those that may be given back. */
  readonly fees: Map<string, Spent[]>;
  /** By `attemptKey`. */
  readonly attempts: Map<string, AttemptRow>;
  readonly eventPositions: number[];
  readonly newMemberIds: number[];
  readonly newRedemptionIds: number[];
  readonly newHoldIds: number[];
  readonly newAdjustmentIds: number[];
  readonly newTeamIds: number[];
  readonly newInviteCodes: string[];
};

export const externalKey = (programId: number, externalId: string) => `${programId}/${externalId}`;
export const activityKey = (programId: number, type: string, reference: string) =>
  JSON.stringify([programId, type, reference]);

/** How a command names a period of a task of a member. */
export const taskKey = (memberId: number, key: string, periodStart: string | null) =>
  `${memberId}/${key}/${periodStart ?? ''}`;

export const participantKey = ({
  challengeId,
  memberId,
}: Pick<ParticipantRow, 'challengeId' | 'memberId'>) => `${challengeId}/${memberId}`;
export const attemptKey = (row: Pick<AttemptRow, 'challengeId' | 'memberId' | 'reference'>) =>
  `${participantKey(row)}/${row.reference}`;
export const payoutKey = (settlementId: number | undefined, memberId: number | undefined) =>
  `${settlementId}/${memberId}`;

export const hadKey = (memberId: number, rewardId: number) => `${memberId}/${rewardId}`;

export function memberIdOf(held: Pick<Held, 'memberIds'>, programId: number, ref: MemberRef) {
  return 'id' in ref ? ref.id : held.memberIds.get(externalKey(programId, ref.externalId));
}
