import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { AwardType, MemberByInput } from '../graphql/refs.ts';
import { memberRefFor } from '../members/member-access.ts';
import { newReference } from '../platform/ids.ts';
import {
  type RecordActivityOutcome,
  recordActivity,
  recordActivityRefusals,
} from './record-activity.ts';
import { setEarningRule } from './set-earning-rule.ts';

const RecordActivityInput = builder.inputType('RecordActivityInput', {
  description: 'Input of recordActivity.',
  fields: (t) => ({
    member: t.field({
      type: MemberByInput,
      description: 'Who did it. Required with an API key; a member token means its own member.',
    }),
    type: t.string({
      required: true,
      description:
        'What was done, e.g. purchase, share, survey: 1 to 64 letters, digits, ".", "_", "-".',
    }),
    occurredAt: t.field({
      type: 'DateTime',
      description:
        'When it was done; now when absent. At most 5 minutes ahead, which counts as now, ' +
        'and as far back as the program accepts (72 hours unless set otherwise).',
    }),
    value: t.field({
      type: 'SafeInt',
      description: 'How much of it, 0 or more, in a unit of yours (money in its smallest unit).',
    }),
    reference: t.string({
      description:
        'Your id of the fact, unique per type, up to 500 characters: a repeat pays nothing. ' +
        'Without it, every call is a new fact (unless idempotencyKey says otherwise).',
    }),
    idempotencyKey: t.string({
      description:
        'Your key for this command, up to 255 characters; a repeat gets the first answer.',
    }),
  }),
});

const RecordActivityPayload = builder
  .objectRef<Payload<RecordActivityOutcome>>('RecordActivityPayload')
  .implement({
    description: 'The activity is recorded.',
    interfaces: payloadInterfaces,
    fields: (t) => ({
      type: t.exposeString('type', { description: 'What was done.' }),
      reference: t.exposeString('reference', {
        description: 'The id of the fact; made by the server when none was given.',
      }),
      alreadyRecorded: t.exposeBoolean('alreadyRecorded', {
        description:
          'True when the reference had been recorded before this call, which then did nothing.',
      }),
      awards: t.field({
        type: [AwardType],
        description: 'Points this call paid; empty without a rule for the type, or for a repeat.',
        resolve: ({ entries }) => entries,
      }),
    }),
  });

builder.mutationField('recordActivity', (t) =>
  t.field({
    type: RecordActivityPayload,
    nullable: true,
    description:
      'Records that a member did something elsewhere (a purchase, a share, a survey) and pays what ' +
      'the rule for its type says. For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: RecordActivityInput, required: true, description: 'What was done.' }),
    },
    errors: {
      types: recordActivityRefusals,
      union: { name: 'RecordActivityResult', description: 'What recordActivity answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const given = withoutNulls(input);
      const reference = given.reference ?? newReference(given.idempotencyKey);
      const command = { ...given, member, reference };
      return toPayload(
        await context.app.engine.run(recordActivity, known(context.viewer), command),
      );
    },
  }),
);

const EarningRuleType = builder
  .objectRef<{
    activityType: string;
    points: bigint;
    version: number;
    pendingDays: number;
    pointsDays: number | null;
  }>('EarningRule')
  .implement({
    description: 'What an activity of a type pays.',
    fields: (t) => ({
      activityType: t.exposeString('activityType', { description: 'The type of activity.' }),
      points: t.expose('points', { type: 'SafeInt', description: 'Points for each activity.' }),
      version: t.exposeInt('version', { description: 'Grows with every change of the rule.' }),
      pendingDays: t.exposeInt('pendingDays', {
        description: 'Local days until its points can be spent; 0: at once.',
      }),
      pointsDays: t.exposeInt('pointsDays', {
        nullable: true,
        description: 'Local days its points live; null: for ever.',
      }),
    }),
  });

const SetEarningRuleInput = builder.inputType('SetEarningRuleInput', {
  description: 'Input of setEarningRule.',
  fields: (t) => ({
    activityType: t.string({
      required: true,
      description: 'The type of activity: 1 to 64 letters, digits, ".", "_" or "-".',
    }),
    points: t.field({
      type: 'SafeInt',
      required: true,
      description: 'Points for each activity, 1 or more.',
    }),
    pendingDays: t.int({
      description: 'Local days until its points can be spent, 0 to 3650; 0 when absent.',
    }),
    pointsDays: t.int({
      description:
        'Local days its points live, 0 to 3650 (0: until the end of the day); for ever when absent.',
    }),
  }),
});

const SetEarningRulePayload = builder
  .objectRef<{ rule: typeof EarningRuleType.$inferType }>('SetEarningRulePayload')
  .implement({
    description: 'The rule is set.',
    fields: (t) => ({
      rule: t.expose('rule', {
        type: EarningRuleType,
        description: 'The rule as it counts from now on.',
      }),
    }),
  });

builder.mutationField('setEarningRule', (t) =>
  t.field({
    type: SetEarningRulePayload,
    nullable: true,
    description:
      'Sets what an activity of a type pays from now on, on every node. What was paid stays. ' +
      'For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: SetEarningRuleInput, required: true, description: 'The rule.' }) },
    resolve: async (_root, { input }, { app, viewer }) => ({
      rule: await setEarningRule(app, known(viewer), withoutNulls(input)),
    }),
  }),
);
