/** A program's tasks as the projection uses them: by rule, with what looks at what. */
import type { ProgramConfig } from '../programs/config.ts';
import { neededBy, partsOf, type Task, type TaskTrigger } from '../rules/task-definition.ts';
import { triggerKey, type Versioned } from '../rules/versioned.ts';

/** One task with all its published versions. */
export type BookTask = {
  readonly ruleId: number;
  readonly key: string;
  readonly versions: ReadonlyMap<number, Versioned<Task>>;
  /** Its periods begin with the member's own facts, or its versions differ in that. */
  readonly startsOwn: boolean;
  /** Rule ids of what some version of it looks at, and of what looks at it. */
  readonly needs: ReadonlySet<number>;
  readonly neededBy: ReadonlySet<number>;
};

export type TaskBook = ReadonlyMap<number, BookTask>;

const books = new WeakMap<ProgramConfig, TaskBook>();

const byTrigger = new WeakMap<ProgramConfig, ReadonlyMap<string, readonly Versioned<Task>[]>>();

/** All versions of tasks that facts of a trigger advance. */
export function tasksAbout(
  program: ProgramConfig,
  trigger: TaskTrigger,
): readonly Versioned<Task>[] {
  let known = byTrigger.get(program);
  if (known === undefined) {
    const lists = new Map<string, Versioned<Task>[]>();
    for (const task of program.tasks) {
      if (task.definition.trigger === undefined) continue;
      const key = triggerKey(task.definition.trigger);
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [task]);
      else list.push(task);
    }
    known = lists;
    byTrigger.set(program, known);
  }
  return known.get(triggerKey(trigger)) ?? [];
}

/** The program's tasks by rule id; made once for each state of its rules. */
export function bookOf(program: ProgramConfig): TaskBook {
  const known = books.get(program);
  if (known !== undefined) return known;
  const byRule = new Map<number, Versioned<Task>[]>();
  for (const task of program.tasks) {
    byRule.set(task.ruleId, [...(byRule.get(task.ruleId) ?? []), task]);
  }
  const idOf = new Map(program.tasks.map(({ key, ruleId }) => [key, ruleId]));
  const needsOf = (versions: readonly Versioned<Task>[]) =>
    new Set(versions.flatMap(({ definition }) => idsOf(idOf, neededBy(definition))));
  const needs = new Map([...byRule].map(([ruleId, versions]) => [ruleId, needsOf(versions)]));
  const book = new Map(
    [...byRule].map(([ruleId, versions]) => [
      ruleId,
      {
        ruleId,
        key: versions[0]?.key ?? '',
        versions: new Map(versions.map((one) => [one.version, one])),
        startsOwn: versions.some(({ definition: { period } }) => {
          return period.every === 'DAYS' && period.from === 'FIRST_ACT';
        }),
        needs: needs.get(ruleId) ?? new Set<number>(),
        neededBy: new Set(
          [...needs].flatMap(([other, looksAt]) => (looksAt.has(ruleId) ? [other] : [])),
        ),
      },
    ]),
  );
  books.set(program, book);
  return book;
}

const idsOf = (ids: ReadonlyMap<string, number>, keys: readonly string[]) =>
  keys.flatMap((key) => ids.get(key) ?? []);

/** Rule ids of what has to be completed first by a version of a task. */
export function requiredBy(book: TaskBook, task: Versioned<Task> | undefined): number[] {
  const keys = task?.definition.requires ?? [];
  return [...book.values()].filter(({ key }) => keys.includes(key)).map(({ ruleId }) => ruleId);
}

/** The same by any version of it. */
export function requiredOf(book: TaskBook, { versions }: BookTask): number[] {
  const keys = new Set([...versions.values()].flatMap(({ definition }) => definition.requires));
  return [...book.values()].filter(({ key }) => keys.has(key)).map(({ ruleId }) => ruleId);
}

/** Rule ids of a composite's parts. */
export function partIdsOf(book: TaskBook, definition: Task): number[] {
  const keys = partsOf(definition);
  return [...book.values()].filter(({ key }) => keys.includes(key)).map(({ ruleId }) => ruleId);
}

/** Whether a version of the task is a composite of a task. */
export const isPartOf = (task: Versioned<Task>, key: string) =>
  partsOf(task.definition).includes(key);
