import type { HoldState } from '../engine/rows.ts';
import { Refusal } from '../platform/refusal.ts';

/** The member has no such hold. */
export class HoldNotFound extends Refusal {
  readonly code = 'HOLD_NOT_FOUND';

  constructor() {
    super('There is no such hold.');
  }
}

/** The hold has ended: it was captured, released, or its time is over. */
export class HoldNotOpen extends Refusal {
  readonly code = 'HOLD_NOT_OPEN';
  readonly state: HoldState;

  constructor(state: HoldState) {
    super('The hold has ended.');
    this.state = state;
  }
}

/** More points than the hold has. */
export class HoldTooSmall extends Refusal {
  readonly code = 'HOLD_TOO_SMALL';
  readonly held: number;
  readonly required: number;

  constructor(held: number, required: number) {
    super('The hold has fewer points than this.');
    this.held = held;
    this.required = required;
  }
}
