import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import { BadgeNotEarned, BadgeNotFound } from './badges.refusals.ts';

builder.objectType(BadgeNotFound, {
  name: 'BadgeNotFound',
  description: 'The program has no such badge, or none that is in force.',
  interfaces,
});

builder.objectType(BadgeNotEarned, {
  name: 'BadgeNotEarned',
  description: 'The member was never awarded the badge.',
  interfaces,
});
