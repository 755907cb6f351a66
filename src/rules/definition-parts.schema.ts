/** Pieces that inputs of several kinds of rules share; their fields are those of definition.ts. */
import { builder } from '../graphql/builder.ts';

export { ExpiryInput } from '../graphql/expiry.ts';
export { AudienceInput } from '../graphql/refs.ts';

import {
  ActivationModeEnum,
  CapPeriodEnum,
  ComparisonEnum,
  NumberFactEnum,
  TriggerKindEnum,
} from './definition-enums.schema.ts';

/** A condition as callers write it; GraphQL needs a type for each list of `oneOf`. */
type ConditionShape = {
  all?: ConditionShape[] | null;
  any?: ConditionShape[] | null;
  not?: ConditionShape | null;
  fact?: typeof NumberFactEnum.$inferType | null;
  attribute?: string | null;
  is?: typeof ComparisonEnum.$inferType | null;
  number?: number | null;
  numbers?: number[] | null;
  text?: string | null;
  texts?: string[] | null;
};

export const ConditionInput = builder.inputRef<ConditionShape>('ConditionInput');
ConditionInput.implement({
  description:
    'A tree of at most 5 levels and 50 parts. Each part is one of: `all`, `any`, `not`, `fact` ' +
    'with `is` and `number` or with `numbers`, `attribute` with `is` and `text` or with `texts`.',
  fields: (t) => ({
    all: t.field({ type: [ConditionInput], description: 'Each of 1 to 50 parts holds.' }),
    any: t.field({ type: [ConditionInput], description: 'At least one of 1 to 50 parts holds.' }),
    not: t.field({ type: ConditionInput, description: 'The part does not hold.' }),
    fact: t.field({ type: NumberFactEnum, description: 'The number to compare.' }),
    attribute: t.string({ description: 'The attribute of an activity to compare.' }),
    is: t.field({ type: ComparisonEnum, description: 'How; EQ or NE for attributes.' }),
    number: t.field({ type: 'SafeInt', description: 'What to compare the fact with.' }),
    numbers: t.field({
      type: ['SafeInt'],
      description: 'The fact is one of these, 1 to 50.',
    }),
    text: t.string({ description: 'What to compare the attribute with.' }),
    texts: t.stringList({
      description: 'The attribute is one of these, 1 to 50.',
    }),
  }),
});

export const TriggerInput = builder.inputType('TriggerInput', {
  description: 'What sets a rule off.',
  fields: (t) => ({
    on: t.field({ type: TriggerKindEnum, required: true, description: 'What happens.' }),
    type: t.string({ description: 'The type of activity; for ACTIVITY, and only there.' }),
  }),
});

export const ActivationInput = builder.inputType('ActivationInput', {
  description: 'When points can be spent.',
  fields: (t) => ({
    mode: t.field({ type: ActivationModeEnum, required: true, description: 'The way.' }),
    days: t.int({ description: 'Local days, 1 to 3650; for AFTER_DAYS, and only there.' }),
  }),
});

export const CapInput = builder.inputType('CapInput', {
  description: 'The most that one member gets in a period; what would be above is cut off.',
  fields: (t) => ({
    period: t.field({ type: CapPeriodEnum, required: true, description: 'The period.' }),
    points: t.field({ type: 'SafeInt', required: true, description: 'Points, 1 or more.' }),
  }),
});
