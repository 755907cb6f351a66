import type { MemberState } from '../engine/rows.ts';
import { builder } from '../graphql/builder.ts';
import { checkPageSize } from '../graphql/paging.ts';
import { MemberType } from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import { mayReadPrivate } from '../members/member-access.ts';
import type { GivenNotice } from './points.sql.ts';
import { availablePoints, hasDormantPoints } from './points.ts';

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

const PointsActivationType = builder
  .objectRef<{ at: Date | null; points: number }>('PointsActivation')
  .implement({
    description: 'Pending points that can be spent from one instant on.',
    fields: (t) => ({
      at: t.expose('at', {
        type: 'DateTime',
        nullable: true,
        description: 'From this instant on; null: once somebody confirms them (confirmPoints).',
      }),
      points: t.expose('points', { type: 'SafeInt', description: 'How many.' }),
    }),
  });

const ExpiryNoticeType = builder.objectRef<GivenNotice>('ExpiryNotice').implement({
  description: 'That the member was given notice of points about to expire.',
  fields: (t) => ({
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When they expire.' }),
    days: t.exposeInt('days', {
      description: 'For which of the expiryNoticeDays: so many local days before, or fewer.',
    }),
    points: t.expose('points', { type: 'SafeInt', description: 'How many it was then.' }),
    sentAt: t.expose('sentAt', { type: 'DateTime', description: 'When it was given.' }),
  }),
});

const PointsType = builder.objectRef<MemberState>('Points').implement({
  description: 'A member’s points. All amounts are whole points.',
  fields: (t) => ({
    available: t.field({
      type: 'SafeInt',
      description: 'Points that can be spent now: balance without pending, expired or owed ones.',
      resolve: (member, _args, { app, loaders }) =>
        availablePoints(loaders.pointsByState, member, app.clock.now()),
    }),
    pending: t.field({
      type: 'SafeInt',
      description: 'Points that were earned but cannot be spent yet.',
      resolve: async (member, _args, { app, loaders }) => {
        if (!hasDormantPoints(member, app.clock.now())) return 0;
        return (await loaders.pointsByState.load(member.memberId)).pending;
      },
    }),
    held: t.field({
      type: 'SafeInt',
      description: 'Points that holds have set aside: in the balance, but not available.',
      resolve: async (member, _args, { loaders }) =>
        member.held === 0 ? 0 : (await loaders.pointsByState.load(member.memberId)).held,
    }),
    debt: t.expose('debt', {
      type: 'SafeInt',
      description: 'Points owed after reversals; what is earned next repays them first.',
    }),
    lifetimeEarned: t.expose('lifetimeEarned', {
      type: 'SafeInt',
      description:
        'All points ever earned, less what was reversed; spending, expiry and adjustments do not ' +
        'change it.',
    }),
    activating: t.field({
      type: [PointsActivationType],
      description:
        'When the pending points can be spent, soonest first, those that wait for a confirmation ' +
        'last: at most so many instants. What expires before is not expected here.',
      args: {
        first: t.arg.int({
          defaultValue: limits.pageSizeMax,
          description: 'How many instants, 1 to 100; there may be later ones.',
        }),
      },
      resolve: (member, { first }, { app, loaders }) => {
        checkPageSize('first', first);
        if (!hasDormantPoints(member, app.clock.now())) return [];
        const limit = first ?? limits.pageSizeMax;
        return loaders.activating.load({ memberId: member.memberId, limit });
      },
    }),
    expiryNotices: t.field({
      type: [ExpiryNoticeType],
      description:
        'Notices of expiry the member was given by the points policy’s expiryNoticeDays, latest ' +
        'expiry first. Tallymark sends nothing itself: show these, or pass them on.',
      args: {
        first: t.arg.int({
          defaultValue: limits.pageSizeMax,
          description: 'How many, 1 to 100; there may be older ones.',
        }),
      },
      resolve: ({ memberId }, { first }, { loaders }) => {
        checkPageSize('first', first);
        return loaders.notices.load({ memberId, limit: first ?? limits.pageSizeMax });
      },
    }),
    expiring: t.field({
      type: [PointsExpiryType],
      description:
        'What will expire and when, soonest first, if nothing else happens: at most so many ' +
        'instants. What a hold has set aside expires with the hold at the earliest.',
      args: {
        until: t.arg({ type: 'DateTime', description: 'Only what expires before this instant.' }),
        first: t.arg.int({
          defaultValue: limits.pageSizeMax,
          description: 'How many instants, 1 to 100; there may be later ones.',
        }),
      },
      resolve: ({ memberId }, { until, first }, { loaders }) => {
        checkPageSize('first', first);
        const limit = first ?? limits.pageSizeMax;
        return loaders.expiring.load({ memberId, until: until ?? null, limit });
      },
    }),
  }),
});

builder.objectFields(MemberType, (t) => ({
  points: t.field({
    type: PointsType,
    description: 'The member’s points. For the member and for OPERATOR and SERVICE keys.',
    authScopes: (member, _args, context) => mayReadPrivate(context, member),
    resolve: (member) => member,
  }),
}));
