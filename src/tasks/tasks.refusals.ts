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
  /** Whose task and which, to look up what has to be completed first. */
  readonly of: { readonly memberId: number; readonly key: string };
  /** The task has no period that begins on the date given, in words. */
  readonly noPeriod: string | undefined;

  constructor(of: TaskNotCompleted['of'], progress: number, target: number, noPeriod?: string) {
    super(noPeriod ?? `The task is not completed: ${progress} of ${target}.`);
    this.of = of;
    this.noPeriod = noPeriod;
    this.progress = progress;
    this.target = target;
  }
}

/** It is not claimed: it is paid as it is completed. */
export class TaskPaidByItself extends Refusal {
  readonly code = 'TASK_PAID_BY_ITSELF';

  constructor() {
    super('This task is paid by itself when it is completed: there is nothing to claim.');
  }
}

/** It was paid for that period before. */
export class TaskAlreadyClaimed extends Refusal {
  readonly code = 'TASK_ALREADY_CLAIMED';
  readonly claimedAt: Date;

  constructor(claimedAt: Date) {
    super(`This was paid already, at ${claimedAt.toISOString()}.`);
    this.claimedAt = claimedAt;
  }
}

/** The time to claim it is over. */
export class TaskClaimClosed extends Refusal {
  readonly code = 'TASK_CLAIM_CLOSED';
  readonly closedAt: Date;

  constructor(closedAt: Date) {
    super(`The time to claim this is over since ${closedAt.toISOString()}.`);
    this.closedAt = closedAt;
  }
}
