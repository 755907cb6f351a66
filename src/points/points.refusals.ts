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
