import { Refusal } from '../platform/refusal.ts';
import type { Problem } from '../rules/shapes.ts';

/** The program has no such reward. */
export class RewardNotFound extends Refusal {
  readonly code = 'REWARD_NOT_FOUND';

  constructor() {
    super('There is no such reward.');
  }
}

/** The terms have mistakes; all of them are listed. */
export class RewardNotValid extends Refusal {
  readonly code = 'REWARD_NOT_VALID';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(`The reward cannot be: ${first?.field}: ${first?.message}${more}.`);
    this.problems = problems;
  }
}

/** Somebody else changed the terms meanwhile. */
export class RewardChanged extends Refusal {
  readonly code = 'REWARD_CHANGED';
  readonly updatedAt: Date;

  constructor(updatedAt: Date) {
    super('The reward was changed meanwhile: look at it again.');
    this.updatedAt = updatedAt;
  }
}

/** There is no stock to adjust: it is unlimited, or counted by its codes. */
export class StockNotCounted extends Refusal {
  readonly code = 'STOCK_NOT_COUNTED';

  constructor() {
    super('This reward has no stock to adjust: it is unlimited, or its codes are its stock.');
  }
}

/** Fewer units are left than are to be taken. */
export class StockTooSmall extends Refusal {
  readonly code = 'STOCK_TOO_SMALL';
  readonly stock: number;

  constructor(stock: number) {
    super('There are fewer units than are to be taken.');
    this.stock = stock;
  }
}

/** Only a COUPON has codes. */
export class RewardHasNoCodes extends Refusal {
  readonly code = 'REWARD_HAS_NO_CODES';

  constructor() {
    super('Only a COUPON has codes.');
  }
}

/** Orders that wait for their confirmation need some of these codes. */
export class CodesReserved extends Refusal {
  readonly code = 'CODES_RESERVED';
  readonly stock: number;

  constructor(stock: number) {
    super('Orders that wait for their confirmation need some of these codes.');
    this.stock = stock;
  }
}
