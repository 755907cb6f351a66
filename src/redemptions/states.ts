/** Where orders may go from where they stand, by kind of reward (S54). Pure; nothing else moves. */
import type { RedemptionState, RewardKind } from '../generated/prisma/enums.ts';

type Moves = Readonly<Partial<Record<RedemptionState, readonly RedemptionState[]>>>;

const issued: Moves = {
  RESERVED: ['CONFIRMED', 'CANCELLED', 'EXPIRED'],
  CONFIRMED: ['ISSUED', 'CANCELLED', 'FAILED'],
  ISSUED: ['USED', 'CANCELLED', 'FAILED'],
};

const moves: Readonly<Record<RewardKind, Moves>> = {
  GOODS: {
    RESERVED: ['CONFIRMED', 'CANCELLED', 'EXPIRED'],
    CONFIRMED: ['PREPARING', 'CANCELLED', 'FAILED'],
    PREPARING: ['SHIPPED', 'CANCELLED', 'FAILED'],
    SHIPPED: ['DELIVERED', 'FAILED'],
  },
  // Its codes are there with the confirmation.
  COUPON: {
    RESERVED: ['ISSUED', 'CANCELLED', 'EXPIRED'],
    ISSUED: ['USED', 'CANCELLED', 'FAILED'],
  },
  VIRTUAL: issued,
  SERVICE: issued,
};

/** Whether an order of a kind may move from one state to another. */
export const mayMove = (kind: RewardKind, from: RedemptionState, to: RedemptionState): boolean =>
  moves[kind][from]?.includes(to) ?? false;

/** Where an order of a kind may be moved to from a state; it expires by itself. */
export const movesFrom = (kind: RewardKind, from: RedemptionState): readonly RedemptionState[] =>
  (moves[kind][from] ?? []).filter((to) => to !== 'EXPIRED');

/** Where a confirmation leads. */
export const confirmedState = (kind: RewardKind): RedemptionState =>
  kind === 'COUPON' ? 'ISSUED' : 'CONFIRMED';

/** The state that counts at an instant: a reservation whose time is over is EXPIRED (S55, S7). */
export const stateAt = (
  { state, reservedUntil }: { state: RedemptionState; reservedUntil: Date | null },
  now: Date,
): RedemptionState =>
  state === 'RESERVED' && reservedUntil !== null && reservedUntil <= now ? 'EXPIRED' : state;

/** What can be done to an order; each is a command. */
export const orderMoves = [
  'CONFIRM',
  'CANCEL',
  'PREPARE',
  'SHIP',
  'DELIVER',
  'ISSUE',
  'USE',
  'FAIL',
] as const;
export type OrderMove = (typeof orderMoves)[number];

const movesTo: Readonly<Partial<Record<RedemptionState, OrderMove>>> = {
  CONFIRMED: 'CONFIRM',
  CANCELLED: 'CANCEL',
  PREPARING: 'PREPARE',
  SHIPPED: 'SHIP',
  DELIVERED: 'DELIVER',
  ISSUED: 'ISSUE',
  USED: 'USE',
  FAILED: 'FAIL',
};

/** What of an order decides what can be done to it. */
export type Standing = {
  readonly kind: RewardKind;
  readonly state: RedemptionState;
  readonly reservedUntil: Date | null;
  /** Money for one unit; null: none is paid. */
  readonly unitCash: number | bigint | null;
};

/** What keys can do to an order at an instant; `isUsed`: a code of it was used. */
export function movesOf(order: Standing, isUsed: boolean, now: Date): OrderMove[] {
  const from = stateAt(order, now);
  return movesFrom(order.kind, from).flatMap((to) => {
    if (from === 'RESERVED' && to === confirmedState(order.kind)) return 'CONFIRM';
    // What was had in part did not fail.
    return (to === 'FAILED' && isUsed ? undefined : movesTo[to]) ?? [];
  });
}

/** The same for the member whose order it is. */
export const memberMovesOf = (order: Standing, memberCancels: boolean, now: Date): OrderMove[] =>
  movesOf(order, false, now).filter(
    (move) => whyNotByMember(move, order, memberCancels) === undefined,
  );

/**
 * Why members cannot do something to their order that keys could; undefined when they can. They
 * cancel what is reserved; what is confirmed only where the reward says so (S54).
 */
export function whyNotByMember(
  move: OrderMove,
  { state, unitCash }: Pick<Standing, 'state' | 'unitCash'>,
  memberCancels: boolean,
): string | undefined {
  if (move === 'CONFIRM') {
    // Whether money came is not for the member to say.
    return unitCash === null
      ? undefined
      : 'the order has a cash part, and an API key says that it was paid';
  }
  if (move !== 'CANCEL') return 'fulfilment is the program’s';
  if (state === 'CONFIRMED' && !memberCancels) {
    return 'the reward’s memberCancels is false, and the order is confirmed';
  }
  // Where nobody can cancel any more, they hear that.
  if (state !== 'PREPARING' && state !== 'ISSUED') return undefined;
  return `its fulfilment has begun, the order is ${state}`;
}
