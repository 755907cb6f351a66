import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { MemberByInput } from '../graphql/refs.ts';
import { memberRefFor } from '../members/member-access.ts';
import {
  type ConfirmPointsOutcome,
  confirmPoints,
  confirmPointsRefusals,
} from './confirm-points.ts';
import type { EntrySummary } from './ledger.ts';
import {
  type ReversalOutcome,
  reverseActivity,
  reverseActivityRefusals,
  reverseEntry,
  reverseEntryRefusals,
} from './reverse-points.ts';

function sum(entries: readonly EntrySummary[], field: string): number {
  return entries.reduce((total, { explanation }) => total + Number(explanation[field] ?? 0), 0);
}

const reversalPayload = (name: string) =>
  builder.objectRef<Payload<ReversalOutcome>>(name).implement({
    description: 'Earnings were taken back.',
    interfaces: payloadInterfaces,
    fields: (t) => ({
      reversed: t.field({
        type: 'SafeInt',
        description: 'Points that no longer count as earned.',
        resolve: ({ entries }) => sum(entries, 'reversed'),
      }),
      taken: t.field({
        type: 'SafeInt',
        description:
          'How many of them were taken from points; reversed = taken + debt + lapsed + unrecovered.',
        resolve: ({ entries }) => {
          const reversals = entries.filter(({ kind }) => kind === 'REVERSAL');
          const amounts = reversals.reduce((total, { amount }) => total - amount, 0);
          return amounts - sum(reversals, 'debt');
        },
      }),
      lapsed: t.field({
        type: 'SafeInt',
        description: 'How many of them had expired unspent: neither taken again nor owed.',
        resolve: ({ entries }) => sum(entries, 'lapsed'),
      }),
      debt: t.field({
        type: 'SafeInt',
        description: 'How many of them are owed now: what is earned next repays them.',
        resolve: ({ entries }) => sum(entries, 'debt'),
      }),
      unrecovered: t.field({
        type: 'SafeInt',
        description: 'How many could not be recovered and are not owed either, by the policy.',
        resolve: ({ entries }) => sum(entries, 'unrecovered'),
      }),
    }),
  });

const ReverseActivityPayload = reversalPayload('ReverseActivityPayload');
const ReverseEntryPayload = reversalPayload('ReverseEntryPayload');

const ConfirmPayload = builder
  .objectRef<Payload<ConfirmPointsOutcome>>('ConfirmPointsPayload')
  .implement({
    description: 'Points became active.',
    interfaces: payloadInterfaces,
    fields: (t) => ({
      points: t.expose('points', { type: 'SafeInt', description: 'How many.' }),
      debtRepaid: t.field({
        type: 'SafeInt',
        description: 'How many points repaid what was owed, now that they can be spent.',
        resolve: (outcome) => outcome.debtRepaid ?? 0, // Older answers do not say.
      }),
    }),
  });

const ReverseActivityInput = builder.inputType('ReverseActivityInput', {
  description: 'Input of reverseActivity.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: 'Whose activity.' }),
    type: t.string({ required: true, description: 'Its type.' }),
    reference: t.string({ required: true, description: 'Your id of it, as it was recorded.' }),
    units: t.field({
      type: 'SafeInt',
      description: 'How many of its items came back; all that are left when absent.',
    }),
    idempotencyKey: t.string({ description: `${idempotencyKeyText} Send one with units.` }),
  }),
});

const ReverseEntryInput = builder.inputType('ReverseEntryInput', {
  description: 'Input of reverseEntry.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: 'Whose ledger.' }),
    seq: t.field({ type: 'SafeInt', required: true, description: 'Which line of it.' }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

const ConfirmPointsInput = builder.inputType('ConfirmPointsInput', {
  description: 'Input of confirmPoints.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: 'Whose activity.' }),
    type: t.string({ required: true, description: 'Its type.' }),
    reference: t.string({ required: true, description: 'Your id of it, as it was recorded.' }),
    idempotencyKey: t.string({ description: idempotencyKeyText }),
  }),
});

builder.mutationFields((t) => ({
  reverseActivity: t.field({
    type: ReverseActivityPayload,
    nullable: true,
    description:
      'Takes back what an activity earned, whole or item by item: first what is left of those ' +
      'very points, then by the program’s points policy. For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: ReverseActivityInput, required: true, description: 'What came back.' }),
    },
    errors: {
      types: reverseActivityRefusals,
      union: { name: 'ReverseActivityResult', description: 'What reverseActivity answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      const { engine } = context.app;
      return toPayload(await engine.run(reverseActivity, known(context.viewer), command));
    },
  }),
  reverseEntry: t.field({
    type: ReverseEntryPayload,
    nullable: true,
    description:
      'Takes back what one line of a ledger earned, such as a check-in. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: ReverseEntryInput, required: true, description: 'Which line.' }),
    },
    errors: {
      types: reverseEntryRefusals,
      union: { name: 'ReverseEntryResult', description: 'What reverseEntry answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      return toPayload(await context.app.engine.run(reverseEntry, known(context.viewer), command));
    },
  }),
  confirmPoints: t.field({
    type: ConfirmPayload,
    nullable: true,
    description:
      'Makes active what an activity earned by rules that wait for a confirmation. ' +
      'For OPERATOR and SERVICE keys.',
    authScopes: { service: true },
    args: {
      input: t.arg({ type: ConfirmPointsInput, required: true, description: 'Which activity.' }),
    },
    errors: {
      types: confirmPointsRefusals,
      union: { name: 'ConfirmPointsResult', description: 'What confirmPoints answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      return toPayload(await context.app.engine.run(confirmPoints, known(context.viewer), command));
    },
  }),
}));
