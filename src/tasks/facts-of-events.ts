/** What of an event counts for tasks. Pure: the log alone says what happened. */
import { share } from '../earning/amount.ts';
import { isFor } from '../earning/audience.ts';
import { conditionFacts } from '../earning/judge.ts';
import type { FactTime, MemberState } from '../engine/rows.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { factTime } from '../programs/fact-time.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import { matches } from '../rules/condition.ts';
import type { Task, TaskTrigger } from '../rules/task-definition.ts';
import { triggerKey, type Versioned } from '../rules/versioned.ts';

/** A fact as tasks look at it. */
export type TaskFact = {
  readonly trigger: TaskTrigger;
  /** Names the fact for ever: a replay is recognised by it. */
  readonly source: string;
  readonly memberId: number;
  readonly time: FactTime;
  readonly numbers: Readonly<Record<string, number | undefined>>;
  readonly attributes: Readonly<Record<string, string>>;
};

/** What is left of a fact after a return of some of its units. */
export type TaskReturn = {
  readonly source: string;
  readonly trigger: TaskTrigger;
  readonly memberId: number;
  readonly left: number;
  readonly total: number;
};

type Payload = {
  readonly activity?: string;
  readonly reference?: string;
  readonly value?: number | null;
  readonly units?: number;
  readonly attributes?: Record<string, string>;
  readonly localDate?: string;
  readonly streakDay?: number;
  readonly totalDays?: number;
  readonly redemptionId?: number;
  readonly quantity?: number;
  readonly points?: number;
  readonly entries?: readonly { readonly amount: number }[];
  readonly unitsLeft?: number;
  readonly unitsTotal?: number;
};

const payloadOf = ({ payload }: LoggedEvent) => payload as unknown as Payload;

const activitySource = (type: string, reference: string) => `ACTIVITY:${type}:${reference}`;

/** The fact that an event tells of; undefined when it tells of none that tasks know. */
export function factOf(program: ProgramConfig, event: LoggedEvent): TaskFact | undefined {
  const payload = payloadOf(event);
  const { memberId, occurredAt } = event;
  const time = factTime(program, occurredAt);
  if (event.type === 'activity.recorded') {
    const { activity: type = '', reference = '', value, units, attributes = {} } = payload;
    const source = activitySource(type, reference);
    const numbers = { value: value ?? undefined, units };
    return { trigger: { on: 'ACTIVITY', type }, source, memberId, time, numbers, attributes };
  }
  if (event.type === 'checkIn.recorded') {
    const { localDate = time.localDate, streakDay, totalDays } = payload;
    return {
      trigger: { on: 'CHECK_IN' },
      source: `CHECK_IN:${localDate}`,
      memberId,
      time: { ...time, localDate },
      numbers: { streakDay, totalDays },
      attributes: {},
    };
  }
  if (event.type !== 'reward.redeemed') return undefined;
  const { redemptionId, quantity, points, entries = [] } = payload;
  const value = points ?? entries.reduce((sum, { amount }) => sum - amount, 0);
  const numbers = { value, units: quantity };
  const source = `REDEMPTION:${redemptionId}`;
  return { trigger: { on: 'REDEMPTION' }, source, memberId, time, numbers, attributes: {} };
}

/**
 * What an event took back of a fact: it names an activity or an order, and how many of its units
 * are left. Corrections of single lines (reverseEntry) leave the fact as it is.
 */
export function returnOf(event: LoggedEvent): TaskReturn | undefined {
  const { activity, reference, redemptionId, unitsLeft, unitsTotal } = payloadOf(event);
  if (unitsLeft === undefined || unitsTotal === undefined) return undefined;
  const { memberId } = event;
  const back = { memberId, left: unitsLeft, total: unitsTotal };
  if (activity !== undefined && reference !== undefined) {
    const source = activitySource(activity, reference);
    return { source, trigger: { on: 'ACTIVITY', type: activity }, ...back };
  }
  if (redemptionId === undefined) return undefined;
  return { source: `REDEMPTION:${redemptionId}`, trigger: { on: 'REDEMPTION' }, ...back };
}

/** Whether a task is advanced by facts of a trigger. */
export const isAbout = (
  { definition }: Pick<Versioned<Task>, 'definition'>,
  trigger: TaskTrigger,
) => definition.trigger !== undefined && triggerKey(definition.trigger) === triggerKey(trigger);

/** What of a member decides whether their facts count. */
export type TaskMember = Pick<MemberState, 'memberId' | 'tags' | 'enrolledAt'> & {
  /** Key of the tier that counts, as of when the fact is counted. */
  readonly tierKey: string | null;
};

/** Whether a fact lies within a task's dates and its member is among those it is for. */
export function isWithin(
  { firstDate, lastDate, audience }: Task,
  member: TaskMember,
  time: FactTime,
): boolean {
  return (
    (firstDate === undefined || time.localDate >= firstDate) &&
    (lastDate === undefined || time.localDate <= lastDate) &&
    isFor(audience, member, { tierKey: member.tierKey, time })
  );
}

/** What a fact is worth for a task; 0 when it does not count. */
export function worthOf(definition: Task, member: TaskMember, fact: TaskFact): number {
  const { condition, target } = definition;
  if (!isWithin(definition, member, fact.time)) return 0;
  if (condition !== undefined && !matches(condition, conditionFacts(member, fact))) return 0;
  return target !== undefined && 'value' in target ? (fact.numbers.value ?? 0) : 1;
}

/** What is left of a fact's worth: one fact as long as any of its units is, of a value its share. */
export function leftOf(
  { target }: Task,
  worth: number,
  { left, total }: Pick<TaskReturn, 'left' | 'total'>,
): number {
  if (target !== undefined && 'value' in target) return share(worth, left, total);
  return left > 0 ? worth : 0;
}
