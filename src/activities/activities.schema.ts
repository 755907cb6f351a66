import { activityCommand } from '../graphql/activity-command.ts';
import { builder } from '../graphql/builder.ts';
import { RecordActivityInputType } from '../graphql/command-inputs.ts';
import { known } from '../graphql/context.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { AwardType } from '../graphql/refs.ts';
import {
  type RecordActivityOutcome,
  recordActivity,
  recordActivityRefusals,
} from './record-activity.ts';

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
      differs: t.boolean({
        description:
          'True when it had been recorded with another value, number of items or, if one is given, ' +
          'time: perhaps a reference that was used twice. Attributes are not compared.',
        resolve: (outcome) => outcome.differs ?? false,
      }),
      awards: t.field({
        type: [AwardType],
        description: 'Points this call paid; empty without a rule for the type, or for a repeat.',
        resolve: ({ entries, withheld }) => [...entries, ...withheld],
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
      input: t.arg({
        type: RecordActivityInputType,
        required: true,
        description: 'What was done.',
      }),
    },
    errors: {
      types: recordActivityRefusals,
      union: { name: 'RecordActivityResult', description: 'What recordActivity answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const command = await activityCommand(context, input);
      return toPayload(
        await context.app.engine.run(recordActivity, known(context.viewer), command),
      );
    },
  }),
);
