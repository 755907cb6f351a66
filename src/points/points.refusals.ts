import { Refusal } from '../platform/refusal.ts';

/** The member has fewer points available than are needed. */
export class InsufficientPoints extends Refusal {
  readonly code = 'INSUFFICIENT_POINTS';
  readonly available: number;
  readonly required: number;

  constructor(available: number, required: number) {
    super('There are not enough points for this.');
    this.available = available;
    this.required = required;
  }
}

/** The balance would leave the range of exact whole numbers. */
export class BalanceOutOfRange extends Refusal {
  readonly code = 'BALANCE_OUT_OF_RANGE';
  readonly balance: number;
  readonly amount: number;

  constructor(balance: number, amount: number) {
    super('The balance would become too large to be kept exactly.');
    this.balance = balance;
    this.amount = amount;
  }
}

/** The member has no such line, or it earned nothing. */
export class EntryNotFound extends Refusal {
  readonly code = 'ENTRY_NOT_FOUND';

  constructor() {
    super('There is no such earning.');
  }
}

/** All of it has been taken back before (S36). */
export class AlreadyReversed extends Refusal {
  readonly code = 'ALREADY_REVERSED';

  constructor() {
    super('This has been reversed already.');
  }
}

/** More items than are left to return, or units of an order than are left to cancel. */
export class TooManyUnits extends Refusal {
  readonly code = 'TOO_MANY_UNITS';
  readonly left: number;
  readonly required: number;

  constructor(left: number, required: number, what = 'items are left to return') {
    super(`Only ${left} ${what}, fewer than ${required}.`);
    this.left = left;
    this.required = required;
  }
}

/** Nothing of it waits for a confirmation. */
export class NothingPending extends Refusal {
  readonly code = 'NOTHING_PENDING';

  constructor() {
    super('Nothing of this waits for a confirmation.');
  }
}

/** The program has no such request, or it is about another member. */
export class AdjustmentNotFound extends Refusal {
  readonly code = 'ADJUSTMENT_NOT_FOUND';

  constructor() {
    super('There is no such adjustment.');
  }
}

/** Somebody has decided it before. */
export class AdjustmentDecided extends Refusal {
  readonly code = 'ADJUSTMENT_DECIDED';
  readonly state: 'APPROVED' | 'REJECTED';

  constructor(state: 'APPROVED' | 'REJECTED') {
    super('This adjustment has been decided already.');
    this.state = state;
  }
}

/** What it would add would have expired. */
export class AdjustmentExpired extends Refusal {
  readonly code = 'ADJUSTMENT_EXPIRED';
  readonly expiresAt: Date;

  constructor(expiresAt: Date) {
    super('The points of this adjustment would have expired already: reject it.');
    this.expiresAt = expiresAt;
  }
}

/** Who asked for an adjustment cannot approve it (S42). */
export class SecondPersonRequired extends Refusal {
  readonly code = 'SECOND_PERSON_REQUIRED';

  constructor() {
    super('Somebody else has to approve this adjustment.');
  }
}
