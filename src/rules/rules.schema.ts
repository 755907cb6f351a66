import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import {
  type Changed,
  draftRule,
  draftRuleRefusals,
  publishRule,
  publishRuleRefusals,
} from './admin.ts';
import { RuleKindEnum } from './definition-enums.schema.ts';
import { definitionOf, RuleDefinitionInput } from './definition-inputs.schema.ts';
import { ruleKeyText } from './inputs.ts';
import { RuleProblemType } from './refusals.schema.ts';
import { RuleType } from './rule.schema.ts';
import './retire.schema.ts';

const changed = (name: string, description: string) =>
  builder.objectRef<Changed>(name).implement({
    description,
    fields: (t) => ({
      rule: t.expose('rule', { type: RuleType, description: 'The rule as it is now.' }),
      warnings: t.field({
        type: [RuleProblemType],
        description:
          'What may be meant and may be a mistake; of a draft: if it were published now.',
        resolve: ({ warnings }) => [...warnings],
      }),
    }),
  });

const times = {
  startsAt: 'It judges facts that happen from then on; now when absent. Not in the past.',
  endsAt: 'And before then; no end when absent. Earlier versions do not come back.',
};

const PublicationInput = builder.inputType('PublicationInput', {
  description: 'When what is published judges.',
  fields: (t) => ({
    startsAt: t.field({ type: 'DateTime', description: times.startsAt }),
    endsAt: t.field({ type: 'DateTime', description: times.endsAt }),
  }),
});

const DraftRuleInput = builder.inputType('DraftRuleInput', {
  description: 'Input of draftRule.',
  fields: (t) => ({
    key: t.string({ required: true, description: ruleKeyText }),
    definition: t.field({
      type: RuleDefinitionInput,
      required: true,
      description: 'What it says; this names its kind, too.',
    }),
    publish: t.field({
      type: PublicationInput,
      description:
        'Publishes it as well, both or neither: `{}` from now on. Only a draft when absent.',
    }),
  }),
});

builder.mutationField('draftRule', (t) =>
  t.field({
    type: changed('DraftRulePayload', 'The draft is written.'),
    nullable: true,
    description:
      'Writes the draft of a rule: a new rule’s, in place of the draft it has, or as its next ' +
      'version. Nothing is judged by it until it is published, here or by publishRule. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: DraftRuleInput, required: true, description: 'The draft.' }) },
    errors: {
      types: draftRuleRefusals,
      union: { name: 'DraftRuleResult', description: 'What draftRule answers.' },
    },
    resolve: (_root, { input: { key, definition, publish } }, { app, viewer }) =>
      draftRule(app, known(viewer), {
        key,
        ...definitionOf(definition),
        ...(publish && { publish: withoutNulls(publish) }),
      }),
  }),
);

const PublishRuleInput = builder.inputType('PublishRuleInput', {
  description: 'Input of publishRule.',
  fields: (t) => ({
    kind: t.field({ type: RuleKindEnum, required: true, description: 'The rule’s kind.' }),
    key: t.string({ required: true, description: ruleKeyText }),
    version: t.int({
      description: 'The draft that is meant; refused when the draft is another. Any when absent.',
    }),
    startsAt: t.field({ type: 'DateTime', description: times.startsAt }),
    endsAt: t.field({ type: 'DateTime', description: times.endsAt }),
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
    resolve: (_root, { input }, { app, viewer }) =>
      publishRule(app, known(viewer), withoutNulls(input)),
  }),
);
