import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import { HoldStateEnum } from './hold-state.schema.ts';
import { HoldNotFound, HoldNotOpen, HoldTooSmall } from './holds.refusals.ts';

builder.objectType(HoldNotFound, {
  name: 'HoldNotFound',
  description: 'The member has no such hold.',
  interfaces,
});

builder.objectType(HoldNotOpen, {
  name: 'HoldNotOpen',
  description: 'The hold has ended.',
  interfaces,
  fields: (t) => ({
    state: t.expose('state', { type: HoldStateEnum, description: 'How it ended.' }),
  }),
});

builder.objectType(HoldTooSmall, {
  name: 'HoldTooSmall',
  description: 'More points than the hold has.',
  interfaces,
  fields: (t) => ({
    held: t.expose('held', { type: 'SafeInt', description: 'Points it has.' }),
    required: t.expose('required', { type: 'SafeInt', description: 'Points asked for.' }),
  }),
});
