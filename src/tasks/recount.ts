/** Counts periods of tasks anew after their facts changed, and what looks at them in turn. */
import type { LocalDate } from '../platform/calendar.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { factTime } from '../programs/fact-time.ts';
import { inForce } from '../rules/versioned.ts';
import { isWithin, type TaskMember } from './facts-of-events.ts';
import {
  advanced,
  type Contribution,
  isSame,
  type Period,
  partSource,
  periodsOf,
  settledPeriod,
  type UnlockedAt,
} from './progress.ts';
import {
  type BookTask,
  bookOf,
  isPartOf,
  requiredBy,
  requiredOf,
  type TaskBook,
} from './task-book.ts';
import {
  type Affected,
  bumpRevisions,
  type DueRow,
  findOwnStarts,
  insertDue,
  loadContributions,
  loadFirstCompletions,
  loadPeriods,
  type NewContribution,
  type PeriodRow,
  putContributions,
  putPeriods,
  setAmounts,
  type TaskOf,
} from './tasks.sql.ts';

export const BEGINNING: LocalDate = '0001-01-01';

/** A period before and after it was counted anew. */
export type PeriodChange = TaskOf & {
  readonly task: BookTask;
  readonly before: Period | undefined;
  readonly after: Period;
};

/** What is to be counted for a member: `facts` where new ones are all that changed. */
type ToCount = Affected & { readonly facts?: Contribution[] | undefined };

/** Which periods are to be counted: by rule and member, from a date on. */
export class AffectedTasks {
  readonly #byRule = new Map<number, Map<number, ToCount>>();

  /** Whatever changed: all facts from the date on are looked at. */
  add(row: Affected): void {
    this.#put(row, undefined);
  }

  /** A new fact is all that changed. */
  addFact(row: Affected, fact: Contribution): void {
    this.#put(row, fact);
  }

  #put({ memberId, ruleId, from }: Affected, fact: Contribution | undefined): void {
    const members = this.#byRule.get(ruleId) ?? new Map<number, ToCount>();
    this.#byRule.set(ruleId, members);
    const known: Omit<ToCount, keyof TaskOf> = members.get(memberId) ?? { from, facts: [] };
    if (fact !== undefined) known.facts?.push(fact);
    const facts = fact && known.facts;
    const first = known.from < from ? known.from : from;
    members.set(memberId, { memberId, ruleId, from: first, facts });
  }

  get ruleIds(): number[] {
    return [...this.#byRule.keys()];
  }

  /** Takes out what is to be counted of one rule. */
  take(ruleId: number): ToCount[] {
    const members = this.#byRule.get(ruleId);
    this.#byRule.delete(ruleId);
    return [...(members?.values() ?? [])];
  }
}

/**
 * Counts what is affected, parts before composites and what comes first before what needs it, and
 * writes it. Returns the members whose progress changed.
 */
export async function recount(
  client: PoolClient,
  program: ProgramConfig,
  members: ReadonlyMap<number, TaskMember>,
  affected: AffectedTasks,
  quiet = false,
): Promise<number[]> {
  const book = bookOf(program);
  const changed = new Set<number>();
  const due: DueRow[] = [];
  // Rules of other times may need each other in a circle: it is walked a bounded number of times.
  for (let rounds = 3 * book.size; rounds > 0; rounds -= 1) {
    const ruleIds = affected.ruleIds;
    const next = ruleIds.find((id) => !ruleIds.some((other) => book.get(id)?.needs.has(other)));
    const task = book.get(next ?? ruleIds[0] ?? 0);
    if (task === undefined) break;
    const changes = await countTask(client, program, book, task, affected.take(task.ruleId));
    for (const { memberId } of changes) changed.add(memberId);
    due.push(...changes.flatMap((change) => dueAfter(program, change)));
    await tellDependents(client, program, book, members, changes, affected);
  }
  if (due.length > 0) await insertDue(client, due, quiet);
  if (changed.size > 0)
    await bumpRevisions(
      client,
      [...changed].sort((a, b) => a - b),
    );
  return [...changed];
}

/** Counts the periods of one task from the dates given on, and stores what changed. */
async function countTask(
  client: PoolClient,
  program: ProgramConfig,
  book: TaskBook,
  task: BookTask,
  given: readonly ToCount[],
): Promise<PeriodChange[]> {
  const rows = task.startsOwn ? await ownStarts(client, task, given) : given;
  const stored = groupBy(await loadPeriods(client, rows), byMember);
  const memberIds = rows.map(({ memberId }) => memberId);
  const unlocked = await unlockTimes(client, book, task, memberIds);
  const ahead = new Map(
    rows.map(({ memberId, facts }) => {
      const before = stored.get(memberId) ?? [];
      return [memberId, facts && advanced(task.versions, before, facts, unlocked(memberId))];
    }),
  );
  const anew = rows.filter(({ memberId }) => ahead.get(memberId) === undefined);
  const loaded = anew.length === 0 ? [] : await loadContributions(client, anew);
  const contributions = groupBy(loaded, byMember);
  const changes = rows.flatMap(({ memberId }): PeriodChange[] => {
    const before = new Map(stored.get(memberId)?.map((one) => [one.periodStart, one]));
    const next = ahead.get(memberId);
    const facts = contributions.get(memberId) ?? [];
    const periods = next ?? periodsOf(task.versions, facts, unlocked(memberId));
    const found = new Map(periods.map((one) => [one.periodStart, one]));
    const starts = next === undefined ? [...before.keys(), ...found.keys()] : found.keys();
    return [...new Set(starts)].flatMap((start) => {
      const old = before.get(start);
      const after = settledPeriod(task.versions, old, found.get(start));
      if (after === undefined || (old !== undefined && isSame(old, after))) return [];
      return [{ memberId, ruleId: task.ruleId, task, before: old, after }];
    });
  });
  const { id: programId } = program;
  const toStore = changes.map(({ memberId, ruleId, after }): PeriodRow & { programId: number } => ({
    ...{ memberId, ruleId, programId },
    ...after,
  }));
  if (toStore.length > 0) await putPeriods(client, toStore);
  return changes;
}

/** When members completed all that must come first, by version of the task. */
export async function unlockTimes(
  client: Pool | PoolClient,
  book: TaskBook,
  task: BookTask,
  memberIds: readonly number[],
): Promise<(memberId: number) => UnlockedAt> {
  const required = requiredOf(book, task);
  if (required.length === 0) return () => () => null;
  const first = groupBy(await loadFirstCompletions(client, memberIds, required), byMember);
  return (memberId) => (version) => {
    const ids = requiredBy(book, task.versions.get(version));
    if (ids.length === 0) return null;
    const done = (first.get(memberId) ?? []).filter(({ ruleId }) => ids.includes(ruleId));
    return done.length < ids.length ? undefined : latest(done);
  };
}

/** Where the member's own periods begin; after a change of how they do, everything is counted. */
async function ownStarts(
  client: PoolClient,
  task: BookTask,
  given: readonly ToCount[],
): Promise<ToCount[]> {
  const kinds = new Set(
    [...task.versions.values()].map(({ definition: { period } }) => JSON.stringify(period)),
  );
  if (kinds.size > 1) {
    return given.map(({ memberId, ruleId }) => ({ memberId, ruleId, from: BEGINNING }));
  }
  const factsOf = new Map(given.map(({ memberId, facts }) => [memberId, facts]));
  const starts = await findOwnStarts(client, given);
  return starts.map((row) => ({ ...row, facts: factsOf.get(row.memberId) }));
}

/** Whether the engine has something to do: to pay, or to take back. */
function dueAfter({ id: programId }: ProgramConfig, change: PeriodChange): DueRow[] {
  const { memberId, ruleId, task, before, after } = change;
  const was = before !== undefined && before.completedAt !== null;
  const is = after.completedAt !== null;
  const claim = task.versions.get(after.version)?.definition.claim;
  if (was === is || (is && claim === 'BY_HAND')) return [];
  return [{ programId, memberId, ruleId, periodStart: after.periodStart }];
}

/** Lets tasks that look at the changed ones follow: composites count parts, others are unlocked. */
async function tellDependents(
  client: PoolClient,
  program: ProgramConfig,
  book: TaskBook,
  members: ReadonlyMap<number, TaskMember>,
  changes: readonly PeriodChange[],
  affected: AffectedTasks,
): Promise<void> {
  const puts: NewContribution[] = [];
  const gone: (TaskOf & { source: string; amount: number })[] = [];
  for (const change of changes) {
    const { memberId, task, before, after } = change;
    const was = before?.completedAt ?? null;
    const is = after.completedAt;
    if (was?.getTime() === is?.getTime()) continue;
    for (const ruleId of task.neededBy) {
      const other = book.get(ruleId);
      const member = members.get(memberId);
      if (other === undefined || member === undefined) continue;
      // What is unlocked, or locked again, is counted from its beginning.
      if (requiredOf(book, other).includes(task.ruleId)) {
        affected.add({ memberId, ruleId, from: BEGINNING });
      }
      const source = partSource(task.ruleId, after.periodStart);
      const doneAt = (at: Date | null) =>
        at === null ? [] : partsDone(program, member, other, task.key, source, at);
      const done = doneAt(is);
      puts.push(...done);
      // What counted before and would not now, as when a late fact moves the completion to a time
      // before the composite. What a backfill counted stays.
      if (is === null || (done.length === 0 && doneAt(was).length > 0)) {
        gone.push({ memberId, ruleId, source, amount: 0 });
      }
      affected.add({ memberId, ruleId, from: BEGINNING });
    }
  }
  if (gone.length > 0) await setAmounts(client, gone);
  if (puts.length > 0) await putContributions(client, puts);
}

/** A part's completion as it counts for a composite by the version in force then, if any. */
function partsDone(
  program: ProgramConfig,
  member: TaskMember,
  composite: BookTask,
  key: string,
  source: string,
  completedAt: Date,
): NewContribution[] {
  const time = factTime(program, completedAt);
  const { ruleId } = composite;
  const { memberId } = member;
  return inForce([...composite.versions.values()], completedAt)
    .filter((version) => isPartOf(version, key) && isWithin(version.definition, member, time))
    .map(({ version }) => ({
      ...{ memberId, ruleId, source, version, programId: program.id },
      ...{ occurredAt: completedAt, localDate: time.localDate, worth: 1, amount: 1 },
    }));
}

export const byMember = ({ memberId }: { readonly memberId: number }) => memberId;

const latest = (rows: readonly { readonly completedAt: Date }[]) =>
  new Date(Math.max(...rows.map(({ completedAt }) => completedAt.getTime())));
