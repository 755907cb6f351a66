import { ActivityNotFound } from '../activities/activities.refusals.ts';
import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import {
  AdjustmentDecided,
  AdjustmentExpired,
  AdjustmentNotFound,
  AlreadyReversed,
  EntryNotFound,
  NothingPending,
  SecondPersonRequired,
  TooManyUnits,
} from './points.refusals.ts';

builder.objectType(ActivityNotFound, {
  name: 'ActivityNotFound',
  description: 'The member has no activity of this type and reference.',
  interfaces,
});

builder.objectType(EntryNotFound, {
  name: 'EntryNotFound',
  description: 'The member’s ledger has no such line, or the line earned nothing.',
  interfaces,
});

builder.objectType(AlreadyReversed, {
  name: 'AlreadyReversed',
  description: 'All of it has been taken back before.',
  interfaces,
});

builder.objectType(TooManyUnits, {
  name: 'TooManyUnits',
  description: 'More items than are left to return, or units of an order than are left to cancel.',
  interfaces,
  fields: (t) => ({
    left: t.expose('left', { type: 'SafeInt', description: 'Items or units that are left.' }),
    required: t.expose('required', { type: 'SafeInt', description: 'Items or units asked for.' }),
  }),
});

builder.objectType(NothingPending, {
  name: 'NothingPending',
  description: 'Nothing that the activity earned waits for a confirmation.',
  interfaces,
});

builder.objectType(AdjustmentNotFound, {
  name: 'AdjustmentNotFound',
  description: 'There is no such adjustment of this member.',
  interfaces,
});

export const AdjustmentStateEnum = builder.enumType('AdjustmentState', {
  description: 'Where an adjustment above the limit stands.',
  values: {
    PENDING: { description: 'It waits for a second person.' },
    APPROVED: { description: 'It was approved and booked.' },
    REJECTED: { description: 'It was rejected.' },
  },
});

builder.objectType(AdjustmentDecided, {
  name: 'AdjustmentDecided',
  description: 'The adjustment was decided before.',
  interfaces,
  fields: (t) => ({
    state: t.expose('state', { type: AdjustmentStateEnum, description: 'How.' }),
  }),
});

builder.objectType(AdjustmentExpired, {
  name: 'AdjustmentExpired',
  description: 'The points that the adjustment would add would have expired already.',
  interfaces,
  fields: (t) => ({
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When.' }),
  }),
});

builder.objectType(SecondPersonRequired, {
  name: 'SecondPersonRequired',
  description: 'Who asked for an adjustment cannot approve it.',
  interfaces,
});
