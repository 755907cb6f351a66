import { Refusal } from '../platform/refusal.ts';
import type { Problem } from './shapes.ts';

/** The definition has mistakes; all of them are listed. */
export class RuleNotValid extends Refusal {
  readonly code = 'RULE_NOT_VALID';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(`The rule is not valid, at ${first?.field}: ${first?.message}${more}.`);
    this.problems = problems;
  }
}

/** There is nothing to publish: no such rule, or its newest version is published already. */
export class RuleHasNoDraft extends Refusal {
  readonly code = 'RULE_HAS_NO_DRAFT';

  /** `why` there is none: the rule itself may be missing. */
  constructor(why = 'This rule has no draft.') {
    super(why);
  }
}

/** The draft is not the one that the caller means. */
export class RuleDraftChanged extends Refusal {
  readonly code = 'RULE_DRAFT_CHANGED';
  readonly version: number;

  constructor(meant: number, version: number) {
    super(`The draft is version ${version}, not ${meant}: look at it, then publish that.`);
    this.version = version;
  }
}

/** Another version starts within the time the new one is for. */
export class RuleAlreadyScheduled extends Refusal {
  readonly code = 'RULE_ALREADY_SCHEDULED';
  readonly startsAt: Date;

  constructor(startsAt: Date) {
    super(
      `A version that starts at ${startsAt.toISOString()} is published: end this one by then, ` +
        'start it then to replace that one, or take that one back first (withdrawRuleVersion).',
    );
    this.startsAt = startsAt;
  }
}

/** There is nothing to retire: no such rule, or no version of it in force then or later. */
export class RuleNotInForce extends Refusal {
  readonly code = 'RULE_NOT_IN_FORCE';

  constructor(why = 'No version of this rule is in force then, or starts later.') {
    super(why);
  }
}

/** Only a version that is published and has not started can be withdrawn. */
export class RuleVersionNotScheduled extends Refusal {
  readonly code = 'RULE_VERSION_NOT_SCHEDULED';

  constructor(why: string) {
    super(why);
  }
}

/** The program cannot be without it. */
export class RuleNeeded extends Refusal {
  readonly code = 'RULE_NEEDED';

  constructor(why = 'A program always has a check-in plan: publish the one that follows instead.') {
    super(why);
  }
}
