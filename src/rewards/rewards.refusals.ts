import { Refusal } from '../platform/refusal.ts';

/** The program has no such reward. */
export class RewardNotFound extends Refusal {
  readonly code = 'REWARD_NOT_FOUND';

  constructor() {
    super('There is no such reward.');
  }
}
