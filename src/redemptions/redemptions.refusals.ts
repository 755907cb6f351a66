import { Refusal } from '../platform/refusal.ts';

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
