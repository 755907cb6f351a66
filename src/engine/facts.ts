import { assert } from '../platform/assert.ts';
import { type EarnedDay, earnedDayOf } from '../points/counters.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { ChallengeFacts } from './challenge-facts.ts';
import type { Changes } from './changes.ts';
import {
  earnedInBatch,
  expiredByNow,
  isOrigin,
  paidForDayInBatch,
  pendingByNow,
} from './earned-in-batch.ts';
import type { KnownActivity } from './engine.sql.ts';
import {
  activityKey,
  type Debt,
  externalKey,
  type Held,
  memberIdOf,
  payoutKey,
  type TierStep,
  taskKey,
} from './held.ts';
import type { OriginRow, PendingPoints } from './history.sql.ts';
import { HoldFacts } from './hold-facts.ts';
import { placeLot } from './lot-order.ts';
import type { Caller, Touches } from './operation.ts';
import { OrderFacts } from './order-facts.ts';
import type {
  ActivityRow,
  AdjustmentRow,
  BudgetRow,
  FactTime,
  Json,
  LotRow,
  MemberState,
  TaskPeriodRow,
  TierChangeRow,
} from './rows.ts';
import { take } from './take.ts';

/** One command's view of what its batch holds, and the pen it writes with. */
export class Facts {
  readonly now: Date;
  readonly program: ProgramConfig;
  readonly caller: Caller;
  readonly changes: Changes;
  readonly #held: Held;
  readonly #touches: Touches;

  constructor(held: Held, changes: Changes, caller: Caller, touches: Touches) {
    const program = held.programs.get(caller.programId);
    assert(program !== undefined, 'the caller’s program is loaded');
    this.now = held.now;
    this.program = program;
    this.caller = caller;
    this.changes = changes;
    this.#held = held;
    this.#touches = touches;
  }

  /** The member the command names, locked; undefined when this program has none such. */
  get member(): MemberState | undefined {
    const id = memberIdOf(this.#held, this.program.id, this.#touches.member);
    const member = id === undefined ? undefined : this.#held.members.get(id);
    const ref = this.#touches.member;
    const isNamed = 'id' in ref || ref.externalId === member?.externalId; // Erased members are not.
    return isNamed && member?.programId === this.program.id ? member : undefined;
  }

  /** What the command knows of rewards and orders. */
  get orders(): OrderFacts {
    return new OrderFacts(this.#held, this.changes, this.#touches, this.program.id);
  }

  /** An account's version before this command. */
  versionOf(memberId: number): number {
    const member = this.#held.members.get(memberId);
    assert(member !== undefined, 'lots are of members that the batch holds');
    return member.version;
  }

  /** Open lots of a member in spending order, new ones of this batch included. */
  lots(member: MemberState): readonly LotRow[] {
    const lots = this.#held.lots.get(member.memberId);
    assert(lots !== undefined, 'the operation said it needs lots');
    return lots;
  }

  /** Adds a lot to the working copy, in its place in spending order. */
  addLot(lot: LotRow): void {
    const lots = this.#held.lots.get(lot.memberId);
    placeLot(lots, lot);
    this.changes.insert('lots', lot, () => lots?.splice(lots.indexOf(lot), 1));
  }

  /** Makes a lot one of the open ones: something was given back to it. */
  reopenLot(lot: LotRow): void {
    const lots = this.#held.lots.get(lot.memberId);
    assert(lots !== undefined, 'the operation said it needs lots');
    if (lots.includes(lot)) return;
    placeLot(lots, lot);
    this.changes.onRollback(() => lots.splice(lots.indexOf(lot), 1));
  }

  /** The member's checked-in dates, oldest first. */
  checkInDates(member: MemberState): readonly string[] {
    const dates = this.#held.checkInDates.get(member.memberId);
    assert(dates !== undefined, 'dates on or before the last check-in need the member’s history');
    return dates;
  }

  /** When the member's check-in of a date was, and by what it was judged. */
  checkInTime(member: MemberState, date: string): FactTime {
    const time =
      this.#held.checkInTimes.get(member.memberId)?.get(date) ??
      this.changes.inserts.checkIns.find(
        ({ memberId, localDate }) => memberId === member.memberId && localDate === date,
      );
    assert(time !== undefined, 'a checked-in date has its check-in');
    const { occurredAt, localDate, zone, utcOffsetSeconds, dayStartMinutes } = time;
    return { occurredAt, localDate, zone, utcOffsetSeconds, dayStartMinutes };
  }

  /** Adds a date to the member's known history, in order. */
  addCheckInDate(member: MemberState, date: string): void {
    const dates = this.#held.checkInDates.get(member.memberId);
    const at = dates?.findIndex((other) => other > date) ?? -1;
    dates?.splice(at === -1 ? dates.length : at, 0, date);
    this.changes.onRollback(() => dates?.splice(dates.indexOf(date), 1));
  }

  /** What a recorded day was to pay by the plan so far, this batch included. */
  paidForDay(member: MemberState, date: string): number {
    const paid = this.#held.paidDays.get(member.memberId)?.get(date) ?? 0;
    return paid + paidForDayInBatch(this.changes, member, date);
  }

  /** The activity already recorded under the command's reference. */
  get activity(): KnownActivity | undefined {
    const touched = this.#touches.activity;
    assert(touched !== undefined, 'the operation said it records an activity');
    return this.#held.activities.get(activityKey(this.program.id, touched.type, touched.reference));
  }

  /** Debits of the member that are not covered yet, oldest first. */
  debts(member: MemberState): Debt[] {
    const debts = this.#held.debts.get(member.memberId) ?? [];
    this.#held.debts.set(member.memberId, debts);
    return debts;
  }

  /** Adds to a debt of the member (negative: it is repaid), or notes a new one. */
  changeDebt(member: MemberState, debt: Debt, points: number): void {
    const debts = this.debts(member);
    const isNew = !debts.includes(debt);
    if (isNew) debts.push(debt);
    debt.open += points;
    this.changes.update('members', member, { debt: member.debt + points });
    this.changes.onRollback(() => {
      debt.open -= points;
      if (isNew) debts.splice(debts.indexOf(debt), 1);
    });
  }

  /** Budget of a rule in force, locked. */
  budget(ruleId: number): BudgetRow {
    const budget = this.#held.budgets.get(ruleId);
    assert(budget !== undefined, 'a rule that has a budget has a row for it');
    return budget;
  }

  /** What rules paid the member by day, this batch included; only where counters cannot say. */
  earnedDays(member: MemberState): readonly EarnedDay[] {
    const days = this.#held.earnedDays.get(member.memberId);
    assert(days !== undefined, 'what the counters cannot say is loaded from the ledger');
    const { entries } = this.changes.inserts;
    const own = entries.filter(({ memberId }) => memberId === member.memberId);
    return [...days, ...own.flatMap(earnedDayOf)];
  }

  /** The member's earnings that are not active yet, or were not when this was loaded from. */
  pendingPoints(member: MemberState): PendingPoints[] {
    const { lots, pending } = this.#held;
    const loaded = pending.get(member.memberId) ?? [];
    return pendingByNow(this.changes, member, loaded, lots.get(member.memberId) ?? [], this.now);
  }

  /** The member's tier changes, oldest first, at least those after the fact of this command. */
  tierChanges(member: MemberState): readonly TierStep[] {
    const added = this.changes.inserts.tierChanges.filter(
      ({ memberId }) => memberId === member.memberId,
    );
    return [...(this.#held.tierChanges.get(member.memberId) ?? []), ...added];
  }

  /** The entries the command goes back to, oldest first, with the lots they made. */
  origins(member: MemberState): readonly OriginRow[] {
    const entrySeq = this.taskPeriods[0]?.settlement.entrySeq ?? null;
    const origin = this.#touches.origin ?? (entrySeq === null ? undefined : { seq: entrySeq });
    assert(origin !== undefined, 'the operation said what it goes back to');
    const loaded = this.#held.origins.get(member.memberId) ?? [];
    return [...loaded, ...earnedInBatch(this.changes, member)].filter((entry) =>
      isOrigin(origin, entry),
    );
  }

  /** Whether the member was told of an expiry by so many days before it. */
  isNoticed(member: MemberState, expiresAt: number, days: number): boolean {
    return this.#held.notices.get(member.memberId)?.has(`${expiresAt}/${days}`) ?? false;
  }

  /** What of an origin's lot has expired, and what of that reversals fell on, as of now. */
  expiredOf(origin: OriginRow): { readonly expired: number; readonly lapsed: number } {
    return expiredByNow(this.changes, origin);
  }

  /** What the command knows of holds. */
  get holds(): HoldFacts {
    return new HoldFacts(this.#held, this.#touches, this.program.id);
  }

  /** What the command knows of a challenge. */
  get challenges(): ChallengeFacts {
    return new ChallengeFacts(this.#held, this.changes, this.#touches, this.program.id);
  }

  /** The request the command names; undefined when the member has none such. */
  get adjustment(): AdjustmentRow | undefined {
    const row = this.#held.adjustments.get(this.#touches.adjustment ?? -1);
    return row !== undefined && row.memberId === this.member?.memberId ? row : undefined;
  }

  /** The period of a task that the command names; if none: the newest, and all to be paid. */
  get taskPeriods(): readonly TaskPeriodRow[] {
    const { task } = this.#touches;
    const id = this.member?.memberId ?? -1;
    return (task && this.#held.tasks.get(taskKey(id, task.key, task.periodStart))) ?? [];
  }

  /** What the member gets of the settlement that the command names; undefined when nothing. */
  get payout() {
    return this.#held.payouts.get(payoutKey(this.#touches.payout, this.member?.memberId));
  }

  addActivity(row: ActivityRow): void {
    const key = activityKey(row.programId, row.type, row.reference);
    this.#held.activities.set(key, row);
    this.changes.insert('activities', row, () => this.#held.activities.delete(key));
  }

  addMember(row: MemberState): void {
    const key = externalKey(row.programId, row.externalId);
    this.#held.members.set(row.memberId, row);
    this.#held.memberIds.set(key, row.memberId);
    this.#held.lots.set(row.memberId, []);
    this.#held.checkInDates.set(row.memberId, []);
    this.#held.earnedDays.set(row.memberId, []);
    this.changes.insert('members', row, () => {
      this.#held.members.delete(row.memberId);
      this.#held.memberIds.delete(key);
    });
  }

  newMemberId(): number {
    return take(this.#held.newMemberIds);
  }

  newAdjustmentId(): number {
    return take(this.#held.newAdjustmentIds);
  }

  /** Gives the member another tier; the command's event, still to be written, tells of it. */
  changeTier(
    member: MemberState,
    change: Omit<TierChangeRow, 'memberId' | 'position' | 'step'>,
  ): void {
    const [position] = this.#held.eventPositions;
    assert(position !== undefined, 'a tier changes before the command’s event is written');
    const { tierChanges } = this.changes.inserts;
    const step = tierChanges.filter((row) => row.position === position).length;
    this.changes.insert('tierChanges', { memberId: member.memberId, position, step, ...change });
    const { toKey: tierKey, changedAt: tierSince } = change;
    this.changes.update('members', member, { tierKey, tierSince });
  }

  /** Writes the command's event and marks the member as changed by it. Returns its position. */
  emit(member: MemberState, type: string, occurredAt: Date, payload: Json): number {
    const position = take(this.#held.eventPositions);
    const { memberId, programId } = member;
    this.changes.insert('events', { position, programId, type, memberId, occurredAt, payload });
    this.changes.update('members', member, {
      version: member.version + 1,
      eventPosition: position,
    });
    return position;
  }
}
