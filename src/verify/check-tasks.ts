/** Tasks: progress must be what the contributions give, and payments what was completed. */
import type { PoolClient } from '../platform/db.ts';
import { ProgramConfigs } from '../programs/config.ts';
import { leftOf } from '../tasks/facts-of-events.ts';
import { type Period, periodsOf, settledPeriod, type UnlockedAt } from '../tasks/progress.ts';
import { type BookTask, bookOf, requiredBy, type TaskBook } from '../tasks/task-book.ts';
import { TASKS } from '../tasks/tasks-consumer.ts';
import { compare, type Finding } from './difference.ts';
import type { MemberRows } from './member-rows.ts';
import {
  findConfigVersion,
  loadMembersBehind,
  loadTaskContributions,
  loadTaskPeriods,
  loadTasksDue,
  type StoredContribution,
  type StoredPeriod,
} from './tasks.sql.ts';

/** The first thing about members' tasks that is not what their rows give. */
export async function findTaskDifference(
  client: PoolClient,
  programId: number,
  members: readonly MemberRows[],
): Promise<{ memberId: number; finding: Finding } | undefined> {
  const version = await findConfigVersion(client, programId);
  const configs = await new ProgramConfigs().current(client, new Map([[programId, version]]));
  const program = configs.get(programId);
  if (program === undefined || program.tasks.length === 0) return undefined;
  const book = bookOf(program);
  const ids = members.map(({ memberId }) => memberId);
  const contributions = await loadTaskContributions(client, ids);
  const periods = await loadTaskPeriods(client, ids);
  const due = new Set((await loadTasksDue(client, ids)).map(nameOf));
  const behind = new Set(
    (await loadMembersBehind(client, TASKS, ids)).map(({ memberId }) => memberId),
  );
  for (const rows of members) {
    const { memberId } = rows;
    const stored = periods.filter((one) => one.memberId === memberId);
    const own = contributions.filter((one) => one.memberId === memberId);
    for (const task of book.values()) {
      const ofTask = stored.filter(({ ruleId }) => ruleId === task.ruleId);
      const facts = own.filter(({ ruleId }) => ruleId === task.ruleId);
      const found = periodsOf(task.versions, facts, unlockOf(book, task, stored));
      for (const finding of checkPeriods(task, ofTask, found)) return { memberId, finding };
      for (const period of ofTask) {
        const isDue = due.has(nameOf(period));
        for (const finding of checkPayment(task, period, rows, isDue)) return { memberId, finding };
      }
    }
    const isBehind = behind.has(memberId);
    for (const finding of checkSources(book, own, rows, isBehind)) return { memberId, finding };
  }
  return undefined;
}

const nameOf = (row: Pick<StoredPeriod, 'memberId' | 'ruleId' | 'periodStart'>) =>
  `${row.memberId}/${row.ruleId}/${row.periodStart}`;

/** When what must come first was completed, by the stored completions. */
function unlockOf(book: TaskBook, task: BookTask, stored: readonly StoredPeriod[]): UnlockedAt {
  return (version) => {
    const firsts = requiredBy(book, task.versions.get(version)).map((id) => {
      const times = stored.flatMap(({ ruleId, completedAt }) => {
        return ruleId === id && completedAt !== null ? completedAt.getTime() : [];
      });
      return times.length === 0 ? undefined : Math.min(...times);
    });
    if (firsts.length === 0) return null;
    const known = firsts.filter((time) => time !== undefined);
    return known.length < firsts.length ? undefined : new Date(Math.max(...known));
  };
}

function* checkPeriods(
  { key, versions }: BookTask,
  stored: readonly StoredPeriod[],
  found: readonly Period[],
): Generator<Finding> {
  const starts = new Set([...stored, ...found].map(({ periodStart }) => periodStart));
  for (const start of starts) {
    const name = `task ${key} from ${start}`;
    const row = stored.find(({ periodStart }) => periodStart === start);
    const counted = found.find(({ periodStart }) => periodStart === start);
    const expected = settledPeriod(versions, row, counted);
    yield* compare(`${name}: progress`, expected?.progress, row?.progress);
    yield* compare(`${name}: target`, expected?.target, row?.target);
    yield* compare(`${name}: version`, expected?.version, row?.version);
    yield* compare(`${name}: completed at`, expected?.completedAt, row?.completedAt);
    yield* compare(`${name}: completed date`, expected?.completedDate, row?.completedDate);
  }
}

/** What is paid is completed and has its line; what is due is still on its way. */
function* checkPayment(
  { key, versions }: BookTask,
  period: StoredPeriod,
  { memberId, chain }: MemberRows,
  isDue: boolean,
): Generator<Finding> {
  const { ruleId, periodStart, version, completedAt, paid, payments, entrySeq } = period;
  const name = `task ${key} from ${periodStart}`;
  const isCompleted = completedAt !== null;
  const byHand = versions.get(version)?.definition.claim === 'BY_HAND';
  const fits = paid === isCompleted || (byHand && !paid);
  if (!fits && !isDue) yield* compare(`${name}: paid`, String(isCompleted), String(paid));
  const sourceId = `${ruleId}:${memberId}:${periodStart}`;
  const lines = chain.entries.filter((entry) => {
    return entry.sourceType === 'TASK' && entry.kind === 'EARN' && entry.sourceId === sourceId;
  });
  for (const { purpose, seq } of lines) {
    const nth = Number(purpose.split(':')[1]);
    if (nth > payments) yield* compare(`${name}: payments`, nth, payments, seq);
  }
  if (entrySeq === null) return;
  const line = lines.find(({ purpose }) => purpose === `TASK:${payments}`);
  yield* compare(`${name}: entry`, line?.seq, entrySeq, entrySeq);
}

/** What counts is there, and counts for what returns have left of it (S50). */
function* checkSources(
  book: TaskBook,
  own: readonly StoredContribution[],
  { checkIns }: MemberRows,
  isBehind: boolean,
): Generator<Finding> {
  const dates = new Set(checkIns.map(({ localDate }) => `CHECK_IN:${localDate}`));
  for (const { source, ruleId, version, worth, amount, left, total } of own) {
    const what = `task contribution ${source}`;
    const [kind = ''] = source.split(':', 1);
    if (kind === 'CHECK_IN') {
      if (!dates.has(source)) yield { what, expected: 'a check-in', found: 'none' };
      yield* compare(what, worth, amount);
    }
    if (kind !== 'ACTIVITY' && kind !== 'REDEMPTION') continue;
    if (left === null || total === null) {
      yield { what, expected: 'its fact', found: 'none' };
      continue;
    }
    const definition = book.get(ruleId)?.versions.get(version)?.definition;
    // A return that was not read yet is no mistake.
    if (isBehind || definition === undefined) continue;
    yield* compare(what, leftOf(definition, worth, { left, total }), amount);
  }
}
