import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import {
  draftRule,
  draftRuleRefusals,
  publishRule,
  publishRuleRefusals,
  retireRule,
  retireRuleRefusals,
} from './admin.ts';
import { RuleKindEnum } from './definition-enums.schema.ts';
import { definitionOf, RuleDefinitionInput } from './definition-inputs.schema.ts';
import { RuleType } from './rule.schema.ts';
import './refusals.schema.ts';
import type { RuleRow } from './rule-rows.ts';

const keyDescription =
  'Its short name: 1 to 64 letters, digits, ".", "_" or "-". `default` for a check-in plan, ' +
  'tiers and the points policy, of which a program has one.';

type Changed = { readonly rule: RuleRow };
const changed = (name: string, description: string) =>
  builder.objectRef<Changed>(name).implement({
    description,
    fields: (t) => ({
      rule: t.expose('rule', { type: RuleType, description: 'The rule as it is now.' }),
    }),
  });

const DraftRuleInput = builder.inputType('DraftRuleInput', {
  description: 'Input of draftRule.',
  fields: (t) => ({
    key: t.string({ required: true, description: keyDescription }),
    definition: t.field({
      type: RuleDefinitionInput,
      required: true,
      description: 'What it says; this names its kind, too.',
    }),
  }),
});

builder.mutationField('draftRule', (t) =>
  t.field({
    type: changed('DraftRulePayload', 'The draft is written.'),
    nullable: true,
    description:
      'Writes the draft of a rule: a new rule’s, in place of the draft it has, or as its next ' +
      'version. Nothing is judged by it until it is published. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: DraftRuleInput, required: true, description: 'The draft.' }) },
    errors: {
      types: draftRuleRefusals,
      union: { name: 'DraftRuleResult', description: 'What draftRule answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      rule: await draftRule(app, known(viewer), {
        key: input.key,
        ...definitionOf(input.definition),
      }),
    }),
  }),
);

const PublishRuleInput = builder.inputType('PublishRuleInput', {
  description: 'Input of publishRule.',
  fields: (t) => ({
    kind: t.field({ type: RuleKindEnum, required: true, description: 'The rule’s kind.' }),
    key: t.string({ required: true, description: keyDescription }),
    startsAt: t.field({
      type: 'DateTime',
      description: 'It judges facts that happen from then on; now when absent. Not in the past.',
    }),
    endsAt: t.field({
      type: 'DateTime',
      description: 'And before then; no end when absent. Earlier versions do not come back.',
    }),
  }),
});

builder.mutationField('publishRule', (t) =>
  t.field({
    type: changed('PublishRulePayload', 'The draft is published.'),
    nullable: true,
    description:
      'Publishes a rule’s draft, on every node, now or from a later instant on. It never changes ' +
      'again. The version in force then ends then. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: PublishRuleInput, required: true, description: 'Which, and when.' }),
    },
    errors: {
      types: publishRuleRefusals,
      union: { name: 'PublishRuleResult', description: 'What publishRule answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      rule: await publishRule(app, known(viewer), withoutNulls(input)),
    }),
  }),
);

const RetireRuleInput = builder.inputType('RetireRuleInput', {
  description: 'Input of retireRule.',
  fields: (t) => ({
    kind: t.field({ type: RuleKindEnum, required: true, description: 'The rule’s kind.' }),
    key: t.string({ required: true, description: keyDescription }),
    at: t.field({
      type: 'DateTime',
      description: 'When it ends; now when absent. Not in the past.',
    }),
  }),
});

builder.mutationField('retireRule', (t) =>
  t.field({
    type: changed('RetireRulePayload', 'The rule has an end.'),
    nullable: true,
    description:
      'Ends a rule, now or at a later instant, and withdraws its versions that would start then ' +
      'or later. What was paid stays; so does a draft. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: RetireRuleInput, required: true, description: 'Which, and when.' }),
    },
    errors: {
      types: retireRuleRefusals,
      union: { name: 'RetireRuleResult', description: 'What retireRule answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      rule: await retireRule(app, known(viewer), withoutNulls(input)),
    }),
  }),
);
