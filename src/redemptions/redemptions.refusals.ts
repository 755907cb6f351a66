import type { RedemptionState, RewardCodeState } from '../generated/prisma/enums.ts';
import { Refusal } from '../platform/refusal.ts';
import type { UnitLimit } from '../rewards/terms.ts';

/** Fewer units are left than were asked for. */
export class OutOfStock extends Refusal {
  readonly code = 'OUT_OF_STOCK';
  readonly stock: number;

  constructor(stock: number) {
    super('There are not enough of these left.');
    this.stock = stock;
  }
}

/** The price is not the one the buyer saw (S53). */
export class PriceChanged extends Refusal {
  readonly code = 'PRICE_CHANGED';
  readonly price: number;

  constructor(price: number) {
    super('The price has changed.');
    this.price = price;
  }
}

/** It is withdrawn, or outside its time of sale. */
export class RewardNotOnSale extends Refusal {
  readonly code = 'REWARD_NOT_ON_SALE';

  constructor() {
    super('This reward is not on sale.');
  }
}

/** The reward is for others, or locked as long as the member has none of some tiers. */
export class NotEligible extends Refusal {
  readonly code = 'NOT_ELIGIBLE';
  /** Keys of the tiers that unlock it; empty: none would. */
  readonly tiers: readonly string[];

  constructor(tiers: readonly string[]) {
    const which = tiers.length === 1 ? 'the tier' : 'one of the tiers';
    super(
      tiers.length === 0
        ? 'This reward is not offered to this member.'
        : `This reward is locked: it is for members of ${which} ${tiers.join(', ')}.`,
    );
    this.tiers = tiers;
  }
}

/** The member would have more units in a period than the reward allows (S58). */
export class RedemptionLimitReached extends Refusal {
  readonly code = 'REDEMPTION_LIMIT_REACHED';
  readonly limit: number;
  readonly period: UnitLimit['period'];
  readonly left: number;

  constructor({ units, period }: UnitLimit, left: number) {
    super('This is more than one member may have.');
    this.limit = units;
    this.period = period;
    this.left = left;
  }
}

/** There is no such order, or it is not this member's. */
export class RedemptionNotFound extends Refusal {
  readonly code = 'REDEMPTION_NOT_FOUND';

  constructor() {
    super('There is no such order.');
  }
}

type RefusedMove = {
  readonly from: RedemptionState;
  readonly to: RedemptionState;
  readonly allowed: readonly RedemptionState[];
  /** In words, where the states alone do not tell it. */
  readonly because?: string;
};

function whyNot({ from, to, allowed, because }: RefusedMove): string {
  if (because !== undefined) return because;
  if (from === 'EXPIRED') return 'The reservation of this order is over.';
  if (allowed.length === 0) return `This order has ended: it is ${from}.`;
  if (from === to) return `This order is ${from} already.`;
  return `This order is ${from}: the next step is ${allowed.join(' or ')}, not ${to}.`;
}

/** Orders of this kind cannot go there from where this one stands (S54). */
export class RedemptionMoveRefused extends Refusal {
  readonly code = 'REDEMPTION_MOVE_REFUSED';
  readonly from: RedemptionState;
  readonly to: RedemptionState;
  /** Where it may go instead. */
  readonly allowed: readonly RedemptionState[];

  constructor(move: RefusedMove) {
    super(whyNot(move));
    this.from = move.from;
    this.to = move.to;
    this.allowed = move.allowed;
  }
}

/** Members cannot do this to an order themselves. */
export class NotByMember extends Refusal {
  readonly code = 'NOT_BY_MEMBER';

  constructor(why: string) {
    super(`Members cannot do this themselves: ${why}.`);
  }
}

/** The reward has no such code. */
export class CodeNotFound extends Refusal {
  readonly code = 'CODE_NOT_FOUND';

  constructor() {
    super('There is no such code.');
  }
}

/** The code belongs to nobody yet, was used, or is void. */
export class CodeNotUsable extends Refusal {
  readonly code = 'CODE_NOT_USABLE';
  readonly state: RewardCodeState;

  constructor(state: RewardCodeState) {
    super('The code cannot be used.');
    this.state = state;
  }
}
