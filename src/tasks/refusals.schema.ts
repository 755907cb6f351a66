import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import { oneInForce } from '../rules/versioned.ts';
import { bookOf } from './task-book.ts';
import {
  TaskAlreadyClaimed,
  TaskClaimClosed,
  TaskNotCompleted,
  TaskNotFound,
  TaskPaidByItself,
} from './tasks.refusals.ts';

builder.objectType(TaskNotFound, {
  name: 'TaskNotFound',
  description: 'The program has no such task, or it is not for this member.',
  interfaces,
});

builder.objectType(TaskNotCompleted, {
  name: 'TaskNotCompleted',
  description: 'The target is not reached in that period.',
  interfaces,
  fields: (t) => ({
    progress: t.expose('progress', { type: 'SafeInt', description: 'How far the member is.' }),
    target: t.expose('target', { type: 'SafeInt', description: 'What completes it.' }),
    message: t.string({
      description: 'What it means, for people (English); of a locked task what unlocks it.',
      resolve: async ({ of, message, noPeriod }, _args, context) => {
        const keys = noPeriod === undefined ? await missingTasks(context, of) : [];
        if (keys.length === 0) return message;
        const have = keys.length === 1 ? 'has' : 'have';
        return `The task is locked: ${keys.join(', ')} ${have} to be completed first.`;
      },
    }),
    missingTasks: t.field({
      type: ['String'],
      description: 'Keys of the tasks that have to be completed first (LOCKED), as of now.',
      resolve: ({ of }, _args, context) => missingTasks(context, of),
    }),
  }),
});

builder.objectType(TaskPaidByItself, {
  name: 'TaskPaidByItself',
  description: 'The task is not claimed: it is paid as it is completed.',
  interfaces,
});

builder.objectType(TaskAlreadyClaimed, {
  name: 'TaskAlreadyClaimed',
  description: 'It was paid for that period before.',
  interfaces,
  fields: (t) => ({
    claimedAt: t.expose('claimedAt', { type: 'DateTime', description: 'When it was paid.' }),
  }),
});

builder.objectType(TaskClaimClosed, {
  name: 'TaskClaimClosed',
  description: 'The time to claim it is over.',
  interfaces,
  fields: (t) => ({
    closedAt: t.expose('closedAt', { type: 'DateTime', description: 'Since when.' }),
  }),
});

/** Keys of what a task needs first and the member never completed. */
async function missingTasks(
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
