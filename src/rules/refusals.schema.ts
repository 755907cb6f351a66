import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import {
  RuleAlreadyScheduled,
  RuleDraftChanged,
  RuleHasNoDraft,
  RuleNeeded,
  RuleNotInForce,
  RuleNotValid,
  RuleVersionNotScheduled,
} from './rules.refusals.ts';
import type { Problem } from './shapes.ts';

export const RuleProblemType = builder.objectRef<Problem>('RuleProblem').implement({
  description: 'What is wrong with a definition, or may be.',
  fields: (t) => ({
    field: t.exposeString('field', {
      description: 'Where: points.table.1.from; `definition` for the whole.',
    }),
    message: t.exposeString('message', { description: 'Why, for operators (English).' }),
  }),
});

builder.objectType(RuleNotValid, {
  name: 'RuleNotValid',
  description: 'The definition has mistakes.',
  interfaces,
  fields: (t) => ({
    problems: t.field({
      type: [RuleProblemType],
      description: 'All of them.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});

builder.objectType(RuleHasNoDraft, {
  name: 'RuleHasNoDraft',
  description: 'There is no such rule, or its newest version is published already.',
  interfaces,
});

builder.objectType(RuleDraftChanged, {
  name: 'RuleDraftChanged',
  description: 'The draft is another than the one that is meant.',
  interfaces,
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'The draft that there is.' }),
  }),
});

builder.objectType(RuleVersionNotScheduled, {
  name: 'RuleVersionNotScheduled',
  description: 'There is no such version, or it is a draft, has started or was withdrawn before.',
  interfaces,
});

builder.objectType(RuleAlreadyScheduled, {
  name: 'RuleAlreadyScheduled',
  description: 'Another version of the rule starts within the time the new one is for.',
  interfaces,
  fields: (t) => ({
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When that one starts.' }),
  }),
});

builder.objectType(RuleNotInForce, {
  name: 'RuleNotInForce',
  description: 'There is no such rule, or no version of it is in force then or later.',
  interfaces,
});

builder.objectType(RuleNeeded, {
  name: 'RuleNeeded',
  description: 'The program cannot be without the rule.',
  interfaces,
});
