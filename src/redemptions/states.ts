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
