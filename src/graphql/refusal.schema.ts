import { ActivityReferenceReused } from '../activities/activities.refusals.ts';
import { MemberAlreadyEnrolled, MemberNotFound } from '../members/members.refusals.ts';
import { BalanceOutOfRange, InsufficientPoints } from '../points/points.refusals.ts';
import { OccurredInFuture, OccurredTooLongAgo } from '../programs/occurrence.ts';
import { RewardNotFound } from '../rewards/rewards.refusals.ts';
import { builder } from './builder.ts';
import { toGlobalId } from './ids.ts';
import { refusalInterfaces } from './refusal-interface.ts';

const interfaces = refusalInterfaces;

builder.objectType(MemberNotFound, {
  name: 'MemberNotFound',
  description: 'The program has no such member.',
  interfaces,
});

builder.objectType(MemberAlreadyEnrolled, {
  name: 'MemberAlreadyEnrolled',
  description: 'The external id belongs to a member already; that member is unchanged.',
  interfaces,
  fields: (t) => ({
    memberId: t.id({
      description: 'Global id of that member.',
      resolve: ({ memberId }) => toGlobalId('Member', memberId),
    }),
  }),
});

builder.objectType(OccurredInFuture, {
  name: 'OccurredInFuture',
  description: 'The fact is said to happen more than five minutes from now.',
  interfaces,
  fields: (t) => ({
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'The instant given.' }),
    now: t.expose('now', { type: 'DateTime', description: 'The server’s clock.' }),
  }),
});

builder.objectType(OccurredTooLongAgo, {
  name: 'OccurredTooLongAgo',
  description: 'The fact is older than the program accepts.',
  interfaces,
  fields: (t) => ({
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'The instant given.' }),
    acceptedSince: t.expose('acceptedSince', {
      type: 'DateTime',
      description: 'The earliest instant that is accepted now.',
    }),
  }),
});

builder.objectType(ActivityReferenceReused, {
  name: 'ActivityReferenceReused',
  description: 'The reference was used for an activity of another member.',
  interfaces,
});

builder.objectType(RewardNotFound, {
  name: 'RewardNotFound',
  description: 'The program has no such reward.',
  interfaces,
});

builder.objectType(InsufficientPoints, {
  name: 'InsufficientPoints',
  description: 'The member has fewer points available than are needed.',
  interfaces,
  fields: (t) => ({
    available: t.expose('available', { type: 'SafeInt', description: 'Points to spend now.' }),
    required: t.expose('required', { type: 'SafeInt', description: 'Points needed.' }),
  }),
});

builder.objectType(BalanceOutOfRange, {
  name: 'BalanceOutOfRange',
  description: 'The balance would leave the range of exact whole numbers.',
  interfaces,
  fields: (t) => ({
    balance: t.expose('balance', { type: 'SafeInt', description: 'The balance, in points.' }),
    amount: t.expose('amount', {
      type: 'SafeInt',
      description: 'What was to be added, in points.',
    }),
  }),
});
