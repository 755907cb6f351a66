import type { ParticipantState } from '../generated/prisma/enums.ts';
import { Refusal } from '../platform/refusal.ts';
import type { Problem } from '../rules/shapes.ts';

/** The program has no such challenge. */
export class ChallengeNotFound extends Refusal {
  readonly code = 'CHALLENGE_NOT_FOUND';

  constructor() {
    super('There is no such challenge.');
  }
}

/** The settings do not go together, or cannot change any more; all mistakes are listed. */
export class ChallengeNotValid extends Refusal {
  readonly code = 'CHALLENGE_NOT_VALID';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(`The challenge cannot be: ${first?.field}: ${first?.message}${more}.`);
    this.problems = problems;
  }
}

/** It was called off (S81). */
export class ChallengeCancelled extends Refusal {
  readonly code = 'CHALLENGE_CANCELLED';
  readonly cancelledAt: Date;

  constructor(cancelledAt: Date) {
    super('The challenge was cancelled.');
    this.cancelledAt = cancelledAt;
  }
}

/** It has ended, or its standings are final: too late for this. */
export class ChallengeOver extends Refusal {
  readonly code = 'CHALLENGE_OVER';
  readonly endsAt: Date;

  constructor(endsAt: Date) {
    super('The challenge is over.');
    this.endsAt = endsAt;
  }
}

/** It has begun: too late for this. */
export class ChallengeHasBegun extends Refusal {
  readonly code = 'CHALLENGE_HAS_BEGUN';
  readonly startsAt: Date;

  constructor(startsAt: Date) {
    super('The challenge has begun.');
    this.startsAt = startsAt;
  }
}

/** It has not begun: too early for this. */
export class ChallengeNotBegun extends Refusal {
  readonly code = 'CHALLENGE_NOT_BEGUN';
  readonly startsAt: Date;

  constructor(startsAt: Date) {
    super('The challenge has not begun: it can be cancelled.');
    this.startsAt = startsAt;
  }
}

/** Joining is not open now (S76). */
export class ChallengeNotJoinable extends Refusal {
  readonly code = 'CHALLENGE_NOT_JOINABLE';
  readonly joinFrom: Date;
  readonly joinUntil: Date;

  constructor({ joinFrom, joinUntil }: { readonly joinFrom: Date; readonly joinUntil: Date }) {
    super('The challenge cannot be joined now.');
    this.joinFrom = joinFrom;
    this.joinUntil = joinUntil;
  }
}

/** The member is not among those the challenge is for. */
export class ChallengeNotForMember extends Refusal {
  readonly code = 'CHALLENGE_NOT_FOR_MEMBER';

  constructor() {
    super('The challenge is for other members.');
  }
}

/** As many participants, or teams, take part as there is room for (S76). */
export class ChallengeFull extends Refusal {
  readonly code = 'CHALLENGE_FULL';
  readonly capacity: number;

  constructor(capacity: number) {
    super('The challenge is full.');
    this.capacity = capacity;
  }
}

/** The team has as many members as it may. */
export class TeamFull extends Refusal {
  readonly code = 'TEAM_FULL';
  readonly sizeMax: number;

  constructor(sizeMax: number) {
    super('The team is full.');
    this.sizeMax = sizeMax;
  }
}

/** Nobody's invite code, or that of a team that is no more. */
export class TeamNotFound extends Refusal {
  readonly code = 'TEAM_NOT_FOUND';

  constructor() {
    super('There is no such team.');
  }
}

/** Another team of the challenge has the name, or had it. */
export class TeamNameTaken extends Refusal {
  readonly code = 'TEAM_NAME_TAKEN';

  constructor() {
    super('Another team of the challenge has this name.');
  }
}

/** One team for each member and challenge (S84). */
export class InOtherTeam extends Refusal {
  readonly code = 'IN_OTHER_TEAM';

  constructor() {
    super('The member is in another team of the challenge.');
  }
}

/** Who left during play, or was disqualified, does not come back. */
export class ParticipationEnded extends Refusal {
  readonly code = 'PARTICIPATION_ENDED';
  readonly state: ParticipantState;

  constructor(state: ParticipantState) {
    super(state === 'LEFT' ? 'The member has left the challenge.' : 'The member is disqualified.');
    this.state = state;
  }
}

/** The member does not take part in the challenge. */
export class NotInChallenge extends Refusal {
  readonly code = 'NOT_IN_CHALLENGE';

  constructor() {
    super('The member does not take part in the challenge.');
  }
}

/** Only the captain of a team may do this. */
export class NotCaptain extends Refusal {
  readonly code = 'NOT_CAPTAIN';

  constructor() {
    super('Only the captain of the team may do this.');
  }
}

/** The challenge counts something else. */
export class AttemptsNotCounted extends Refusal {
  readonly code = 'ATTEMPTS_NOT_COUNTED';

  constructor() {
    super('The challenge does not count attempts.');
  }
}

/** The attempt was made outside of the time in which the member's attempts count (S78). */
export class AttemptOutsideTime extends Refusal {
  readonly code = 'ATTEMPT_OUTSIDE_TIME';
  readonly countsFrom: Date;
  readonly countsUntil: Date;

  constructor(countsFrom: Date, countsUntil: Date) {
    super('The attempt was not made while attempts of the member count.');
    this.countsFrom = countsFrom;
    this.countsUntil = countsUntil;
  }
}

/** The member has made all attempts that one has (S77). */
export class AttemptsUsedUp extends Refusal {
  readonly code = 'ATTEMPTS_USED_UP';
  readonly attemptsMax: number;

  constructor(attemptsMax: number) {
    super('The member has no attempts left.');
    this.attemptsMax = attemptsMax;
  }
}
