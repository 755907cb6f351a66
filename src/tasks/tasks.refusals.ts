import { Refusal } from '../platform/refusal.ts';

/** The program has no such task, or it is not for this member. */
export class TaskNotFound extends Refusal {
  readonly code = 'TASK_NOT_FOUND';

  constructor() {
    super('There is no such task.');
  }
}

/** The target is not reached in that period. */
export class TaskNotCompleted extends Refusal {
  readonly code = 'TASK_NOT_COMPLETED';
  readonly progress: number;
  readonly target: number;

  constructor(progress: number, target: number) {
    super('The task is not completed.');
    this.progress = progress;
    this.target = target;
  }
}

/** It was paid for that period before. */
export class TaskAlreadyClaimed extends Refusal {
  readonly code = 'TASK_ALREADY_CLAIMED';
  readonly claimedAt: Date;

  constructor(claimedAt: Date) {
    super('This has been claimed already.');
    this.claimedAt = claimedAt;
  }
}

/** The time to claim it is over. */
export class TaskClaimClosed extends Refusal {
  readonly code = 'TASK_CLAIM_CLOSED';
  readonly closedAt: Date;

  constructor(closedAt: Date) {
    super('The time to claim this is over.');
    this.closedAt = closedAt;
  }
}
