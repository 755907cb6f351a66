/** A task's definition as an input; its fields are those of task-definition.ts. */
import { builder } from '../graphql/builder.ts';
import { TaskClaimEnum } from '../graphql/refs.ts';
import {
  ActivationInput,
  AudienceInput,
  ConditionInput,
  ExpiryInput,
} from './definition-parts.schema.ts';

const TaskTriggerKindEnum = builder.enumType('TaskTriggerKind', {
  description: 'What advances a task.',
  values: {
    ACTIVITY: { description: 'An activity of a type.' },
    CHECK_IN: { description: 'A check-in.' },
    REDEMPTION: { description: 'That the member buys a reward; its value is the points paid.' },
  },
});

const TaskTriggerInput = builder.inputType('TaskTriggerInput', {
  description: 'What advances a task.',
  fields: (t) => ({
    on: t.field({ type: TaskTriggerKindEnum, required: true, description: 'What happens.' }),
    type: t.string({ description: 'The type of activity; for ACTIVITY, and only there.' }),
  }),
});

const TaskTargetInput = builder.inputType('TaskTargetInput', {
  description: 'What completes a task: one of two.',
  isOneOf: true,
  fields: (t) => ({
    count: t.int({ description: 'So many facts, 1 to 1,000,000.' }),
    value: t.field({
      type: 'SafeInt',
      description: 'Facts whose values add up to so much, 1 or more; not of check-ins.',
    }),
  }),
});

const TaskPartsInput = builder.inputType('TaskPartsInput', {
  description: 'The tasks of a composite: either `all`, or `any` with `count`.',
  fields: (t) => ({
    all: t.stringList({ description: 'Keys of 1 to 50 tasks, each of which has to be completed.' }),
    any: t.stringList({ description: 'Keys of 1 to 50 tasks …' }),
    count: t.int({ description: '… so many of which have to be completed.' }),
  }),
});

const TaskCadenceEnum = builder.enumType('TaskCadence', {
  description: 'How often a task begins anew, by local dates.',
  values: {
    ONCE: { description: 'Never.' },
    DAILY: { description: 'Every day.' },
    WEEKLY: { description: 'Every Monday.' },
    MONTHLY: { description: 'On the first of every month.' },
    DAYS: { description: 'After a number of days.' },
  },
});

const TaskPeriodFromEnum = builder.enumType('TaskPeriodFrom', {
  description: 'Where periods of a number of days begin.',
  values: {
    CALENDAR: {
      description: 'One after the other from the first date, or else from Monday 1970-01-05.',
    },
    FIRST_ACT: {
      description: 'With each member’s first fact; the next one with the first fact after its end.',
    },
  },
});

const TaskPeriodInput = builder.inputType('TaskPeriodInput', {
  description: 'When a task begins anew.',
  fields: (t) => ({
    every: t.field({ type: TaskCadenceEnum, required: true, description: 'How often.' }),
    days: t.int({ description: 'Local days, 2 to 366; for DAYS, and only there.' }),
    from: t.field({ type: TaskPeriodFromEnum, description: 'For DAYS, and only there.' }),
  }),
});

export const TaskInput = builder.inputType('TaskInput', {
  description:
    'Something to do. Either `trigger` and `target`, or `of`: a composite of other tasks.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'For members, up to 500 characters.' }),
    description: t.string({ description: 'For members, up to 500 characters.' }),
    trigger: t.field({ type: TaskTriggerInput, description: 'What advances it.' }),
    condition: t.field({
      type: ConditionInput,
      description: 'Facts that do not fulfil it do not count; all do when absent.',
    }),
    target: t.field({ type: TaskTargetInput, description: 'What completes it.' }),
    of: t.field({
      type: TaskPartsInput,
      description: 'Other tasks; progress is how many of them were completed in its period.',
    }),
    period: t.field({ type: TaskPeriodInput, description: 'ONCE when absent.' }),
    audience: t.field({
      type: AudienceInput,
      description: 'Whom it is for, as of when a fact is counted; all when absent.',
    }),
    requires: t.stringList({
      description:
        'Keys of up to 20 tasks; only what happened after each was completed once counts.',
    }),
    firstDate: t.field({ type: 'Date', description: 'First local date of facts that count.' }),
    lastDate: t.field({ type: 'Date', description: 'Last local date of facts that count.' }),
    points: t.field({
      type: 'SafeInt',
      required: true,
      description: 'What a completion pays, 0 or more; nothing multiplies it.',
    }),
    activation: t.field({ type: ActivationInput, description: 'AT_ONCE when absent.' }),
    expiry: t.field({ type: ExpiryInput, description: 'Its points never expire when absent.' }),
    claim: t.field({ type: TaskClaimEnum, description: 'AUTOMATIC when absent.' }),
    claimDays: t.int({
      description:
        'It can be claimed until the end of so many local days after its completion, 0 to 366; ' +
        'always when absent. For BY_HAND.',
    }),
    rollback: t.boolean({
      description: 'Whether a completion is taken back when its facts are; true when absent.',
    }),
  }),
});
