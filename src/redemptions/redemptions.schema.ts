import type { RedemptionState } from '../generated/prisma/enums.ts';
import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { rowId } from '../graphql/ids.ts';
import { ActorType, MemberType, RewardCodeStateEnum, RewardKindEnum } from '../graphql/refs.ts';
import { assert } from '../platform/assert.ts';
import { maskedCode } from '../rewards/codes.ts';
import { unitPrice } from './order-steps.ts';
import {
  RedemptionCauseEnum,
  RedemptionMoveEnum,
  RedemptionStateEnum,
} from './redemption-enums.schema.ts';
import type { OrderCode } from './redemptions.sql.ts';
import { memberMovesOf, movesOf, stateAt } from './states.ts';

type CashPart = {
  readonly unit: bigint;
  readonly currency: string;
  readonly quantity: number;
  readonly cancelledUnits: number;
};

const CashType = builder.objectRef<CashPart>('RedemptionCash').implement({
  description:
    'What is paid in money besides the points, elsewhere: it is told here, never moved. In the ' +
    'currency’s smallest unit.',
  fields: (t) => ({
    unit: t.expose('unit', { type: 'SafeInt', description: 'For one unit.' }),
    total: t.field({
      type: 'SafeInt',
      description: 'For all units of the order.',
      resolve: ({ unit, quantity }) => unit * BigInt(quantity),
    }),
    refunded: t.field({
      type: 'SafeInt',
      description: 'What belongs to the units that were given back.',
      resolve: ({ unit, cancelledUnits }) => unit * BigInt(cancelledUnits),
    }),
    currency: t.exposeString('currency', { description: 'Code of ISO 4217, such as EUR.' }),
  }),
});

/** Members see their own orders only, and SERVICE keys act for them; operators need no code. */
const seesCodes = ({ viewer }: Context) => viewer.kind !== 'key' || viewer.role === 'SERVICE';

const CodeType = builder.objectRef<OrderCode>('RedemptionCode').implement({
  description: 'A code of a coupon; it belongs to one order for ever.',
  fields: (t) => ({
    code: t.string({
      description:
        'What it says: in full for the member and SERVICE keys; OPERATOR keys see its end, as in ' +
        '`Reward.codes`.',
      resolve: ({ code }, _args, context) => (seesCodes(context) ? code : maskedCode(code)),
    }),
    state: t.expose('state', { type: RewardCodeStateEnum, description: 'Where it stands.' }),
    usedAt: t.expose('usedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was used; null when it was not.',
    }),
  }),
});

type Change = {
  readonly at: Date;
  readonly actor: string;
  readonly fromState: RedemptionState | null;
  readonly toState: RedemptionState;
  readonly units: number;
  readonly note: string | null;
};

/** An expiry moves nothing but reservations, and nothing else moves them to EXPIRED. */
function causeOf({ actor, toState }: Change) {
  if (actor === 'member') return 'MEMBER';
  if (actor.startsWith('key:')) return 'KEY';
  return toState === 'EXPIRED' ? 'EXPIRY' : 'SYSTEM';
}

const ChangeType = builder.objectRef<Change>('RedemptionChange').implement({
  description: 'One move of an order.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    from: t.expose('fromState', {
      type: RedemptionStateEnum,
      nullable: true,
      description: 'Where it stood; null when it was made.',
    }),
    to: t.expose('toState', {
      type: RedemptionStateEnum,
      description: 'Where it went; the same when only units changed.',
    }),
    units: t.exposeInt('units', { description: 'Units given back with it.' }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'A reason, a payment, a parcel: in the words of who did it.',
    }),
    cause: t.field({
      type: RedemptionCauseEnum,
      description: 'What moved it; the reason, where one was given, is in `note`.',
      resolve: causeOf,
    }),
    actor: t.field({
      type: ActorType,
      nullable: true,
      description: 'Who did it; null for member tokens.',
      resolve: ({ actor }, _args, { viewer }) => (viewer.kind === 'key' ? actor : null),
    }),
  }),
});

async function rewardOf({ rewardId }: { readonly rewardId: bigint }, { loaders }: Context) {
  const reward = await loaders.rewards.load(rewardId);
  assert(reward !== undefined, 'an order has its reward');
  return reward;
}

export const RedemptionType = builder.prismaNode('Redemption', {
  description: 'A reward bought with points: an order.',
  id: { field: 'id' },
  authScopes: { acts: true },
  findUnique: (id, { viewer }) => ({
    id: BigInt(rowId(id)),
    programId: known(viewer).programId,
    // Members find their own only.
    ...(viewer.kind === 'member' && { member: { externalId: viewer.externalId } }),
  }),
  nullable: true,
  fields: (t) => ({
    reward: t.prismaField({
      type: 'Reward',
      description: 'What was bought.',
      resolve: (_query, order, _args, context) => rewardOf(order, context),
    }),
    member: t.field({
      type: MemberType,
      description: 'Who bought it.',
      resolve: async ({ memberId }, _args, { loaders }) => {
        const member = await loaders.members.load(Number(memberId));
        assert(member !== undefined, 'an order has its member');
        return member;
      },
    }),
    kind: t.expose('kind', { type: RewardKindEnum, description: 'How it is fulfilled.' }),
    state: t.field({
      type: RedemptionStateEnum,
      description: 'Where the order stands now; a reservation ends at its instant.',
      resolve: (order, _args, { app }) => stateAt(order, app.clock.now()),
    }),
    quantity: t.exposeInt('quantity', { description: 'How many units were bought.' }),
    cancelledUnits: t.exposeInt('cancelledUnits', {
      description: 'How many of them were given back: cancelled, failed or expired.',
    }),
    unitPrice: t.field({
      type: 'SafeInt',
      description: 'Points for one unit.',
      resolve: ({ points, quantity }) => unitPrice({ points: Number(points), quantity }),
    }),
    points: t.expose('points', { type: 'SafeInt', description: 'Points paid in all.' }),
    refunded: t.field({
      type: 'SafeInt',
      description: 'Points given back: those of the units given back.',
      resolve: ({ points, quantity, cancelledUnits }) =>
        unitPrice({ points: Number(points), quantity }) * cancelledUnits,
    }),
    cash: t.field({
      type: CashType,
      nullable: true,
      description: 'What is paid in money besides; null when nothing is.',
      resolve: ({ unitCash: unit, cashCurrency: currency, quantity, cancelledUnits }) =>
        unit === null || currency === null ? null : { unit, currency, quantity, cancelledUnits },
    }),
    reservedUntil: t.expose('reservedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'A reservation ends by itself at this instant; null for one never reserved.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was bought.' }),
    localDate: t.expose('localDate', {
      type: 'Date',
      description: 'The date of the order in the program’s zone: limits count by it.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Of the newest change.' }),
    memberMay: t.field({
      type: [RedemptionMoveEnum],
      description: 'What the member may do to it now: CONFIRM, CANCEL, or nothing.',
      resolve: async (order, _args, context) => {
        const { memberCancels } = await rewardOf(order, context);
        return memberMovesOf(order, memberCancels, context.app.clock.now());
      },
    }),
    operatorMay: t.field({
      type: [RedemptionMoveEnum],
      description: 'What may be done to it now with an API key. For OPERATOR and SERVICE keys.',
      authScopes: { service: true },
      resolve: async (order, _args, { app, loaders }) => {
        const codes = await loaders.redemptionCodes.load(Number(order.id));
        const isUsed = codes.some(({ state }) => state === 'USED');
        return movesOf(order, isUsed, app.clock.now());
      },
    }),
    codes: t.field({
      type: [CodeType],
      description: 'The codes of a coupon, one a unit, once it is confirmed; empty otherwise.',
      resolve: ({ id }, _args, { loaders }) => loaders.redemptionCodes.load(Number(id)),
    }),
    changes: t.field({
      type: [ChangeType],
      description: 'Its history, oldest move first.',
      resolve: ({ id }, _args, { loaders }) => loaders.redemptionChanges.load(Number(id)),
    }),
  }),
});
