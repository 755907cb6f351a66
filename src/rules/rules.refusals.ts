import { Refusal } from '../platform/refusal.ts';
import type { Problem } from './shapes.ts';

/** The definition has mistakes; all of them are listed. */
export class RuleNotValid extends Refusal {
  readonly code = 'RULE_NOT_VALID';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(`The rule cannot be: ${first?.field}: ${first?.message}${more}.`);
    this.problems = problems;
  }
}

/** There is nothing to publish: no such rule, or its newest version is published already. */
export class RuleHasNoDraft extends Refusal {
  readonly code = 'RULE_HAS_NO_DRAFT';

  constructor() {
    super('This rule has no draft to publish.');
  }
}

/** Another version starts within the time the new one is for. */
export class RuleAlreadyScheduled extends Refusal {
  readonly code = 'RULE_ALREADY_SCHEDULED';
  readonly startsAt: Date;

  constructor(startsAt: Date) {
    super(
      `A version that starts at ${startsAt.toISOString()} is published: end this one by then, ` +
        'start it then to replace that one, or retire the rule from then on.',
    );
    this.startsAt = startsAt;
  }
}

/** There is nothing to retire: no such rule, or no version of it in force then or later. */
export class RuleNotInForce extends Refusal {
  readonly code = 'RULE_NOT_IN_FORCE';

  constructor() {
    super('No version of this rule is in force then, or starts later.');
  }
}

/** The program cannot be without it. */
export class RuleNeeded extends Refusal {
  readonly code = 'RULE_NEEDED';

  constructor(tasks: readonly string[] = []) {
    super(
      tasks.length === 0
        ? 'A program always has a check-in plan: publish the one that follows instead.'
        : `Tasks need it: ${tasks.join(', ')}. Retire or change them first.`,
    );
  }
}
