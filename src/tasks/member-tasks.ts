/** What a member sees of their tasks now. Pure: rows and rules in, tasks out. */
import { isFor } from '../earning/audience.ts';
import type { MemberState } from '../engine/rows.ts';
import { type LocalDate, localDateOf, startOfLocalDate } from '../platform/calendar.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { factTime } from '../programs/fact-time.ts';
import { type Task, targetOf } from '../rules/task-definition.ts';
import { oneInForce, type Versioned } from '../rules/versioned.ts';
import { claimEnd } from './claim-time.ts';
import { calendarStart, ONCE, periodEnd } from './periods.ts';
import { type BookTask, bookOf } from './task-book.ts';
import type { StoredTask } from './task-reads.sql.ts';

export type TaskState = 'LOCKED' | 'OPEN' | 'COMPLETED' | 'PAID' | 'MISSED';

/** One period of a task as its member sees it. */
export type MemberTask = {
  readonly key: string;
  readonly definition: Task;
  readonly state: TaskState;
  /** At most the target (S50). */
  readonly progress: number;
  readonly target: number;
  readonly missingTasks: readonly string[];
  /** First local date; null: done once, or not begun by the member. */
  readonly periodStart: LocalDate | null;
  readonly periodEnd: Date | null;
  readonly completedAt: Date | null;
  readonly claimableUntil: Date | null;
};

type Period = StoredTask & { readonly periodStart: LocalDate };

/**
 * The present period of every task that is for the member, then older ones: `past` of each task,
 * and what can still be claimed.
 */
export function memberTasks(
  program: ProgramConfig,
  member: MemberState,
  stored: readonly StoredTask[],
  asked: Pick<View, 'now' | 'past' | 'tierKey'>,
): MemberTask[] {
  const done = new Set(
    stored.flatMap(({ ruleId, firstCompletedAt }) => (firstCompletedAt === null ? [] : ruleId)),
  );
  const tasks = [...bookOf(program).values()];
  const doneKeys = new Set(tasks.flatMap(({ ruleId, key }) => (done.has(ruleId) ? key : [])));
  return tasks.flatMap((task) => {
    const periods = stored.filter(
      (row): row is Period => row.ruleId === task.ruleId && row.periodStart !== null,
    );
    return viewTask({ program, member, doneKeys, ...asked }, task, periods);
  });
}

type View = {
  readonly program: ProgramConfig;
  readonly member: MemberState;
  readonly now: Date;
  readonly past: number;
  /** Key of the member's tier now. */
  readonly tierKey: string | null;
  /** Keys of tasks that were completed once. */
  readonly doneKeys: ReadonlySet<string>;
};

function viewTask(view: View, task: BookTask, periods: readonly Period[]): MemberTask[] {
  const { program, member, now, past, tierKey } = view;
  const time = factTime(program, now);
  const today = time.localDate;
  const current = oneInForce([...task.versions.values()], now);
  const isShown =
    current !== undefined &&
    today >= (current.definition.firstDate ?? today) &&
    isFor(current.definition.audience, member, { tierKey, time });
  const start = current && presentStart(task, current, periods, today);
  const present = periods.find(({ periodStart }) => periodStart === start);
  const shown = isShown ? [viewPeriod(view, task, current, present, start, true)] : [];
  const older = periods.filter((row) => row !== present || !isShown);
  return [
    ...shown,
    ...older.flatMap((row, index) => {
      const judged = task.versions.get(row.version);
      if (judged === undefined) return [];
      const item = viewPeriod(view, task, judged, row, row.periodStart, row === present);
      return index < past || item.state === 'COMPLETED' ? [item] : [];
    }),
  ];
}

/** First date of the period that holds today; undefined: the member's next fact begins one. */
function presentStart(
  { versions }: BookTask,
  { definition }: Versioned<Task>,
  [newest]: readonly Period[],
  today: LocalDate,
): LocalDate | undefined {
  const start = calendarStart(definition, today);
  if (start !== undefined || newest === undefined) return start;
  const judged = versions.get(newest.version)?.definition;
  const end = judged && newest.progress > 0 ? periodEnd(judged, newest.periodStart) : null;
  return end !== null && today < end ? newest.periodStart : undefined;
}

function viewPeriod(
  view: View,
  { key, versions }: BookTask,
  current: Versioned<Task>,
  row: Period | undefined,
  start: LocalDate | undefined,
  isPresent: boolean,
): MemberTask {
  const { program, now, doneKeys } = view;
  const { zone, dayStartMinutes } = program;
  const definition =
    versions.get(row?.version ?? current.version)?.definition ?? current.definition;
  const target = row?.target ?? targetOf(definition);
  const completedAt = row?.completedAt ?? null;
  const claimableUntil =
    row?.completedDate == null || definition.claim === 'AUTOMATIC'
      ? null
      : claimEnd(program, definition, row.completedDate);
  const missingTasks = definition.requires.filter((one) => !doneKeys.has(one));
  const endDate = start === undefined ? null : periodEnd(definition, start);
  const isOver = endDate !== null && localDateOf(now, zone, dayStartMinutes) >= endDate;
  const isClosed = claimableUntil !== null && claimableUntil <= now;
  const facts = { row, isOver: isOver || !isPresent, isClosed, isLocked: missingTasks.length > 0 };
  return {
    ...{ key, definition, target, missingTasks, completedAt, claimableUntil },
    state: stateOf(facts),
    progress: Math.min(row?.progress ?? 0, target),
    periodStart: start === undefined || start === ONCE ? null : start,
    periodEnd: endDate === null ? null : startOfLocalDate(endDate, zone, dayStartMinutes),
  };
}

function stateOf({
  row,
  isOver,
  isClosed,
  isLocked,
}: {
  readonly row: Period | undefined;
  readonly isOver: boolean;
  readonly isClosed: boolean;
  readonly isLocked: boolean;
}): TaskState {
  if (row?.completedAt != null) {
    if (row.paid) return 'PAID';
    return isClosed ? 'MISSED' : 'COMPLETED';
  }
  if (isOver) return 'MISSED';
  return isLocked ? 'LOCKED' : 'OPEN';
}
