import type { KnownViewer } from '../auth/viewer.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, rowId } from '../graphql/ids.ts';
import { LimitPeriodEnum, RewardKindEnum } from '../graphql/refs.ts';
import { termsOf } from './reward-rows.ts';
import type { RewardTerms, UnitLimit } from './terms.ts';

export const RewardStateEnum = builder.enumType('RewardState', {
  description: 'Where a reward stands.',
  values: {
    DRAFT: { description: 'Being prepared; only operators see it.' },
    ON_SALE: { description: 'Sold, within its time.' },
    WITHDRAWN: { description: 'No longer sold; orders go on.' },
  },
});

export const RewardVisibilityEnum = builder.enumType('RewardVisibility', {
  description: 'Who finds a reward in the catalogue. By its id everybody does.',
  values: {
    LISTED: { description: 'Everybody, also those who may not buy it.' },
    AUDIENCE: { description: 'Those whom it is for.' },
    UNLISTED: { description: 'Nobody: it is bought by its id.' },
  },
});

const UnitLimitType = builder.objectRef<UnitLimit>('UnitLimit').implement({
  description: 'How many units one member may have; orders that were given back do not count.',
  fields: (t) => ({
    period: t.expose('period', { type: LimitPeriodEnum, description: 'In which period.' }),
    units: t.exposeInt('units', { description: 'How many.' }),
  }),
});

const TierPriceType = builder.objectRef<{ tier: string; price: number }>('TierPrice').implement({
  description: 'Another price for members of a tier.',
  fields: (t) => ({
    tier: t.exposeString('tier', { description: 'Key of the tier.' }),
    price: t.expose('price', { type: 'SafeInt', description: 'Points for one unit.' }),
  }),
});

type Cash = NonNullable<RewardTerms['cash']>;
const CashType = builder.objectRef<Cash>('Cash').implement({
  description: 'Money that is paid elsewhere.',
  fields: (t) => ({
    amount: t.expose('amount', {
      type: 'SafeInt',
      description: 'In the currency’s smallest unit, such as cents.',
    }),
    currency: t.exposeString('currency', { description: 'Code of ISO 4217, such as EUR.' }),
  }),
});

export const RewardType = builder.prismaNode('Reward', {
  description:
    'Something points buy. For members, OPERATOR and SERVICE keys. By id, drafts are given to ' +
    'OPERATOR keys only; what was withdrawn to keys and to members who have an order of it.',
  id: { field: 'id' },
  authScopes: { acts: true },
  findUnique: (id, { viewer }) => visible(known(viewer), rowId(id)),
  nullable: true,
  fields: (t) => ({
    kind: t.expose('kind', { type: RewardKindEnum, description: 'What it is.' }),
    state: t.expose('state', { type: RewardStateEnum, description: 'Where it stands.' }),
    visibility: t.expose('visibility', {
      type: RewardVisibilityEnum,
      description: 'Who finds it in the catalogue.',
    }),
    title: t.exposeString('title', { description: 'Its name.' }),
    description: t.exposeString('description', { description: 'What it is; may be empty.' }),
    imageUrl: t.exposeString('imageUrl', {
      nullable: true,
      description: 'An https address of a picture, for clients to load.',
    }),
    tags: t.exposeStringList('tags', { description: 'By which the catalogue is filtered.' }),
    price: t.expose('price', { type: 'SafeInt', description: 'Points for one unit.' }),
    tierPrices: t.field({
      type: [TierPriceType],
      description: 'Other prices, by tier.',
      resolve: (row) =>
        Object.entries(termsOf(row).tierPrices).map(([tier, price]) => ({ tier, price })),
    }),
    cash: t.field({
      type: CashType,
      nullable: true,
      description: 'What is paid in money for one unit besides; null: nothing.',
      resolve: (row) => termsOf(row).cash,
    }),
    stock: t.exposeInt('stock', {
      nullable: true,
      description: 'Units left; null: unlimited. Of a COUPON: codes left, less those reserved.',
    }),
    audience: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Whom it is for, as rules have it; null: everybody. For OPERATOR and SERVICE keys; ' +
        'members ask `offer { eligible }`.',
      authScopes: { service: true },
      resolve: ({ audience }) => audience,
    }),
    startsAt: t.expose('startsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'It is sold from this instant on; null: at once.',
    }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'And before this one; null: without end.',
    }),
    limits: t.field({
      type: [UnitLimitType],
      description: 'Units that one member may have.',
      resolve: (row) => termsOf(row).limits,
    }),
    reserveMinutes: t.exposeInt('reserveMinutes', {
      nullable: true,
      description: 'Minutes that an order waits for its confirmation; null: it needs none.',
    }),
    memberCancels: t.exposeBoolean('memberCancels', {
      description: 'Whether members may cancel orders themselves until fulfilment begins.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its terms were changed last; sales and codes do not count.',
    }),
  }),
});

/** Which reward of this id a viewer is given, if any. */
function visible(viewer: KnownViewer, rewardId: number): Prisma.RewardWhereUniqueInput {
  const { programId } = viewer;
  const where = { id: BigInt(rewardId), programId };
  const role = viewer.kind === 'key' ? viewer.role : undefined;
  if (role === 'OPERATOR') return where;
  if (role === 'SERVICE') return { ...where, state: { not: 'DRAFT' } };
  // Nobody else is given rewards: the type's scope says so.
  if (viewer.kind !== 'member') return { ...where, state: 'ON_SALE' };
  const ofOwnOrder = { some: { member: { programId, externalId: viewer.externalId } } };
  return {
    ...where,
    OR: [{ state: 'ON_SALE' }, { state: 'WITHDRAWN', redemptions: ofOwnOrder }],
  };
}

builder.queryField('reward', (t) =>
  t.prismaField({
    type: RewardType,
    nullable: true,
    description:
      'A reward by its id; null when there is none such, or none for you: drafts are given to ' +
      'OPERATOR keys only; what was withdrawn to OPERATOR and SERVICE keys and to members who ' +
      'have an order of it.',
    authScopes: { acts: true },
    args: { id: t.arg.id({ required: true, description: 'Global id of the reward.' }) },
    resolve: (query, _root, { id }, { app, viewer }) =>
      app.db.reward.findUnique({
        ...query,
        where: visible(known(viewer), fromGlobalId('id', 'Reward', id)),
      }),
  }),
);
