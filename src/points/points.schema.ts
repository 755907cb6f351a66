import { z } from 'zod';
import type { MemberState } from '../engine/rows.ts';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { AwardType, type LedgerEntryShape, MemberByInput, MemberType } from '../graphql/refs.ts';
import { mayReadPrivate, memberRefFor } from '../members/member-access.ts';
import { type AdjustPointsOutcome, adjustPoints, adjustPointsRefusals } from './adjust-points.ts';
import { explainEntry, reasonOf } from './explain.ts';
import { loadExpiring, loadLedger } from './points.sql.ts';
import { hasDormantPoints } from './points.ts';

const PointsExpiryType = builder.objectRef<{ at: Date; points: number }>('PointsExpiry').implement({
  description: 'Points that expire at one instant.',
  fields: (t) => ({
    at: t.expose('at', {
      type: 'DateTime',
      description: 'From this instant on they cannot be spent.',
    }),
    points: t.expose('points', { type: 'SafeInt', description: 'How many.' }),
  }),
});

const PointsType = builder.objectRef<MemberState>('Points').implement({
  description: 'A member’s points. All amounts are whole points.',
  fields: (t) => ({
    available: t.field({
      type: 'SafeInt',
      description: 'Points that can be spent now: balance without pending, expired or owed ones.',
      resolve: async (member, _args, { app, loaders }) => {
        if (!hasDormantPoints(member, app.clock.now())) return Math.max(0, member.balance);
        return (await loaders.pointsByState.load(member.memberId)).spendable;
      },
    }),
    pending: t.field({
      type: 'SafeInt',
      description: 'Points that were earned but cannot be spent yet.',
      resolve: async (member, _args, { app, loaders }) => {
        if (!hasDormantPoints(member, app.clock.now())) return 0;
        return (await loaders.pointsByState.load(member.memberId)).pending;
      },
    }),
    debt: t.field({
      type: 'SafeInt',
      description: 'Points owed: how far the balance is below zero.',
      resolve: ({ balance }) => Math.max(0, -balance),
    }),
    lifetimeEarned: t.expose('lifetimeEarned', {
      type: 'SafeInt',
      description: 'All points ever earned; spending, expiry and adjustments do not change it.',
    }),
    expiring: t.field({
      type: [PointsExpiryType],
      description: 'What will expire and when, soonest first, if nothing else happens.',
      args: {
        until: t.arg({ type: 'DateTime', description: 'Only what expires before this instant.' }),
      },
      resolve: ({ memberId }, { until }, { app }) =>
        loadExpiring(app.pool, memberId, app.clock.now(), until ?? null),
    }),
  }),
});

const EntryKindEnum = builder.enumType('LedgerEntryKind', {
  description: 'What an entry does to the balance.',
  values: {
    EARN: { description: 'Adds points that a rule paid.' },
    SPEND: { description: 'Takes points for a reward.' },
    EXPIRY: { description: 'Takes what was left of expired points.' },
    ADJUSTMENT: { description: 'Adds or takes points by hand.' },
  },
});

const ReasonEnum = builder.enumType('AwardReason', {
  description: 'Why points moved.',
  values: {
    CHECK_IN: { description: 'A check-in paid its day.' },
    STREAK_CORRECTION: {
      description:
        'A check-in that arrived late lengthened the run: the day was paid the difference.',
    },
    ACTIVITY: { description: 'An activity paid by its rule.' },
    REDEMPTION: { description: 'A reward was bought.' },
    EXPIRY: { description: 'Points expired.' },
    ADJUSTMENT: { description: 'An operator corrected the balance.' },
  },
});

builder.objectType(AwardType, {
  description: 'Points that a command paid, and why.',
  fields: (t) => ({
    points: t.expose('amount', { type: 'SafeInt', description: 'How many.' }),
    reason: t.field({ type: ReasonEnum, description: 'Why, as a code.', resolve: reasonOf }),
    explanation: t.string({ description: 'Why, in words (English).', resolve: explainEntry }),
    ruleVersion: t.exposeString('ruleVersion', {
      nullable: true,
      description: 'The plan or rule that set the amount, with its version.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When the fact happened that the points are for.',
    }),
  }),
});

const LedgerEntryType = builder.objectRef<LedgerEntryShape>('LedgerEntry').implement({
  description: 'One line of a member’s ledger. It is never changed; corrections are new lines.',
  fields: (t) => ({
    seq: t.expose('seq', {
      type: 'SafeInt',
      description: '1, 2, 3 … in the member’s ledger, without gaps.',
    }),
    kind: t.expose('kind', { type: EntryKindEnum, description: 'What it does to the balance.' }),
    amount: t.expose('amount', {
      type: 'SafeInt',
      description: 'Points added (positive) or taken (negative).',
    }),
    reason: t.field({ type: ReasonEnum, description: 'Why, as a code.', resolve: reasonOf }),
    explanation: t.string({ description: 'Why, in words (English).', resolve: explainEntry }),
    ruleVersion: t.exposeString('ruleVersion', {
      nullable: true,
      description: 'The plan or rule that set the amount, with its version; null when none did.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When the fact happened.',
    }),
    localDate: t.expose('localDate', {
      type: 'Date',
      description: 'The date of the fact in the program’s zone.',
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was written.' }),
  }),
});

const ledgerCursor = cursorCodec('ledger', z.number().int().positive());

builder.objectFields(MemberType, (t) => ({
  points: t.field({
    type: PointsType,
    description: 'The member’s points. For the member and for OPERATOR and SERVICE keys.',
    authScopes: (member, _args, context) => mayReadPrivate(context, member),
    resolve: (member) => member,
  }),
  ledger: t.connection(
    {
      type: LedgerEntryType,
      description:
        'The member’s ledger, newest line first. For the member and for OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ memberId }, args, { app }) =>
        pageOf(
          args,
          ledgerCursor,
          (range) => loadLedger(app.pool, memberId, range),
          ({ seq }) => seq,
        ),
    },
    { description: 'A page of a ledger.' },
    { description: 'A ledger line in a page.' },
  ),
}));

const AdjustPointsInput = builder.inputType('AdjustPointsInput', {
  description: 'Input of adjustPoints.',
  fields: (t) => ({
    member: t.field({ type: MemberByInput, required: true, description: 'Whose points.' }),
    amount: t.field({
      type: 'SafeInt',
      required: true,
      description: 'Points to add (positive) or to take (negative); not 0.',
    }),
    reason: t.string({
      required: true,
      description: 'Why, as a code of yours: 1 to 64 letters, digits, ".", "_" or "-".',
    }),
    note: t.string({ description: 'Why, in words; up to 500 characters.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When added points expire; never when absent. Not for points taken.',
    }),
    idempotencyKey: t.string({
      description:
        'Your key for this command, up to 255 characters; a repeat gets the first answer.',
    }),
  }),
});

const AdjustPointsPayload = builder
  .objectRef<Payload<AdjustPointsOutcome>>('AdjustPointsPayload')
  .implement({ description: 'The balance was corrected.', interfaces: payloadInterfaces });

builder.mutationField('adjustPoints', (t) =>
  t.field({
    type: AdjustPointsPayload,
    nullable: true,
    description:
      'Corrects a balance by hand, with a reason. Counts neither as earned nor on leaderboards. ' +
      'For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: AdjustPointsInput, required: true, description: 'What to change.' }),
    },
    errors: {
      types: adjustPointsRefusals,
      union: { name: 'AdjustPointsResult', description: 'What adjustPoints answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      return toPayload(await context.app.engine.run(adjustPoints, known(context.viewer), command));
    },
  }),
);
