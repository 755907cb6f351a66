import { assert } from '../platform/assert.ts';
import type { ProgramConfig } from '../programs/config.ts';
import type { Changes } from './changes.ts';
import type { MemberRef, Touches } from './operation.ts';
import type { ActivityRow, Json, LotRow, MemberState, RewardRow } from './rows.ts';

/** What an earlier activity with the same reference left. */
export type KnownActivity = Pick<ActivityRow, 'memberId' | 'points'>;

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
  readonly activities: Map<string, KnownActivity>;
  readonly eventPositions: number[];
  readonly newMemberIds: number[];
  readonly newRedemptionIds: number[];
};

export const externalKey = (programId: number, externalId: string) => `${programId}/${externalId}`;
export const activityKey = (programId: number, type: string, reference: string) =>
  JSON.stringify([programId, type, reference]);

/** Who asked for a command. */
export type Caller = {
  readonly programId: number;
  /** As entries name it: `key:<id>`, `member`, `import`, `system`. */
  readonly actor: string;
  readonly idempotencyKey: string | null;
};

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
    return member?.programId === this.program.id ? member : undefined;
  }

  /** The reward the command names, locked; undefined when this program has none such. */
  get reward(): RewardRow | undefined {
    const id = this.#touches.reward;
    const reward = id === undefined ? undefined : this.#held.rewards.get(id);
    return reward?.programId === this.program.id ? reward : undefined;
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
    const at = lots?.findIndex((other) => spentBefore(lot, other)) ?? -1;
    lots?.splice(at === -1 ? lots.length : at, 0, lot);
    this.changes.insert('lots', lot, () => lots?.splice(lots.indexOf(lot), 1));
  }

  /** The member's checked-in dates, oldest first. */
  checkInDates(member: MemberState): readonly string[] {
    const dates = this.#held.checkInDates.get(member.memberId);
    assert(dates !== undefined, 'dates on or before the last check-in need the member’s history');
    return dates;
  }

  /** Adds a date to the member's known history, in order. */
  addCheckInDate(member: MemberState, date: string): void {
    const dates = this.#held.checkInDates.get(member.memberId);
    const at = dates?.findIndex((other) => other > date) ?? -1;
    dates?.splice(at === -1 ? dates.length : at, 0, date);
    this.changes.onRollback(() => dates?.splice(dates.indexOf(date), 1));
  }

  /** The activity already recorded under the command's reference. */
  get activity(): KnownActivity | undefined {
    const touched = this.#touches.activity;
    assert(touched !== undefined, 'the operation said it records an activity');
    return this.#held.activities.get(activityKey(this.program.id, touched.type, touched.reference));
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
    this.changes.insert('members', row, () => {
      this.#held.members.delete(row.memberId);
      this.#held.memberIds.delete(key);
    });
  }

  newMemberId(): number {
    return take(this.#held.newMemberIds);
  }

  newRedemptionId(): number {
    return take(this.#held.newRedemptionIds);
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

/** Spending order: soonest to expire first, then oldest (S28). */
function spentBefore(a: LotRow, b: LotRow): boolean {
  const end = (lot: LotRow) => lot.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (end(a) !== end(b)) return end(a) < end(b);
  if (a.activatesAt.getTime() !== b.activatesAt.getTime()) return a.activatesAt < b.activatesAt;
  return a.seq < b.seq;
}

export function memberIdOf(held: Pick<Held, 'memberIds'>, programId: number, ref: MemberRef) {
  return 'id' in ref ? ref.id : held.memberIds.get(externalKey(programId, ref.externalId));
}

function take(ids: number[]): number {
  const id = ids.shift();
  assert(id !== undefined, 'a batch allocates an id for every command that may need one');
  return id;
}
