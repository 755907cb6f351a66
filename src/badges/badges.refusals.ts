import { Refusal } from '../platform/refusal.ts';

/** The program has no such badge, or, to award it, none in force. */
export class BadgeNotFound extends Refusal {
  readonly code = 'BADGE_NOT_FOUND';

  constructor(message = 'There is no such badge.') {
    super(message);
  }
}

/** The member was never awarded the badge. */
export class BadgeNotEarned extends Refusal {
  readonly code = 'BADGE_NOT_EARNED';

  constructor() {
    super('The member has not been awarded this badge.');
  }
}
