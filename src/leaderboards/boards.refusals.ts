import { Refusal } from '../platform/refusal.ts';
import type { Problem } from '../rules/shapes.ts';

/** The program has no such leaderboard. */
export class LeaderboardNotFound extends Refusal {
  readonly code = 'LEADERBOARD_NOT_FOUND';

  constructor() {
    super('There is no such leaderboard.');
  }
}

/** The settings do not go together, or cannot change any more; all mistakes are listed. */
export class LeaderboardNotValid extends Refusal {
  readonly code = 'LEADERBOARD_NOT_VALID';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(`The leaderboard cannot be: ${first?.field}: ${first?.message}${more}.`);
    this.problems = problems;
  }
}

/** Another leaderboard of the program has the key, or had it. */
export class LeaderboardKeyTaken extends Refusal {
  readonly code = 'LEADERBOARD_KEY_TAKEN';

  constructor() {
    super('There is a leaderboard with this key already; archived ones keep theirs.');
  }
}

/** An archived leaderboard does not change any more. */
export class LeaderboardArchived extends Refusal {
  readonly code = 'LEADERBOARD_ARCHIVED';
  readonly archivedAt: Date;

  constructor(archivedAt: Date) {
    super('The leaderboard is archived: it does not change any more.');
    this.archivedAt = archivedAt;
  }
}

/** One backfill of a leaderboard runs at a time. */
export class LeaderboardBackfillRunning extends Refusal {
  readonly code = 'LEADERBOARD_BACKFILL_RUNNING';

  constructor() {
    super('A backfill of this leaderboard is under way: wait until it is done.');
  }
}
