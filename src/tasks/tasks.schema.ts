import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { AwardType, MemberByInput, MemberType, TaskClaimEnum } from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import { mayReadPrivate, memberRefFor } from '../members/member-access.ts';
import { InputError } from '../platform/refusal.ts';
import { waitFor } from '../projections/wait-for.ts';
import { tierKeyNow } from '../tiers/standing-now.ts';
import { type ClaimTaskOutcome, claimTask, claimTaskRefusals } from './claim-task.ts';
import { type MemberTask, memberTasks } from './member-tasks.ts';
import { bookOf } from './task-book.ts';

const TaskStateEnum = builder.enumType('TaskState', {
  description: 'Where a member stands with a task in one of its periods.',
  values: {
    LOCKED: { description: 'Other tasks have to be completed first.' },
    OPEN: { description: 'Facts count for it.' },
    COMPLETED: { description: 'The target is reached: to be claimed, or about to be paid.' },
    PAID: { description: 'It is completed and paid.' },
    MISSED: { description: 'Its time, or the time to claim it, is over.' },
  },
});

const MemberTaskType = builder.objectRef<MemberTask>('MemberTask').implement({
  description: 'A task as its member sees it, in one of its periods.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its short name, unique in the program.' }),
    title: t.string({ description: 'What it is.', resolve: ({ definition }) => definition.title }),
    description: t.string({
      nullable: true,
      description: 'More about it.',
      resolve: ({ definition }) => definition.description ?? null,
    }),
    state: t.expose('state', { type: TaskStateEnum, description: 'Where the member stands.' }),
    progress: t.expose('progress', {
      type: 'SafeInt',
      description: 'How far the member is: facts, their value, or completed tasks. At most target.',
    }),
    target: t.expose('target', { type: 'SafeInt', description: 'What completes it.' }),
    missing: t.field({
      type: 'SafeInt',
      description: 'How much of the target is missing.',
      resolve: ({ target, progress }) => target - progress,
    }),
    missingTasks: t.stringList({
      description: 'Keys of the tasks that have to be completed first and are not.',
      resolve: ({ missingTasks }) => [...missingTasks],
    }),
    requires: t.stringList({
      description: 'Keys of all tasks that have to be completed first.',
      resolve: ({ definition }) => [...definition.requires],
    }),
    periodStart: t.expose('periodStart', {
      type: 'Date',
      nullable: true,
      description:
        'First local date of the period; null: it is done once, or begins with the next fact.',
    }),
    periodEnd: t.expose('periodEnd', {
      type: 'DateTime',
      nullable: true,
      description: 'From this instant on facts count no more for the period; null: no end yet.',
    }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the fact happened that reached the target; null: not yet.',
    }),
    points: t.field({
      type: 'SafeInt',
      description: 'What a completion pays, in points, before caps.',
      resolve: ({ definition }) => definition.points,
    }),
    claim: t.field({
      type: TaskClaimEnum,
      description: 'How it is paid.',
      resolve: ({ definition }) => definition.claim,
    }),
    claimableUntil: t.expose('claimableUntil', {
      type: 'DateTime',
      nullable: true,
      description:
        'From this instant on a completion can be claimed no more; null: always, or not claimed by hand.',
    }),
  }),
});

builder.objectField(MemberType, 'tasks', (t) =>
  t.field({
    type: [MemberTaskType],
    description:
      'The tasks that are for the member in their present period, and older completions that can ' +
      'still be claimed. Progress is counted a tenth of a second behind what is written: in a ' +
      'mutation’s payload it mostly lacks the fact just recorded; `after` waits for it. For the ' +
      'member and for OPERATOR and SERVICE keys.',
    authScopes: (member, _args, context) => mayReadPrivate(context, member),
    args: {
      states: t.arg({ type: [TaskStateEnum], description: 'Only in these states; all if absent.' }),
      past: t.arg.int({
        description: 'So many older periods of each task besides, 0 to 10; 0 when absent.',
      }),
      after: t.arg({
        type: 'SafeInt',
        description:
          'Position of an event (from a mutation’s payload): waits, 3 seconds at most, until ' +
          'progress includes it; SERVICE_UNAVAILABLE after that.',
      }),
    },
    resolve: async (member, { states, past, after }, { app, loaders }) => {
      const { programId, memberId } = member;
      if (past != null && (past < 0 || past > limits.taskPeriodsPastMax)) {
        throw new InputError('past', `must be 0 to ${limits.taskPeriodsPastMax}`);
      }
      await waitFor(app.taskProjection, programId, after);
      const program = await app.rules.find(programId);
      const ruleIds = [...bookOf(program).keys()];
      if (ruleIds.length === 0) return [];
      const stored = await loaders.tasks.load({ memberId, ruleIds, past: past ?? 0 });
      const tierKey = await tierKeyNow(app, loaders, member);
      const asked = { now: app.clock.now(), past: past ?? 0, tierKey };
      const tasks = memberTasks(program, member, stored, asked);
      return states == null ? tasks : tasks.filter(({ state }) => states.includes(state));
    },
  }),
);

const ClaimTaskInput = builder.inputType('ClaimTaskInput', {
  description: 'Input of claimTask.',
  fields: (t) => ({
    member: t.field({
      type: MemberByInput,
      description: 'Whose task. Required with an API key; a member token means its own member.',
    }),
    key: t.string({ required: true, description: 'Key of the task.' }),
    periodStart: t.field({
      type: 'Date',
      description:
        'First local date of the period; the newest that can be claimed when absent. Leave it out ' +
        'for a task that is done once.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const ClaimTaskPayload = builder
  .objectRef<Payload<ClaimTaskOutcome>>('ClaimTaskPayload')
  .implement({
    description: 'The completion is paid.',
    interfaces: payloadInterfaces,
    fields: (t) => ({
      awards: t.field({
        type: [AwardType],
        description: 'What it paid; with 0 points where caps leave nothing.',
        resolve: ({ entries, withheld }) => [...entries, ...withheld],
      }),
    }),
  });

builder.mutationField('claimTask', (t) =>
  t.field({
    type: ClaimTaskPayload,
    nullable: true,
    description:
      'Pays a completed task that is claimed by hand, once for each of its periods. Progress is ' +
      'up to a tenth of a second behind: read `tasks(after:)` first.',
    authScopes: { acts: true },
    args: { input: t.arg({ type: ClaimTaskInput, required: true, description: 'Which one.' }) },
    errors: {
      types: claimTaskRefusals,
      union: { name: 'ClaimTaskResult', description: 'What claimTask answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      return toPayload(await context.app.engine.run(claimTask, known(context.viewer), command));
    },
  }),
);
