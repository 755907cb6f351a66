import type { ApiKeyScope } from '../generated/prisma/enums.ts';
import { Refusal } from '../platform/refusal.ts';

/** The program has no key of this id. */
export class ApiKeyNotFound extends Refusal {
  readonly code = 'API_KEY_NOT_FOUND';

  constructor() {
    super('The program has no such API key.');
  }
}

/** The key was revoked, or is over: it has no successor. */
export class ApiKeyEnded extends Refusal {
  readonly code = 'API_KEY_ENDED';
  readonly endedAt: Date;

  constructor(endedAt: Date) {
    super(`The key ended at ${endedAt.toISOString()}: make a new one.`);
    this.endedAt = endedAt;
  }
}

/** The key has a successor that works; its secret is known to whoever rotated it. */
export class ApiKeyRotated extends Refusal {
  readonly code = 'API_KEY_ROTATED';
  /** Id of the successor. */
  readonly replacedBy: string;

  constructor(replacedBy: string) {
    super(`The key was rotated before: ${replacedBy} succeeds it. Rotate or revoke that one.`);
    this.replacedBy = replacedBy;
  }
}

/** So many keys of the program work that there is no room for another. */
export class ApiKeyLimitReached extends Refusal {
  readonly code = 'API_KEY_LIMIT_REACHED';
  readonly limit: number;

  constructor(limit: number) {
    super(`${limit} keys of the program work: revoke some first.`);
    this.limit = limit;
  }
}

/** Whoever makes a key cannot give it what they do not have. */
export class ApiKeyScopesExceeded extends Refusal {
  readonly code = 'API_KEY_SCOPES_EXCEEDED';
  /** Those that the caller does not have. */
  readonly missing: readonly ApiKeyScope[];

  constructor(missing: readonly ApiKeyScope[]) {
    super(`Your key does not have ${missing.join(', ')}: it cannot give that.`);
    this.missing = missing;
  }
}
