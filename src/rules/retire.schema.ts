import type { RuleVersion } from '../generated/prisma/client.ts';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { RuleKindEnum } from './definition-enums.schema.ts';
import { ruleKeyText } from './inputs.ts';
import './refusals.schema.ts';
import {
  discardDraft,
  discardDraftRefusals,
  type Ended,
  retireRule,
  retireRuleRefusals,
  withdrawRuleVersion,
  withdrawRuleVersionRefusals,
} from './retire.ts';
import { RuleType, RuleVersionType, shownOf } from './rule.schema.ts';
import type { RuleRow } from './rule-rows.ts';

const RetireRuleInput = builder.inputType('RetireRuleInput', {
  description: 'Input of retireRule.',
  fields: (t) => ({
    kind: t.field({ type: RuleKindEnum, required: true, description: 'The rule’s kind.' }),
    key: t.string({ required: true, description: ruleKeyText }),
    at: t.field({
      type: 'DateTime',
      description: 'When it ends; now when absent. Not in the past.',
    }),
  }),
});

const RetireRulePayload = builder.objectRef<Ended>('RetireRulePayload').implement({
  description: 'The rule has an end.',
  fields: (t) => ({
    rule: t.expose('rule', { type: RuleType, description: 'The rule as it is now.' }),
    ended: t.field({
      type: [RuleVersionType],
      description:
        'The versions it ended, newest first; those that end as they start were withdrawn.',
      resolve: ({ rule: { kind }, ended }) => ended.map((version) => ({ kind, ...version })),
    }),
  }),
});

builder.mutationField('retireRule', (t) =>
  t.field({
    type: RetireRulePayload,
    nullable: true,
    description:
      'Ends a rule, now or at a later instant, and withdraws its versions that would start then ' +
      'or later. What was paid stays; so does a draft. To take back a scheduled change alone, ' +
      'see withdrawRuleVersion. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: RetireRuleInput, required: true, description: 'Which, and when.' }),
    },
    errors: {
      types: retireRuleRefusals,
      union: { name: 'RetireRuleResult', description: 'What retireRule answers.' },
    },
    resolve: (_root, { input }, { app, viewer }) =>
      retireRule(app, known(viewer), withoutNulls(input)),
  }),
);

const WithdrawRuleVersionInput = builder.inputType('WithdrawRuleVersionInput', {
  description: 'Input of withdrawRuleVersion.',
  fields: (t) => ({
    kind: t.field({ type: RuleKindEnum, required: true, description: 'The rule’s kind.' }),
    key: t.string({ required: true, description: ruleKeyText }),
    version: t.int({ required: true, description: 'The scheduled version.' }),
  }),
});

const WithdrawRuleVersionPayload = builder
  .objectRef<Ended>('WithdrawRuleVersionPayload')
  .implement({
    description: 'The version is withdrawn: it judges nothing.',
    fields: (t) => ({
      rule: t.expose('rule', { type: RuleType, description: 'The rule as it is now.' }),
      withdrawn: t.field({
        type: RuleVersionType,
        description: 'What was taken back: it ends as it starts.',
        resolve: ({ rule: { kind }, ended }) => ({ kind, ...(ended[0] as RuleVersion) }),
      }),
      resumed: t.field({
        type: RuleVersionType,
        nullable: true,
        description: 'The version that it would have ended, with the end it has now; null: none.',
        resolve: ({ rule, ended }) => shownOf(rule, ended[1]),
      }),
    }),
  });

builder.mutationField('withdrawRuleVersion', (t) =>
  t.field({
    type: WithdrawRuleVersionPayload,
    nullable: true,
    description:
      'Takes back a version that is published and has not started. The version that it would ' +
      'have ended goes on as if nothing had been published. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: WithdrawRuleVersionInput, required: true, description: 'Which.' }),
    },
    errors: {
      types: withdrawRuleVersionRefusals,
      union: {
        name: 'WithdrawRuleVersionResult',
        description: 'What withdrawRuleVersion answers.',
      },
    },
    resolve: (_root, { input }, { app, viewer }) => withdrawRuleVersion(app, known(viewer), input),
  }),
);

const DiscardDraftInput = builder.inputType('DiscardDraftInput', {
  description: 'Input of discardDraft.',
  fields: (t) => ({
    kind: t.field({ type: RuleKindEnum, required: true, description: 'The rule’s kind.' }),
    key: t.string({ required: true, description: ruleKeyText }),
  }),
});

const DiscardDraftPayload = builder
  .objectRef<{ readonly rule: RuleRow | null }>('DiscardDraftPayload')
  .implement({
    description: 'The draft is gone.',
    fields: (t) => ({
      rule: t.expose('rule', {
        type: RuleType,
        nullable: true,
        description: 'The rule as it is now; null: it was never published, and is gone, too.',
      }),
    }),
  });

builder.mutationField('discardDraft', (t) =>
  t.field({
    type: DiscardDraftPayload,
    nullable: true,
    description: 'Deletes a rule’s draft. What is published stays. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: DiscardDraftInput, required: true, description: 'Whose draft.' }),
    },
    errors: {
      types: discardDraftRefusals,
      union: { name: 'DiscardDraftResult', description: 'What discardDraft answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      rule: await discardDraft(app, known(viewer), input),
    }),
  }),
);
