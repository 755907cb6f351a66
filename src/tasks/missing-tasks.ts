import { type Context, known } from '../graphql/context.ts';
import { oneInForce } from '../rules/versioned.ts';
import { bookOf } from './task-book.ts';

/** Keys of what a task needs first and the member never completed. */
export async function missingTasks(
  { app, viewer, loaders }: Context,
  { memberId, key }: { readonly memberId: number; readonly key: string },
): Promise<string[]> {
  const program = await app.rules.find(known(viewer).programId);
  const versions = program.tasks.filter((task) => task.key === key);
  const requires = oneInForce(versions, app.clock.now())?.definition.requires ?? [];
  const needed = [...bookOf(program).values()].filter((task) => requires.includes(task.key));
  if (needed.length === 0) return [];
  const ruleIds = needed.map(({ ruleId }) => ruleId);
  const stored = await loaders.tasks.load({ memberId, ruleIds, past: 0 });
  const done = new Set(
    stored.flatMap(({ ruleId, firstCompletedAt }) => (firstCompletedAt === null ? [] : ruleId)),
  );
  return needed.flatMap((task) => (done.has(task.ruleId) ? [] : task.key));
}
