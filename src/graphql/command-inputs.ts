/** Inputs of commands that can also be tried by a quote. */
import { builder } from './builder.ts';
import { idempotencyKeyText } from './inputs.ts';
import { MemberByInput } from './refs.ts';

export const CheckInInputType = builder.inputType('CheckInInput', {
  description: 'Input of checkIn.',
  fields: (t) => ({
    member: t.field({
      type: MemberByInput,
      description: 'Who checks in. Required with an API key; a member token means its own member.',
    }),
    occurredAt: t.field({
      type: 'DateTime',
      description:
        'When the member was there; now when absent. At most 5 minutes ahead, which counts ' +
        'as now, and as far back as the program accepts (72 hours unless set otherwise).',
    }),
    idempotencyKey: t.string({
      description: idempotencyKeyText,
    }),
  }),
});

const AttributeInput = builder.inputType('AttributeInput', {
  description: 'Something else that rules may ask of an activity.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description: 'Its name, e.g. channel: 1 to 64 letters, digits, ".", "_" or "-".',
    }),
    value: t.string({ required: true, description: 'Its value, up to 500 characters.' }),
  }),
});

export const RecordActivityInputType = builder.inputType('RecordActivityInput', {
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
    units: t.field({
      type: 'SafeInt',
      description: 'How many items it had, 1 or more; they can be returned one by one. Default 1.',
    }),
    attributes: t.field({
      type: [AttributeInput],
      description: 'What else rules may ask of it, at most 20; a name given twice counts once.',
    }),
    reference: t.string({
      description:
        'Your id of the fact, unique per type, up to 500 characters: a repeat pays nothing. ' +
        'Without it, every call is a new fact (unless idempotencyKey says otherwise).',
    }),
    idempotencyKey: t.string({
      description: idempotencyKeyText,
    }),
  }),
});
